"""Each bug of bad_adapter.py shows, and does not show in the adapter it is planted in."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CPYTHON = HERE.parents[1] / "adapters" / "cpython"
sys.path.insert(0, str(CPYTHON))
from adapter_client import Adapter, Ended

GOOD = [sys.executable, str(CPYTHON / "adapter.py")]
BAD = [sys.executable, str(HERE / "bad_adapter.py")]
SILENCE_S = 3  # what has not come by then does not come
MB = 1 << 20


def list_bugs():
    listed = subprocess.run(BAD + ["--list"], stdout=subprocess.PIPE, check=True).stdout.decode()
    return dict(line.split("\t") for line in listed.splitlines())


def ends(adapter, *args, **kwargs):
    try:
        adapter.main.ask(*args, **kwargs)
    except Ended:
        return True
    return False


def next_line(adapter, *args, **kwargs):
    adapter.main.begin(*args, **kwargs)
    return adapter.main.lines.readline()


def is_silent(readable):
    try:
        readable()
    except socket.timeout:
        return True
    return False


def is_left(adapter):
    """Ends what outlives the adapter in its environment; whether there was anything."""
    adapter.finish()
    mark = b"TMPDIR=" + str(adapter.tmp).encode() + b"\0"
    left = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                left.append(int(process.name))
                os.kill(left[-1], 9)
        except OSError:
            pass  # it has ended meanwhile, or is not ours to read
    return left != []


class Shows:
    """For every bug a function that drives an adapter and tells whether the bug shows."""

    def crash(self, adapter):
        adapter.main.ok("Queue.new", keep="q")
        return ends(adapter, "Queue.put", 1, on="q") and adapter.process.wait() == -9

    def hang(self, adapter):
        adapter.main.ok("Queue.new", keep="q")
        adapter.main.begin("Queue.get_nowait", on="q")
        adapter.main.connection.settimeout(SILENCE_S)
        return is_silent(adapter.main.lines.readline)

    def garbage(self, adapter):
        adapter.main.ok("Queue.new", keep="q")
        line = next_line(adapter, "Queue.qsize", on="q")
        try:
            json.loads(line)
        except ValueError:
            return True
        return False

    def closes_socket(self, adapter):
        adapter.main.ok("Queue.new", keep="q")
        return ends(adapter, "Queue.empty", on="q") and adapter.process.poll() is None

    def wrong_id(self, adapter):
        adapter.main.ok("Queue.new", keep="q")
        identifier = adapter.main.begin("Queue.full", on="q")
        return adapter.main.read_line()["id"] != identifier

    def lies(self, adapter):
        adapter.main.ok("Lock.new", keep="l")
        listed = "Lock.acquire" in adapter.main.hello["operations"]
        return listed and "unsupported" in adapter.main.ask("Lock.acquire", on="l")

    def wrong_hello(self, adapter):
        connection, _ = adapter.listener.accept()
        with connection, connection.makefile("rb") as lines:
            return json.loads(lines.readline())["hello"]["protocol"] == 99

    def silent(self, adapter):
        connection, _ = adapter.listener.accept()
        connection.settimeout(SILENCE_S)
        with connection:
            return is_silent(lambda: connection.recv(1)) and adapter.process.poll() is None

    def no_connect(self, adapter):
        adapter.listener.settimeout(SILENCE_S)
        silent = is_silent(lambda: adapter.listener.accept()[0].close())
        return silent and adapter.process.poll() is None

    def exits_at_once(self, adapter):
        try:
            return adapter.process.wait(SILENCE_S) == 7 and adapter.errors.read_bytes() != b""
        except subprocess.TimeoutExpired:
            return False

    def noisy(self, adapter):
        self.must_work(adapter)
        return min(path.stat().st_size for path in (adapter.output, adapter.errors)) >= 1_000_000

    def slow_bytes(self, adapter):
        self.must_work(adapter)
        adapter.main.begin("actor.echo", "x" * 5000)
        # While nothing is taken away, the socket has room for some hundreds of single bytes only, but for the line at once.
        at_once = adapter.main.connection.recv(MB, socket.MSG_PEEK).endswith(b"\n")
        line = b""
        while not line.endswith(b"\n"):
            line += adapter.main.connection.recv(MB)
        return not at_once and "x" * 5000 == json.loads(line)["ok"]

    @staticmethod
    def must_work(adapter):
        adapter.main.ok("Queue.new", keep="q")
        child = adapter.spawn(1, "q")
        child.ok("Queue.put", {"tuple": [1, "a"]}, on="q")
        assert adapter.main.ok("Queue.get", on="q") == {"tuple": [1, "a"]}
        assert adapter.main.error("Queue.get_nowait", on="q") == "Empty"

    def leaks_process(self, adapter):
        adapter.main.ok("Lock.new", keep="l")
        return is_left(adapter)

    def leaks_shm(self, adapter):
        adapter.main.ok("Lock.new", keep="l")
        adapter.finish()
        leaked = pathlib.Path("/dev/shm/mpspec-leak-{}".format(adapter.process.pid))
        if not leaked.exists():
            return False
        leaked.unlink()
        return True

    def leaks_file(self, adapter):
        adapter.main.ok("Lock.new", keep="l")
        adapter.finish()
        return list(adapter.tmp.iterdir()) != []

    def two_replies(self, adapter):
        adapter.main.ok("Lock.new", keep="l")
        first = adapter.main.begin("Lock.acquire", on="l")
        adapter.main.begin("actor.echo", 1)
        return [adapter.main.read_line()["id"] for _ in range(2)] == [first, first]

    def huge_line(self, adapter):
        adapter.main.ok("Lock.new", keep="l")
        adapter.main.ok("Lock.acquire", on="l")
        adapter.main.begin("Lock.release", on="l")
        return not adapter.main.lines.readline(65 * MB).endswith(b"\n")

    def deep_json(self, adapter):
        adapter.main.ok("Event.new", keep="e")
        line = next_line(adapter, "Event.is_set", on="e")
        try:
            json.loads(line)
        except RecursionError:
            return True
        return False

    def dead_server_pid(self, adapter):
        adapter.main.ok("Manager.new", keep="m")
        try:
            os.kill(adapter.main.ok("Manager.pid", on="m"), 0)
        except ProcessLookupError:
            return True
        return False

    def wrong_error_type(self, adapter):
        adapter.main.ok("Queue.new", keep="q")
        return adapter.main.error("Queue.get_nowait", on="q") == "Exception"


class BadAdapters(unittest.TestCase):
    UNGREETED = {"wrong_hello", "silent", "no_connect", "exits_at_once"}

    def test_every_bug_is_told(self):
        for name, what in list_bugs().items():
            self.assertTrue(hasattr(Shows, name), name + " has no check")
            self.assertTrue(what)

    def test_every_bug_shows_where_it_is_planted_and_nowhere_else(self):
        for name in list_bugs():
            for command, expected in ((BAD + ["--bug", name], True), (GOOD, False)):
                with self.subTest(bug=name, planted=expected):
                    greeted = name not in self.UNGREETED
                    with Adapter(command, expect_hello=greeted, grace_s=0) as adapter:
                        self.assertIs(getattr(Shows(), name)(adapter), expected)


if __name__ == "__main__":
    unittest.main()
