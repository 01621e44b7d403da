#!/usr/bin/env python3
"""check.py finds what is wrong with an adapter, and nothing with one that is in order."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import recipes

HERE = pathlib.Path(__file__).resolve().parent
TOY = HERE.parent / "kit" / "toy" / "toy.py"
BAD = HERE.parents[1] / "selftest" / "adapters" / "bad_adapter.py"
OPERATIONS = HERE.parents[2] / "spec" / "adapter" / "operations.md"

# The toy with something wrong: what stands between its table and its last lines.
WRONG = {
    "broken": 'OPERATIONS["Semaphore.release"] = lambda semaphore: semaphore.releaze()',
    "hidden": 'kit.Actor.hello = (lambda hello: lambda self: {**hello(self), "operations": '
    '[name for name in self.operations if name != "Semaphore.acquire"]})(kit.Actor.hello)',
    "ends": 'OPERATIONS["Semaphore.acquire"] = lambda semaphore: os._exit(3)',
    "unknown": 'OPERATIONS["Semaphore.frobnicate"] = lambda semaphore: None',
    "feature": 'kit.Table.describe = (lambda describe: lambda self: '
    '(self.features.append("spawn"), describe(self))[1])(kit.Table.describe)',
    "orphan": 'del OPERATIONS["Semaphore.new"]',
    "schema": 'OPERATIONS["Semaphore.release"] = lambda semaphore: None\n'
    'kit.Actor.outcome = (lambda outcome: lambda self, request, result, error: '
    '{**outcome(self, request, result, error), "more": 1})(kit.Actor.outcome)',
}


def check(*command, lines=None):
    words = [sys.executable, str(HERE / "check.py")]
    if lines is not None:
        with tempfile.NamedTemporaryFile("w", suffix=".lines") as record:
            record.write(lines)
            record.flush()
            return run(words + ["--lines", record.name, "--", *command])
    return run(words + ["--", *command])


def run(words):
    finished = subprocess.run(words, stdout=subprocess.PIPE, universal_newlines=True)
    return finished.returncode, finished.stdout


def check_wrong(what):
    text = TOY.read_text().replace("pathlib.Path(__file__).resolve()", "pathlib.Path({!r})".format(str(TOY)))
    text = text.replace('if __name__ == "__main__"', WRONG[what] + '\n\nif __name__ == "__main__"')
    with tempfile.NamedTemporaryFile("w", suffix=".py") as adapter:
        adapter.write(text)
        adapter.flush()
        return check(sys.executable, adapter.name)


class Recipes(unittest.TestCase):
    def test_every_operation_has_one(self):
        table = OPERATIONS.read_text()
        chapter = set(re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE))
        self.assertEqual(set(recipes.read()), chapter)

    def test_requests(self):
        recipe = recipes.parse_line('m = Manager.new(); l = m.list.new([1]); l.value.set(b"x") !')
        self.assertEqual(
            [request.operation for request in recipe.requests],
            ["Manager.new", "manager.list.new", "manager.list.value.set"],
        )
        self.assertEqual(recipe.requests[2], ("manager.list.value.set", "l", [], [b"x"], {}))
        self.assertEqual(recipe.ending, "error")
        self.assertEqual(recipes.renamed(recipe, 7).requests[1].target, "m7")


class Check(unittest.TestCase):
    def expect(self, found, *says, status=1):
        self.assertEqual(found[0], status, found[1])
        for text in says:
            self.assertIn(text, found[1])

    def test_good_adapters_are_in_order(self):
        self.expect(check(sys.executable, str(TOY)), "23 seen to work", "is in order", status=0)

    def test_declared_but_does_not_work(self):
        self.expect(check_wrong("broken"), "does not work", "Semaphore.release: AttributeError")
        self.expect(check_wrong("ends"), "Semaphore.acquire: the end of the actor")
        self.expect(check_wrong("feature"), "feature spawn: ")
        lies = check(sys.executable, str(BAD), "--bug", "lies")
        self.expect(lies, "Lock.acquire: unsupported\n        in: l = Lock.new(); l: Lock.acquire()")

    def test_works_but_is_not_declared(self):
        self.expect(check_wrong("hidden"), "works, but is not declared:\n    Semaphore.acquire: true")

    def test_what_is_not_of_the_protocol(self):
        self.expect(check_wrong("unknown"), "not of the protocol:\n    Semaphore.frobnicate")

    def test_what_could_not_be_tried_is_no_mistake(self):
        says = "could not be tried:\n    Semaphore.acquire needs Semaphore.new"
        self.expect(check_wrong("orphan"), says, status=0)

    def test_answers_that_break_the_schema(self):
        self.expect(check_wrong("schema"), "not as the schema says", "'more' was unexpected")

    def test_recorded_lines(self):
        good = '> {"id": 1, "op": "actor.pid"}\n< {"id": 1, "ok": 1, "t": [1, 2]}\n'
        self.expect(check(sys.executable, str(TOY), lines=good), "lines: 2", "0 not as", status=0)
        for bad in '< {"id": 1, "ok": 0.5, "t": [1, 2]}\n', "< nonsense\n", '> {"op": "actor.pid"}\n':
            self.expect(check(sys.executable, str(TOY), lines=good + bad), "lines: 3", "1 not as")


if __name__ == "__main__":
    unittest.main()
