"""Drives the adapter as the suite does.

    adapter_test.py [--python INTERPRETER] [--adapter-option=OPTION ...] [TEST ...]
"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

from adapter_client import HELLO, REPLY, REQUEST, SCHEMA, Adapter, Ended

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = [sys.executable, str(HERE / "adapter.py")]
DEPTH_MAX = 200

# One or more of every kind of the table of values, as they must come back.
VALUES = [
    None,
    True,
    False,
    0,
    -1,
    2**53 - 1,
    1 - 2**53,
    {"int": "9007199254740992"},
    {"int": "-9007199254740992"},
    {"int": "1" + "0" * 5000},
    {"float": "0.1"},
    {"float": "1e+16"},
    {"float": "5e-324"},
    {"float": "-0.0"},
    {"float": "nan"},
    {"float": "inf"},
    {"float": "-inf"},
    {"complex": ["1.0", "-2.0"]},
    {"complex": ["-0.0", "nan"]},
    "",
    "text",
    "\0\n\"\\\x7f",
    "ä€\U0001f600",
    {"str": "6162eda080"},
    {"str": "edbfbff09f9880"},
    {"bytes": ""},
    {"bytes": "00ff"},
    {"bytearray": "0aff"},
    [],
    [1, [True, None]],
    {"tuple": []},
    {"tuple": [1, {"tuple": ["a"]}]},
    {"dict": []},
    {"dict": [["b", 1], ["a", [2]], [{"tuple": [1]}, {"float": "1.0"}], [None, {"dict": []}]]},
    {"set": []},
    {"set": [1]},
    {"frozenset": [{"frozenset": ["x"]}]},
    {"range": [0, 10, 3]},
    {"range": [5, {"int": "-9007199254740993"}, -1]},
    {"slice": [None, None, None]},
    {"slice": [1, -1, 2]},
    {"array": ["i", [1, -2]]},
    {"array": ["d", [{"float": "0.5"}]]},
    {"array": ["u", ["ä", "b"]]},
    {"array": ["Q", [{"int": "18446744073709551615"}]]},
    {"exception": {"type": "ValueError", "args": ["a", 1], "message": "('a', 1)"}},
    {"exception": {"type": "KeyError", "args": ["k"], "message": "'k'"}},
    {"exception": {"type": "Empty", "args": [], "message": ""}},
    {"exception": {"type": "BufferTooShort", "args": [{"bytes": "61"}], "message": "b'a'"}},
]


def do(op, on=None, *args, keep=None, let=None, break_on=None, **kwargs):
    """The statement `do` of a program."""
    call = {"op": op, "object": on, "as": keep, "args": list(args), "kwargs": kwargs}
    statement = {"do": {name: value for name, value in call.items() if value not in (None, [], {})}}
    statement.update({"let": let} if let else {}, **({"break_on": break_on} if break_on else {}))
    return statement


def var(name):
    return {"var": name}


def seconds(number):
    return {"float": repr(float(number))}


class AdapterCase(unittest.TestCase):
    def setUp(self):
        self.adapter = Adapter(COMMAND)
        self.addCleanup(self.adapter.__exit__)
        self.main = self.adapter.main

    def exit_code_of(self, process):
        self.main.ok("Process.join", on=process)
        return self.main.ok("Process.exitcode", on=process)


class Hello(AdapterCase):
    def test_hello_names_the_process_and_the_backend(self):
        hello = self.main.hello
        self.assertEqual(hello["protocol"], 1)
        self.assertEqual(hello["actor"], 0)
        self.assertEqual(hello["pid"], self.adapter.process.pid)
        self.assertEqual(self.main.ok("actor.pid"), hello["pid"])
        self.assertIn("threads", hello["features"])
        self.assertEqual(hello["features"][1:-1], self.main.ok("Process.start_methods"))
        self.assertEqual(hello["features"][-1], "manager-wire")

    def test_operations_are_those_of_the_chapter(self):
        table = (SCHEMA.parent / "operations.md").read_text()
        chapter = set(re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE))
        offered = set(self.main.hello["operations"])
        self.assertGreater(len(chapter), 250)
        self.assertEqual(offered - chapter, set())
        if self.main.hello["backend"]["name"] == "cpython":
            old = self.main.hello["backend"]["version"].startswith("3.8.")
            self.assertEqual(chapter - offered, {"SimpleQueue.close"} if old else set())

    def test_other_operations_are_unsupported_and_the_actor_goes_on(self):
        self.assertIn("unsupported", self.main.ask("Queue.frobnicate", on="nothing"))
        program = [{"repeat": 1, "body": [do("Lock.frobnicate", "nothing")]}]
        self.assertIn("unsupported", self.main.ask("actor.program", program=program))
        self.assertEqual(self.main.ok("actor.echo", 1), 1)

    def test_without_a_socket_the_adapter_says_so(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MPSPEC_")}
        run = subprocess.run(COMMAND, env=environment, stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 2)
        self.assertIn(b"MPSPEC_SOCKET", run.stderr)


class Values(AdapterCase):
    def test_every_kind_of_value_survives(self):
        for value in VALUES:
            with self.subTest(value=str(value)[:60]):
                self.assertEqual(self.main.ok("actor.echo", value), value)
        self.assertEqual(self.main.ok("actor.echo", VALUES), VALUES)

    def test_every_kind_of_value_survives_a_queue_between_processes(self):
        self.main.ok("Queue.new", keep="q")
        child = self.adapter.spawn(1, "q")
        for value in VALUES:
            with self.subTest(value=str(value)[:60]):
                self.main.ok("Queue.put", value, on="q")
                self.assertEqual(child.ok("Queue.get", on="q"), value)

    def test_values_survive_at_the_depth_limit(self):
        value = None
        for _ in range(DEPTH_MAX):
            value = {"tuple": [value]}
        sys.setrecursionlimit(50 * DEPTH_MAX)  # the validator's recursion, not the adapter's
        self.assertEqual(self.main.ok("actor.echo", value), value)

    def test_sets_come_back_whole(self):
        reply = self.main.ok("actor.echo", {"set": [3, 1, 2]})
        self.assertEqual(sorted(reply["set"]), [1, 2, 3])

    def test_references_inside_containers_are_the_live_objects(self):
        self.main.ok("Manager.new", keep="m")
        self.main.ok("manager.dict.new", on="m", keep="outer")
        self.main.ok("manager.list.new", [1], on="m", keep="inner")
        inside = {"dict": [["k", {"tuple": [{"ref": "inner"}]}]]}
        self.main.ok("manager.dict.update", inside, on="outer")
        self.main.ok("manager.list.append", 2, on="inner")
        got = self.main.ok("manager.dict.__getitem__", "k", on="outer")
        self.assertEqual(got, {"tuple": [{"proxy": "manager.list"}]})
        self.main.ok("manager.dict.__setitem__", "p", {"ref": "inner"}, on="outer")
        self.main.ok("manager.dict.__getitem__", "p", on="outer", keep="again")
        self.assertEqual(self.main.ok("manager.list.to_list", on="again"), [1, 2])
        self.assertFalse(self.main.ok("actor.is_same", "inner", "again"))

    def test_live_objects(self):
        self.main.ok("Lock.new", keep="lock")
        self.assertEqual(self.main.ok("actor.echo", [{"ref": "lock"}]), [{"ref": "lock"}])
        self.assertEqual(self.main.ok("Lock.new"), {"proxy": "Lock"})
        self.main.ok("Value.new", "i", keep="value")
        self.assertEqual(self.main.ok("Value.get_lock", on="value"), {"proxy": "RLock"})
        self.assertEqual(self.main.ok("Value.get_lock", on="value", keep="l"), {"ref": "l"})
        self.main.ok("Value.get_lock", on="value", keep="l2")
        self.assertTrue(self.main.ok("actor.is_same", "l", "l2"))
        self.assertEqual(self.main.ok("Pipe.new", keep=["a", "b"]), [{"ref": "a"}, {"ref": "b"}])
        objects = ["lock", "value", "l", "l2", "a", "b"]
        self.assertEqual(self.main.ok("actor.objects"), objects)

    def test_a_kept_plain_value_stands_for_itself(self):
        self.main.ok("Manager.new", keep="m")
        self.main.ok("manager.list.new", [[1]], on="m", keep="xs")
        self.main.ok("manager.list.__getitem__", 0, on="xs", keep="copy")
        self.main.ok("manager.list.append", 2, on="copy")
        self.assertEqual(self.main.ok("actor.echo", {"ref": "copy"}), [1, 2])
        self.assertEqual(self.main.ok("manager.list.to_list", on="xs"), [[1]])

    def test_a_copy_of_a_namespace_is_opaque(self):
        self.main.ok("Manager.new", keep="m")
        self.main.ok("manager.Namespace.new", on="m", keep="n", target=1, self_=2)
        self.assertEqual(
            self.main.ok("manager.Namespace._getvalue", on="n"),
            {"opaque": "Namespace(self_=2, target=1)"},
        )

    def test_drop_forgets_the_object(self):
        self.main.ok("Manager.new", keep="m")
        before = self.main.ok("Manager.number_of_objects", on="m")
        self.main.ok("manager.list.new", on="m", keep="xs")
        self.assertEqual(self.main.error("manager.list.pop", on="xs"), "IndexError")
        self.assertEqual(self.main.ok("Manager.number_of_objects", on="m"), before + 1)
        self.assertIsNone(self.main.ok("actor.drop", "xs"))
        self.assertEqual(self.main.ok("Manager.number_of_objects", on="m"), before)


class Replies(AdapterCase):
    def test_errors_are_replies(self):
        self.main.ok("Queue.new", keep="q")
        reply = self.main.ask("Queue.get_nowait", on="q")
        self.assertEqual(reply["error"], {"type": "Empty", "args": [], "message": ""})
        self.main.ok("Manager.new", keep="m")
        self.main.ok("manager.dict.new", on="m", keep="d")
        error = self.main.ask("manager.dict.__getitem__", "k", on="d")["error"]
        self.assertEqual(error, {"type": "KeyError", "args": ["k"], "message": "'k'"})
        self.main.ok("Pipe.new", keep=["a", "b"])
        self.main.ok("Connection.send_bytes", {"bytes": "616263"}, on="a")
        error = self.main.ask("Connection.recv_bytes_into", 1, on="b")["error"]
        self.assertEqual((error["type"], error["args"]), ("BufferTooShort", [{"bytes": "616263"}]))

    def test_wrong_requests_are_adapter_errors(self):
        self.main.ok("Lock.new", keep="lock")
        for request in (
            {"op": "Lock.acquire", "on": "nobody"},
            {"op": "actor.echo", "args": [[{"ref": "nobody"}]]},
            {"op": "actor.echo", "args": [{"dict": [[[1], 1]]}]},
            {"op": "actor.echo", "args": [{"array": ["?", []]}]},
            {"op": "actor.program", "program": [do("Lock.acquire", "nobody")]},
            {"op": "actor.program", "program": [{"let": "x", "be": var("y")}]},
        ):
            with self.subTest(request=request):
                error = self.main.error(request.pop("op"), *request.pop("args", []), **request)
                self.assertEqual(error, "AdapterError")

    def test_stamps_lie_around_the_call(self):
        before = time.monotonic_ns()
        self.main.ok("Event.new", keep="e")
        start, end = self.main.ask("Event.wait", seconds(0.05), on="e")["t"]
        self.assertLess(before, start)
        self.assertGreaterEqual(end - start, 50_000_000)
        self.assertLess(end, time.monotonic_ns())

    def test_requests_of_one_thread_are_answered_in_order(self):
        identifiers = [self.main.begin("actor.echo", i) for i in range(100)]
        for number, identifier in enumerate(identifiers):
            self.assertEqual(self.main.reply(identifier)["ok"], number)
            self.assertEqual(len(self.main.replies), number + 1)

    def test_threads_work_while_others_are_blocked(self):
        self.main.ok("Queue.new", keep="q")
        main = self.main.begin("Queue.get", on="q")
        thread = self.main.begin("Queue.get", on="q", thread="t")
        self.assertEqual(self.main.ok("actor.echo", 7, thread="u"), 7)
        self.main.ok("Queue.put", 1, on="q", thread="u")
        self.main.ok("Queue.put", 2, on="q", thread="u")
        got = [self.main.reply(identifier)["ok"] for identifier in (main, thread)]
        self.assertEqual(sorted(got), [1, 2])

    def test_replies_of_threads_do_not_mix(self):
        names = ["a", "b", "c"]
        identifiers = {
            self.main.begin("actor.echo", name * 50_000, thread=name): name * 50_000
            for _ in range(20)
            for name in names
        }
        for identifier, expected in identifiers.items():
            self.assertEqual(self.main.reply(identifier)["ok"], expected)

    def test_a_thread_is_the_same_each_time(self):
        self.main.ok("RLock.new", keep="lock")
        self.assertTrue(self.main.ok("RLock.acquire", on="lock", thread="t"))
        self.assertFalse(self.main.ok("RLock.acquire", False, on="lock"))
        self.assertTrue(self.main.ok("RLock.acquire", False, on="lock", thread="t"))
        self.assertEqual(self.main.error("RLock.release", on="lock", thread="u"), "AssertionError")


class Processes(AdapterCase):
    def test_children_of_every_start_method(self):
        traces = {"fork": b"adapter.py", "spawn": b"spawn_main", "forkserver": b"forkserver"}
        for number, (method, trace) in enumerate(traces.items(), 1):
            with self.subTest(method=method):
                name = method + "-child"
                self.main.ok("Pipe.new", keep=["a", "b"])
                child = self.adapter.spawn(number, "b", method=method, name=name, daemon=True)
                self.assertNotEqual(child.hello["pid"], self.main.hello["pid"])
                self.assertEqual(
                    child.hello["pid"],
                    self.main.ok("Process.pid", on="process{}".format(number)),
                )
                with open("/proc/{}/cmdline".format(child.hello["pid"]), "rb") as command:
                    self.assertIn(trace, command.read())
                self.assertEqual(child.ok("actor.objects"), ["b"])
                self.assertEqual(child.ok("Process.current_name"), name)
                if "Process.parent_pid" in child.hello["operations"]:
                    parent = child.ok("Process.parent_pid")
                    self.assertEqual(parent, self.main.hello["pid"])
                child.ok("Connection.send", {"tuple": [1, {"str": "eda080"}]}, on="b")
                self.assertEqual(
                    self.main.ok("Connection.recv", on="a"), {"tuple": [1, {"str": "eda080"}]}
                )
                self.assertEqual(child.error("actor.call_daemonic_child"), "AssertionError")
                self.assertIn(name, self.main.ok("Process.active_children"))
                child.close()
                self.assertEqual(self.exit_code_of("process{}".format(number)), 0)

    def test_grandchildren(self):
        self.main.ok("Value.new", "i", 5, keep="v")
        child = self.adapter.spawn(1, "v")
        grandchild = self.adapter.spawn(2, "v", parent=child)
        grandchild.ok("Value.value.set", 6, on="v")
        self.assertEqual(self.main.ok("Value.value", on="v"), 6)
        self.assertIsNone(child.ok("actor.call_daemonic_child"))

    def test_every_way_to_end(self):
        ways = [
            ("actor.return", [], 0),
            ("actor.exit", [3], 3),
            ("actor.exit", ["text"], 1),
            ("actor.os_exit", [7], 7),
            ("actor.raise", ["KeyError", "k"], 1),
            ("actor.signal", [signal.SIGTERM], -signal.SIGTERM),
            ("actor.signal", [signal.SIGKILL], -signal.SIGKILL),
            ("actor.signal", [signal.SIGINT], -signal.SIGINT),
        ]
        for number, (operation, args, code) in enumerate(ways, 1):
            with self.subTest(operation=operation, args=args):
                child = self.adapter.spawn(number)
                identifier = child.begin(operation, *args)
                with self.assertRaises(Ended):
                    child.reply(identifier)
                process = "process{}".format(number)
                self.assertEqual(self.exit_code_of(process), code)
                self.assertTrue(self.main.ok("Process.sentinel_ready", 0, on=process))

    def test_the_program_ends_as_its_main_actor(self):
        for operation, args, code in (
            ("actor.return", [], 0),
            ("actor.exit", [3], 3),
            ("actor.raise", ["ValueError", "v"], 1),
            ("actor.signal", [signal.SIGKILL], -signal.SIGKILL),
        ):
            with self.subTest(operation=operation), Adapter(COMMAND) as adapter:
                adapter.main.begin(operation, *args)
                adapter.main.wait_for_end()
                self.assertEqual(adapter.process.wait(30), code)

    def test_a_closed_connection_returns(self):
        child = self.adapter.spawn(1)
        child.close()
        self.assertEqual(self.exit_code_of("process1"), 0)
        self.assertEqual(self.adapter.finish(), 0)
        self.assertEqual(self.adapter.output.read_bytes() + self.adapter.errors.read_bytes(), b"")
        self.assertEqual(list(self.adapter.tmp.iterdir()), [])

    def test_forked_processes_do_not_hold_connections(self):
        self.main.ok("Manager.new", keep="m")
        child = self.adapter.spawn(1)
        self.adapter.spawn(2)
        os.kill(self.main.hello["pid"], signal.SIGSTOP)  # it must not close or reap anything
        child.begin("actor.os_exit", 0)
        child.wait_for_end()
        os.kill(self.main.hello["pid"], signal.SIGKILL)
        self.main.wait_for_end()  # although its manager and actor 2 live on
        self.assertEqual(self.adapter.actors[2].ok("actor.echo", 1), 1)

    def test_an_ignored_signal_and_a_process_without_target(self):
        child = self.adapter.spawn(1)
        child.ok("actor.ignore_signal", signal.SIGTERM)
        self.main.ok("Process.terminate", on="process1")
        self.assertEqual(child.ok("actor.echo", 1), 1)
        self.main.ok("Process.new_bare", keep="bare", name="bare")
        self.assertIsNone(self.main.ok("Process.exitcode", on="bare"))
        self.assertEqual(self.main.error("Process.sentinel", on="bare"), "ValueError")
        self.main.ok("Process.daemon.set", True, on="bare")
        self.assertTrue(self.main.ok("Process.daemon", on="bare"))
        self.main.ok("Process.start", on="bare")
        self.assertEqual(self.exit_code_of("bare"), 0)


class Programs(AdapterCase):
    def test_statements(self):
        variables = self.main.run(
            {"let": "sum", "be": 0},
            {"let": "text", "be": "x"},
            {
                "repeat": 5,
                "index": "i",
                "body": [
                    {"break_if": [var("i"), 3]},
                    {"add": [var("sum"), var("i")], "let": "sum"},
                    {"add": [var("text"), "y"], "let": "text"},
                    {"append": {"tuple": [var("i"), var("text")]}, "to": "all"},
                    {"yield": None},
                ],
            },
            {"let": "copy", "be": var("all")},
            {"append": 0, "to": "copy"},
            {"repeat": 2, "body": [{"let": "new", "be": []}, {"append": 1, "to": "new"}]},
        )
        pairs = [{"tuple": [0, "xy"]}, {"tuple": [1, "xyy"]}, {"tuple": [2, "xyyy"]}]
        expected = {"sum": 3, "text": "xyyy", "i": 3, "all": pairs, "copy": pairs + [0], "new": [1]}
        self.assertEqual(variables, expected)

    def test_breaks_leave_the_innermost_loop(self):
        self.main.ok("Queue.new", keep="q")
        variables = self.main.run(
            do("Queue.put", "q", "a"),
            do("Queue.get", "q", let="first"),
            {"let": "rounds", "be": 0},
            {
                "repeat": 3,
                "body": [
                    {"add": [var("rounds"), 1], "let": "rounds"},
                    {"forever": [do("Queue.get_nowait", "q", break_on=["Empty"], let="never")]},
                ],
            },
        )
        self.assertEqual(variables, {"first": "a", "rounds": 3})

    def test_other_errors_end_the_program(self):
        self.main.ok("Queue.new", keep="q")
        program = [{"repeat": 2, "body": [do("Queue.get_nowait", "q", break_on=["Full"])]}]
        reply = self.main.ask("actor.program", program=program, record=True)
        self.assertEqual(reply["error"]["type"], "Empty")
        self.assertEqual([entry[3]["error"]["type"] for entry in reply["history"]], ["Empty"])

    def test_history(self):
        self.main.ok("SimpleQueue.new", keep="q")
        program = [
            {"let": "x", "be": [1]},
            {
                "repeat": 2,
                "index": "i",
                "body": [
                    do("SimpleQueue.put", "q", [var("i"), var("x")]),
                    do("SimpleQueue.get", "q", let="y"),
                    {"append": 5, "to": "y"},
                ],
            },
            do("Lock.new", keep="lock"),
            do("Lock.acquire", "lock", timeout=seconds(1)),
        ]
        reply = self.main.ask("actor.program", program=program, record=True)
        self.assertEqual([entry[0] for entry in reply["history"]], [2, 3, 2, 3, 5, 6])
        outcomes = [entry[3]["ok"] for entry in reply["history"]]
        self.assertEqual(outcomes, [None, [0, [1]], None, [1, [1]], {"ref": "lock"}, True])
        stamps = [stamp for entry in reply["history"] for stamp in entry[1:3]]
        self.assertEqual([reply["t"][0], *stamps, reply["t"][1]], sorted([*stamps, *reply["t"]]))
        self.assertEqual(self.main.error("Lock.acquire", on="nobody"), "AdapterError")
        self.assertFalse(self.main.ok("Lock.acquire", False, on="lock"))

    def test_objects_that_a_program_makes(self):
        make = do("manager.dict.new", "m", keep="d")
        self.main.ok("Manager.new", keep="m")
        self.main.run({"repeat": 2, "body": [make, do("manager.dict.update", "d", a=1)]})
        self.assertEqual(self.main.ok("manager.dict.to_dict", on="d"), {"dict": [["a", 1]]})

    def test_start_at(self):
        when = time.monotonic_ns() + 20_000_000
        self.main.ok("Lock.new", keep="lock")
        program = [{"start_at": when}, do("Lock.acquire", "lock")]
        reply = self.main.ask("actor.program", program=program, record=True)
        self.assertGreaterEqual(reply["history"][0][1], when)

    def test_a_locked_counter_in_several_processes(self):
        self.main.ok("Lock.new", keep="lock")
        self.main.ok("Value.new", "i", 0, False, keep="value")
        actors = [self.adapter.spawn(number, "lock", "value") for number in (1, 2, 3)]
        body = [
            do("Lock.acquire", "lock"),
            do("Value.value", "value", let="x"),
            {"add": [var("x"), 1], "let": "x"},
            do("Value.value.set", "value", var("x")),
            do("Lock.release", "lock"),
        ]
        program = [{"start_at": time.monotonic_ns() + 10_000_000}, {"repeat": 3000, "body": body}]
        running = [actor.begin("actor.program", program=program) for actor in actors]
        for actor, identifier in zip(actors, running):
            self.assertIn("ok", actor.reply(identifier))
        self.assertEqual(self.main.ok("Value.value", on="value"), 9000)


class Operations(AdapterCase):
    """A call of most operations that need more than a method of the same name."""

    def test_local_objects(self):
        ok = self.main.ok
        ok("Lock.new", keep="lock")
        self.assertIs(ok("Lock.with_release", on="lock"), True)
        self.assertIs(ok("Lock.acquire", on="lock"), True)
        ok("Array.new", "i", [1, 2, 3], keep="array")
        self.assertEqual(ok("Array.__getitem__", {"slice": [1, None, None]}, on="array"), [2, 3])
        self.assertEqual(ok("Array.to_list", on="array"), [1, 2, 3])
        self.assertEqual(self.main.error("Array.append", 4, on="array"), "AttributeError")
        ok("Array.new", "c", {"bytes": "61620063"}, lock={"ref": "lock"}, keep="bytes")
        ok("Lock.release", on="lock")
        self.assertEqual(ok("Array.value", on="bytes"), {"bytes": "6162"})
        self.assertEqual(ok("Array.raw", on="bytes"), {"bytes": "61620063"})
        ok("Array.get_lock", on="bytes", keep="same")
        self.assertTrue(ok("actor.is_same", "lock", "same"))
        ok("RawValue.new", "d", {"float": "0.5"}, keep="raw")
        self.assertEqual(ok("RawValue.value", on="raw"), {"float": "0.5"})
        ok("Value.new", "i", None, lock=False, keep="bare")
        self.assertEqual(self.main.error("Value.get_lock", on="bare"), "AttributeError")
        ok("Pipe.new", False, keep=["r", "w"])
        ok("Connection.send_raw", {"bytes": "00000002" + "6869"}, on="w")
        self.assertEqual(ok("Connection.recv_bytes", on="r"), {"bytes": "6869"})
        self.assertIs(ok("Connection.writable", on="r"), False)
        ok("Connection.send_bytes", {"bytes": "6869"}, on="w")
        got = ok("Connection.recv_bytes_into", 4, 1, on="r")
        self.assertEqual(got, {"tuple": [2, {"bytes": "00686900"}]})

    def test_shared_memory(self):
        ok = self.main.ok
        if "SharedMemory.new" not in self.main.hello["operations"]:
            self.skipTest("this module has no shared_memory")
        ok("SharedMemory.new", create=True, size=8, keep="block")
        ok("SharedMemory.write", 2, {"bytes": "6869"}, on="block")
        name = ok("SharedMemory.name", on="block")
        ok("SharedMemory.new", name=name, keep="other")
        self.assertEqual(ok("SharedMemory.read", 0, 5, on="other"), {"bytes": "0000686900"})
        ok("ShareableList.new", [1, "a", None], keep="items")
        ok("ShareableList.new", name=ok("ShareableList.name", on="items"), keep="view")
        ok("ShareableList.__setitem__", 0, 5, on="view")
        self.assertEqual(ok("ShareableList.to_list", on="items"), [5, "a", None])
        self.assertIs(ok("ShareableList.__contains__", "b", on="items"), False)
        for operation in ("ShareableList.close", "ShareableList.unlink"):
            self.assertIsNone(ok(operation, on="items"))
        for view, operation in (("other", "close"), ("block", "close"), ("block", "unlink")):
            self.assertIsNone(ok("SharedMemory." + operation, on=view))
        ok("ShareableList.close", on="view")
        self.assertEqual(self.main.error("SharedMemory.new", name=name), "FileNotFoundError")

    def test_manager_and_its_containers(self):
        ok = self.main.ok
        ok("Manager.new", keep="m")
        self.assertNotEqual(ok("Manager.pid", on="m"), self.main.hello["pid"])
        ok("manager.list.new", [1, 2, 3, 4], on="m", keep="xs")
        self.assertIsNone(ok("manager.list.__iadd__", [5], on="xs"))
        self.assertEqual(ok("manager.list.__add__", [6], on="xs"), [1, 2, 3, 4, 5, 6])
        self.assertEqual(ok("manager.list.__reversed__", on="xs"), [5, 4, 3, 2, 1])
        self.assertEqual(ok("manager.list.iterate_popping", on="xs"), [1, 2, 3])
        self.assertEqual(ok("manager.list.type_name", on="xs"), "ListProxy")
        self.assertEqual(ok("manager.list.__str__", on="xs"), "[1, 2]")
        ok("manager.list.copy_proxy", on="xs", keep="same")
        ok("manager.list.append", 9, on="same")
        self.assertEqual(ok("manager.list._getvalue", on="xs"), [1, 2, 9])
        self.assertFalse(ok("manager.list.equals", [1, 2, 9], on="xs"))
        ok("manager.dict.new", [["a", 1]], on="m", keep="d", b=2)
        self.assertEqual(ok("manager.dict.__iter__", on="d"), ["a", "b"])
        self.assertEqual(ok("manager.dict.to_dict", on="d"), {"dict": [["a", 1], ["b", 2]]})
        self.assertEqual(ok("manager.dict.popitem", on="d"), {"tuple": ["b", 2]})
        ok("manager.Namespace.new", on="m", keep="n")
        ok("manager.Namespace.__setattr__", "x", 1, on="n")
        self.assertEqual(ok("manager.Namespace.__getattr__", "x", on="n"), 1)
        ok("manager.Namespace.__delattr__", "x", on="n")
        error = self.main.error("manager.Namespace.__getattr__", "x", on="n")
        self.assertEqual(error, "AttributeError")
        ok("manager.Value.new", "i", 1, on="m", keep="v")
        ok("manager.Value.set", 2, on="v")
        self.assertEqual(ok("manager.Value.value", on="v"), 2)
        ok("manager.Value.value.set", 3, on="v")
        self.assertEqual(ok("manager.Value.get", on="v"), 3)
        ok("manager.Array.new", "i", [1, 2], on="m", keep="a")
        got = ok("manager.Array.__getitem__", {"slice": [None, None, None]}, on="a")
        self.assertEqual(got, {"array": ["i", [1, 2]]})
        ok("Manager.create", "Queue", 1, on="m", keep="q")
        ok("manager.Queue.put", 1, on="q")
        self.assertEqual(self.main.error("manager.Queue.put_nowait", 2, on="q"), "Full")
        ok("manager.Barrier.new", 1, on="m", keep="barrier")
        self.assertEqual(ok("manager.Barrier.parties", on="barrier"), 1)
        ok("manager.RLock.new", on="m", keep="lock")
        self.assertIs(ok("manager.RLock.acquire", on="lock"), True)
        self.assertIsNone(ok("Manager.shutdown", on="m"))

    def test_a_second_process_connects_to_a_manager(self):
        ok = self.main.ok
        ok("Manager.new", {"tuple": ["127.0.0.1", 0]}, {"bytes": "6b6579"}, keep="m")
        address = ok("Manager.address", on="m")
        self.assertEqual(address["tuple"][0], "127.0.0.1")
        self.assertEqual(ok("Manager.authkey", on="m"), {"bytes": "6b6579"})
        wrong = self.main.error("Manager.connect", address, {"bytes": "00"}, keep="no")
        self.assertEqual(wrong, "AuthenticationError")
        client = self.adapter.spawn(1)
        client.ok("Manager.connect", address, authkey={"bytes": "6b6579"}, keep="m")
        client.ok("manager.list.new", [], on="m", keep="outer")
        client.ok("manager.list.new", [1], on="m", keep="inner")
        client.ok("manager.list.append", {"ref": "inner"}, on="outer")
        client.ok("manager.list.__getitem__", 0, on="outer", keep="nested")
        self.assertEqual(client.ok("manager.list.to_list", on="nested"), [1])


class Schema(unittest.TestCase):
    """The schema refuses what the chapter does not allow."""

    def test_refusals(self):
        t = [1, 2]
        for kind, line in (
            (REPLY, {"id": 1, "ok": 1}),
            (REPLY, {"id": 0, "ok": 1, "t": t}),
            (REPLY, {"id": 1, "ok": 1, "t": [1]}),
            (REPLY, {"id": 1, "ok": 1, "unsupported": "x", "t": t}),
            (REPLY, {"id": 1, "ok": 0.5, "t": t}),
            (REPLY, {"id": 1, "ok": 2**53, "t": t}),
            (REPLY, {"id": 1, "ok": {}, "t": t}),
            (REPLY, {"id": 1, "ok": {"a": 1}, "t": t}),
            (REPLY, {"id": 1, "ok": {"tuple": [{"int": "1"}]}, "t": t}),
            (REPLY, {"id": 1, "ok": {"float": 0.5}, "t": t}),
            (REPLY, {"id": 1, "ok": {"bytes": "0"}, "t": t}),
            (REPLY, {"id": 1, "ok": {"dict": [[1]]}, "t": t}),
            (REPLY, {"id": 1, "ok": [{"var": "x"}], "t": t}),
            (REPLY, {"id": 1, "error": {"type": "Empty"}, "t": t}),
            (REPLY, {"id": 1, "ok": 1, "t": t, "history": [[0, 1, 2, {"ok": 1}, 3]]}),
            (REPLY, {"id": 1, "unsupported": "x", "t": t}),
            (REQUEST, {"id": 1, "op": "echo"}),
            (REQUEST, {"id": 1, "op": "actor.program"}),
            (REQUEST, {"id": 1, "op": "actor.echo", "args": [[{"opaque": "x"}]]}),
            (REQUEST, {"id": 1, "op": "actor.echo", "program": []}),
            (REQUEST, {"id": 1, "op": "actor.program", "program": [{"repeat": 1}]}),
            (REQUEST, {"id": 1, "op": "actor.program", "program": [{"be": 1}]}),
            (REQUEST, {"id": 1, "op": "actor.program", "program": [{"yield": None, "let": "x"}]}),
            (HELLO, {"hello": {"protocol": 1}}),
        ):
            with self.subTest(line=json.dumps(line)):
                self.assertFalse(kind.is_valid(line))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the adapter")
    parser.add_argument("--adapter-option", action="append", default=[], help="for the adapter")
    known, rest = parser.parse_known_args()
    COMMAND = [known.python, str(HERE / "adapter.py"), *known.adapter_option]
    unittest.main(argv=sys.argv[:1] + rest)
