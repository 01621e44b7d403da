#!/usr/bin/env python3
"""Drives the toy adapter, which exists on every kit, as the suite does.

    kit_test.py ADAPTER-COMMAND... [-- TEST ...]
"""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cpython"))
from adapter_client import Adapter
from adapter_test import VALUES, do, seconds, var

COMMAND = []


class KitCase(unittest.TestCase):
    def setUp(self):
        self.adapter = Adapter(COMMAND)
        self.addCleanup(self.adapter.__exit__)
        self.main = self.adapter.main

    def semaphore(self, value=1):
        self.main.ok("Semaphore.new", value, keep="s")


class Conversation(KitCase):
    def test_the_hello_lists_the_table(self):
        listed = self.main.hello["operations"]
        self.assertIn("actor.program", listed)
        self.assertEqual(
            [name for name in sorted(listed) if name.startswith("Semaphore")],
            ["Semaphore.acquire", "Semaphore.new", "Semaphore.release"],
        )
        self.assertEqual(self.main.hello["backend"]["name"], "toy")

    def test_values_survive(self):
        for value in VALUES:
            self.assertEqual(self.main.ok("actor.echo", value), value)

    def test_no_values_are_refused(self):
        for program in [{"let": "x", "be": {"var": "y"}}], [{"let": "x", "be": {"ref": "y"}}]:
            self.assertEqual(self.main.error("actor.program", program=program), "AdapterError")
        self.assertEqual(self.main.error("actor.echo", {"ref": "nobody"}), "AdapterError")
        self.assertEqual(self.main.error("Semaphore.release", on="nobody"), "AdapterError")
        self.assertIn("unsupported", self.main.ask("Semaphore.get_value", on="s"))

    def test_kept_values_stand_for_themselves(self):
        self.main.ok("actor.echo", [1], keep="l")
        self.assertEqual(self.main.ok("actor.echo", [{"ref": "l"}]), [[1]])
        self.semaphore()
        self.assertEqual(self.main.ok("actor.echo", {"ref": "s"}), {"ref": "s"})
        self.assertEqual(self.main.ok("Semaphore.new"), {"proxy": "Semaphore"})
        self.assertEqual(sorted(self.main.ok("actor.objects")), ["l", "s"])
        self.main.ok("actor.drop", "s")
        self.assertEqual(self.main.ok("actor.objects"), ["l"])

    def test_arguments(self):
        self.semaphore()
        self.assertIs(self.main.ok("Semaphore.acquire", on="s", block=False), True)
        self.assertIs(self.main.ok("Semaphore.acquire", False, on="s"), False)
        self.assertIs(self.main.ok("Semaphore.acquire", True, seconds(0.01), on="s"), False)
        self.assertIs(self.main.ok("Semaphore.acquire", timeout=-1, on="s"), False)
        self.assertEqual(self.main.error("Semaphore.acquire", 1, 2, 3, on="s"), "TypeError")
        self.assertEqual(self.main.error("Semaphore.acquire", nonsense=1, on="s"), "TypeError")
        self.assertEqual(self.main.error("Semaphore.acquire", True, block=True, on="s"), "TypeError")
        self.assertEqual(self.main.error("Semaphore.new", "text"), "TypeError")
        self.assertEqual(self.main.error("Semaphore.new", -1), "ValueError")

    def test_stamps(self):
        before = time.monotonic_ns()
        self.semaphore(0)
        reply = self.main.ask("Semaphore.acquire", timeout=seconds(0.05), on="s")
        began, ended = reply["t"]
        self.assertTrue(before <= began <= ended - 50_000_000 and ended <= time.monotonic_ns())

    def test_threads(self):
        self.semaphore(0)
        waiting = self.main.begin("Semaphore.acquire", on="s", thread="t1")
        self.main.ok("Semaphore.release", on="s", thread="t2")
        self.assertIs(self.main.reply(waiting)["ok"], True)


class Programs(KitCase):
    def test_sums(self):
        for one, other, expected in [
            (1, 2, 3),
            (2**53 - 1, 1, {"int": str(2**53)}),
            (1, seconds(0.5), seconds(1.5)),
            ("a", "b", "ab"),
        ]:
            variables = self.main.run({"add": [one, other], "let": "x"})
            self.assertEqual(variables["x"], expected)

    def test_loops_breaks_and_histories(self):
        self.semaphore(2)
        body = [
            do("Semaphore.acquire", "s", False, let="got"),
            {"append": var("got"), "to": "all"},
            {"break_if": [var("got"), False]},
        ]
        program = [{"let": "n", "be": [1]}, {"repeat": 2, "body": [{"forever": body}], "index": "i"}]
        reply = self.main.ask("actor.program", program=program, record=True)
        variables = dict(reply["ok"]["dict"])
        self.assertEqual(variables["all"], [True, True, False, False])
        self.assertEqual((variables["i"], variables["n"]), (1, [1]))
        self.assertEqual([entry[0] for entry in reply["history"]], [3] * 4)
        self.assertEqual([entry[3]["ok"] for entry in reply["history"]], variables["all"])

    def test_errors_break_or_end(self):
        bad = do("Semaphore.new", None, -1, break_on=["ValueError"])
        variables = self.main.run({"forever": [bad]}, {"let": "x", "be": 1})
        self.assertEqual(variables, {"x": 1})
        reply = self.main.ask("actor.program", program=[do("Semaphore.new", None, -1)], record=True)
        self.assertEqual(reply["error"]["type"], "ValueError")
        self.assertEqual(reply["history"][0][3]["error"]["type"], "ValueError")
        self.assertIn("unsupported", self.main.ask("actor.program", program=[do("Lock.new")]))

    def test_equality_is_pythons(self):
        same = [
            (1, True),
            (1, seconds(1)),
            ({"bytes": "00"}, {"bytearray": "00"}),
            ({"set": [1, 2]}, {"frozenset": [2, 1]}),
            ({"dict": [["a", 1], ["b", 2]]}, {"dict": [["b", 2], ["a", 1]]}),
        ]
        different = [(1, "1"), ([1], {"tuple": [1]}), (None, False), ({"bytes": ""}, "")]
        for pairs, left in (same, True), (different, False):
            for one, other in pairs:
                loop = {"repeat": 1, "body": [{"break_if": [one, other]}, {"let": "x", "be": 1}]}
                self.assertEqual(self.main.run(loop), {} if left else {"x": 1}, (one, other))

    def test_start_at(self):
        when = time.monotonic_ns() + 20_000_000
        reply = self.main.ask("actor.program", program=[{"start_at": when}, {"yield": None}])
        self.assertGreaterEqual(reply["t"][1], when)


class Processes(KitCase):
    def exit_code(self, name="process1"):
        self.main.ok("Process.join", on=name)
        return self.main.ok("Process.exitcode", on=name)

    def test_a_child_has_what_it_was_handed(self):
        self.semaphore(0)
        self.main.ok("Semaphore.new", keep="other")
        child = self.adapter.spawn(1, "s")
        self.assertEqual(child.ok("actor.objects"), ["s"])
        self.assertNotEqual(child.ok("actor.pid"), self.main.ok("actor.pid"))
        self.assertEqual(child.ok("actor.pid"), self.main.ok("Process.pid", on="process1"))
        waiting = child.begin("Semaphore.acquire", on="s")
        self.main.ok("Semaphore.release", on="s")
        self.assertIs(child.reply(waiting)["ok"], True)

    def test_endings(self):
        for number, (operation, args, code) in enumerate(
            [
                ("actor.return", [], 0),
                ("actor.exit", [], 0),
                ("actor.exit", [7], 7),
                ("actor.exit", ["text"], 1),
                ("actor.os_exit", [3], 3),
                ("actor.raise", ["ValueError", "text"], 1),
                ("actor.signal", [9], -9),
                ("actor.signal", [15], -15),
            ],
            start=1,
        ):
            child = self.adapter.spawn(number)
            child.begin(operation, *args)
            child.wait_for_end()
            self.assertEqual(self.exit_code("process{}".format(number)), code, operation)

    def test_other_start_methods_are_refused(self):
        self.main.ok("Process.new", actor=1, method="fork")
        self.assertEqual(self.main.error("Process.new", actor=1, method="spawn"), "ValueError")

    def test_a_closed_connection_is_a_return(self):
        child = self.adapter.spawn(1)
        self.assertIs(self.main.ok("Process.is_alive", on="process1"), True)
        self.main.ok("Process.join", seconds(0.01), on="process1")
        self.assertIsNone(self.main.ok("Process.exitcode", on="process1"))
        child.close()
        self.assertEqual(self.exit_code(), 0)
        self.assertIs(self.main.ok("Process.is_alive", on="process1"), False)

    def test_signals(self):
        self.adapter.spawn(1)
        self.adapter.spawn(2).ok("actor.ignore_signal", 15)
        self.main.ok("Process.terminate", on="process1")
        self.main.ok("Process.terminate", on="process2")
        self.assertEqual(self.exit_code("process1"), -15)
        self.main.ok("Process.kill", on="process2")
        self.assertEqual(self.exit_code("process2"), -9)

    def test_the_program_ends_with_its_connection(self):
        self.assertEqual(self.adapter.finish(), 0)


if __name__ == "__main__":
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    COMMAND[:] = words[:split]
    unittest.main(argv=sys.argv[:1] + words[split + 1 :])
