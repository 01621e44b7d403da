#!/usr/bin/env python3
"""The part of `mpspec adapter check` that follows the smoke stage.

    check.py [--lines FILE] -- COMMAND...

FILE has the lines of the smoke stage in both directions, "> " before the suite's and "< " before an
actor's: each is held against spec/adapter/schema.json. Then every operation of
spec/adapter/operations.md is asked for as recipes.txt says: does what the hello declares work, and is
what it does not declare unsupported? Exit status: 0 all is in order, 1 something is not.
"""

import argparse
import collections
import itertools
import json
import pathlib
import socket
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cpython"), str(HERE.parent / "kit" / "python")]
import adapter_client
import jsonschema
import mpspec_kit as kit
import recipes

DEADLINE_S = 10
START_METHODS = ("fork", "spawn", "forkserver")
EXAMPLES_MAX = 5


class Lines:
    """The lines of a record, held against the schema."""

    def __init__(self):
        self.count = 0
        self.wrong = collections.Counter()
        self.example = {}

    def read(self, path):
        for line in open(path, encoding="utf-8", errors="replace"):
            self.take(line[0], line[2:].rstrip("\n"))

    def take(self, direction, text):
        self.count += 1
        try:
            line = json.loads(text, parse_float=adapter_client.refuse_float)
            if direction == ">":
                definition = adapter_client.REQUEST
            else:
                definition = adapter_client.HELLO if "hello" in line else adapter_client.REPLY
            definition.validate(line)
        except (ValueError, RecursionError) as error:
            self.note("is no JSON object: " + str(error), text)
        except AssertionError as error:
            self.note(str(error), text)
        except jsonschema.ValidationError as error:
            self.note(complaint(error), text)

    def note(self, what, text):
        self.wrong[what] += 1
        self.example.setdefault(what, text)


def complaint(error):
    """The deepest reason of a schema's refusal, and where."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    place = "".join("[{!r}]".format(part) for part in error.absolute_path) or "the line"
    return "{}: {}".format(place, error.message[:200])


def encode(value):
    if isinstance(value, recipes.Ref):
        return {"ref": str(value)}
    return next(kit.ENCODERS[t] for t in type(value).__mro__ if t in kit.ENCODERS)(value, encode)


class Trouble(Exception):
    """An operation that does not come out as it should."""


class Prober:
    """Asks a running adapter for one operation after the other; a new one after each disaster."""

    def __init__(self, command):
        self.command = command
        self.adapter = None
        self.numbers = itertools.count(1)

    def main(self):
        if self.adapter is None:
            self.adapter = adapter_client.Adapter(self.command, grace_s=0)
            self.adapter.main.connection.settimeout(DEADLINE_S)
        return self.adapter.main

    def close(self):
        if self.adapter is not None:
            self.adapter.__exit__()
        self.adapter = None

    def ask(self, request, number):
        """The reply; None when the connection ended."""
        names = {name: encode(value) for name, value in request.names.items()}
        args = [encode(value) for value in request.args]
        if request.operation == "Process.new":
            names["actor"] = number
        if request.operation == "actor.program":
            names["program"] = []
        kept = request.kept[0] if len(request.kept) == 1 else request.kept or None
        main = self.main()
        try:
            reply = main.ask(request.operation, *args, keep=kept, on=request.target, **names)
            if request.operation == "Process.start" and "ok" in reply:
                self.adapter.listener.settimeout(DEADLINE_S)
                self.adapter.accept(number)
            return reply
        except adapter_client.Ended:
            self.close()
            return None
        except socket.timeout:
            self.close()
            raise Trouble("no answer within {} s".format(DEADLINE_S))
        except jsonschema.ValidationError as error:
            self.close()
            raise Trouble("its answer is not as the schema says: " + complaint(error))
        except (AssertionError, ValueError) as error:
            self.close()
            raise Trouble("its answer is no line of the protocol: " + str(error)[:200])

    def run(self, recipe):
        """The last request's reply; Trouble when one before it fails, too."""
        number = next(self.numbers)
        recipe = recipes.renamed(recipe, number)
        *before, last = recipe.requests
        for request in before:
            reply = self.ask(request, number)
            if reply is None or "ok" not in reply:
                raise Trouble("{} came to {}".format(request.operation, in_words(reply)))
        reply = self.ask(last, number)
        if last.operation in ("SharedMemory.new", "ShareableList.new") and reply and "ok" in reply:
            unlink = last.operation.replace(".new", ".unlink")
            self.ask(recipes.Request(unlink, last.kept[0], [], [], {}), number)  # or it would stay
        return reply


def in_words(reply):
    if reply is None:
        return "the end of the actor"
    if "error" in reply:
        return "{type}: {message}".format(**reply["error"])[:200]
    return "unsupported" if "unsupported" in reply else json.dumps(reply.get("ok"))[:200]


def ends_well(reply, ending):
    if ending == "none" or reply is None:
        return reply is None and ending == "none"
    mistake = reply.get("error", {}).get("type") == "AdapterError"
    return ending in reply and not mistake


class Capabilities:
    """What the hello declares against what works."""

    def __init__(self, prober):
        self.prober = prober
        self.recipes = recipes.read()
        hello = prober.main().hello
        self.declared, self.features = set(hello["operations"]), hello["features"]
        self.working, self.broken, self.hidden, self.unknown = [], [], [], []
        self.unchecked = []

    def check(self):
        self.unknown = sorted(self.declared - set(self.recipes))
        for operation, recipe in self.recipes.items():
            before = {request.operation for request in recipe.requests[:-1]}
            if operation in self.declared and not before <= self.declared:
                self.unchecked.append("{} needs {}".format(operation, min(before - self.declared)))
            elif operation in self.declared:
                self.check_declared(operation, recipe)
            elif before <= self.declared:
                self.check_undeclared(operation, recipe)
        for feature in self.features:
            self.check_feature(feature)

    def check_declared(self, operation, recipe):
        try:
            reply = self.prober.run(recipe)
            if ends_well(reply, recipe.ending):
                self.working.append(operation)
                return
            said = in_words(reply)
        except Trouble as trouble:
            said = str(trouble)
        self.broken.append("{}: {}\n        in: {}".format(operation, said, recipes.text(recipe)))

    def check_undeclared(self, operation, recipe):
        try:
            reply = self.prober.run(recipe)
            if reply is not None and "unsupported" in reply:
                return
            said = in_words(reply)
        except Trouble as trouble:
            said = str(trouble)
        self.hidden.append("{}: {}".format(operation, said))

    def check_feature(self, feature):
        try:
            if feature == "threads":
                echo = recipes.Request("actor.echo", None, [], [1], {"thread": "t"})
                reply = self.prober.run(recipes.Recipe([echo], "ok"))
            elif feature in START_METHODS:
                reply = self.prober.run(
                    recipes.parse_line("p = Process.new(actor=1, method={!r}); p.start()".format(feature))
                )
            elif feature == "manager-wire":
                if "Manager.address" in self.declared:
                    return
                reply = {"unsupported": ""}
            else:
                self.unknown.append("feature " + feature)
                return
            if "ok" in reply:
                return
            said = in_words(reply)
        except Trouble as trouble:
            said = str(trouble)
        self.broken.append("feature {}: {}".format(feature, said))


def show(title, items):
    if items:
        print("\n" + title)
        for item in items:
            print("    " + item)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", help="record of the smoke stage")
    parser.add_argument("command", nargs="+", help="of the adapter")
    options = parser.parse_args()

    lines = Lines()
    if options.lines:
        lines.read(options.lines)
        wrong = sum(lines.wrong.values())
        print("lines: {} in both directions, {} not as the schema says".format(lines.count, wrong))
        for what, count in lines.wrong.most_common(EXAMPLES_MAX):
            print("    {} times: {}\n        {}".format(count, what, lines.example[what][:200]))

    prober = Prober(options.command)
    capabilities = Capabilities(prober)
    capabilities.check()
    prober.close()
    total = len(capabilities.recipes)
    print("operations: {} of {} declared".format(len(capabilities.declared), total), end=", ")
    print("{} seen to work".format(len(capabilities.working)))
    show("declared, but does not work:", capabilities.broken)
    show("works, but is not declared:", capabilities.hidden)
    show("declared, but is not of the protocol:", capabilities.unknown)
    show("declared, and could not be tried:", capabilities.unchecked)
    wrong = lines.wrong or capabilities.broken or capabilities.hidden or capabilities.unknown
    print("\nthe adapter is not in order" if wrong else "the adapter is in order")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
