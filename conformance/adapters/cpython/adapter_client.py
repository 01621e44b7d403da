"""Drives an adapter over its socket as the suite does, and holds every line in both directions
against the schema."""

import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    sys.exit("this needs the package python3-jsonschema")

SCHEMA = pathlib.Path(__file__).resolve().parents[3] / "spec" / "adapter" / "schema.json"
DEADLINE_S = 30  # only ends a test that hangs
GRACE_S = 5  # for an adapter to end by itself, with all its clean-up


def validator(definition):
    schema = json.loads(SCHEMA.read_text())
    del schema["oneOf"]
    return jsonschema.Draft202012Validator({**schema, "$ref": "#/$defs/" + definition})


HELLO, REQUEST, REPLY = map(validator, ("hello", "request", "reply"))


class Ended(Exception):
    """The actor's connection has ended."""


class Actor:
    def __init__(self, connection):
        self.connection = connection
        self.lines = connection.makefile("rb")
        self.ids = itertools.count(1)
        self.replies = {}
        hello = self.read_line()
        HELLO.validate(hello)
        self.hello = hello["hello"]

    def read_line(self):
        try:
            line = self.lines.readline()
        except ConnectionResetError:
            line = b""
        if not line.endswith(b"\n"):
            raise Ended("after {!r}".format(line[:200]))
        return json.loads(line, parse_float=refuse_float)

    def begin(self, op, *args, keep=None, on=None, thread=None, program=None, record=None, **names):
        """Sends a request, whose arguments are in the protocol's JSON; returns its id."""
        request = {"id": next(self.ids), "op": op, "object": on, "as": keep, "thread": thread}
        request.update(program=program, record=record, args=args or None, kwargs=names or None)
        request = {field: value for field, value in request.items() if value is not None}
        request = json.loads(json.dumps(request))
        REQUEST.validate(request)
        self.connection.sendall(json.dumps(request).encode() + b"\n")
        return request["id"]

    def reply(self, identifier):
        while identifier not in self.replies:
            reply = self.read_line()
            REPLY.validate(reply)
            assert reply["id"] not in self.replies, "answered twice"
            self.replies[reply["id"]] = reply
        return self.replies[identifier]

    def ask(self, *args, **kwargs):
        return self.reply(self.begin(*args, **kwargs))

    def ok(self, *args, **kwargs):
        reply = self.ask(*args, **kwargs)
        assert "ok" in reply, reply
        return reply["ok"]

    def error(self, *args, **kwargs):
        reply = self.ask(*args, **kwargs)
        assert "error" in reply, reply
        return reply["error"]["type"]

    def run(self, *statements, **kwargs):
        """Runs a program; the variables as a Python dict."""
        return dict(self.ok("actor.program", program=list(statements), **kwargs)["dict"])

    def wait_for_end(self):
        try:
            while True:
                self.read_line()
        except Ended:
            pass

    def close(self):
        self.lines.close()
        self.connection.close()


class Adapter:
    """A running adapter and the actors that have said hello."""

    def __init__(self, command, expect_hello=True, grace_s=GRACE_S):
        self.grace_s = grace_s
        self.folder = tempfile.TemporaryDirectory(prefix="adapter_test.")
        folder = pathlib.Path(self.folder.name)
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.settimeout(DEADLINE_S)
        self.listener.bind(str(folder / "socket"))
        self.listener.listen()
        self.output, self.errors = folder / "stdout", folder / "stderr"
        environment = {"MPSPEC_SOCKET": str(folder / "socket"), "MPSPEC_ACTOR": "0"}
        environment.update(TMPDIR=str(self.tmp))
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        self.actors = {}
        self.main = self.accept(0) if expect_hello else None

    def accept(self, number):
        """The actor of that number, once it has said hello."""
        while number not in self.actors:
            connection, _ = self.listener.accept()
            connection.settimeout(DEADLINE_S)
            actor = Actor(connection)
            self.actors[actor.hello["actor"]] = actor
        return self.actors[number]

    def spawn(self, number, *objects, parent=None, process=None, **kwargs):
        parent = parent or self.main
        process = process or "process{}".format(number)
        handed = [{"ref": name} for name in objects]
        parent.ok("Process.new", keep=process, actor=number, objects=handed, **kwargs)
        parent.ok("Process.start", on=process)
        return self.accept(number)

    def finish(self):
        """Closes the connections; the exit code of the adapter."""
        for actor in self.actors.values():
            actor.close()
        return self.process.wait(DEADLINE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for actor in self.actors.values():
            actor.close()
        self.listener.close()
        try:
            self.process.wait(self.grace_s)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.folder.cleanup()


def refuse_float(text):
    raise AssertionError("a JSON number with a fraction or an exponent: " + text)
