#!/usr/bin/env python3
"""Deliberately bad adapters: CPython's adapter with exactly one thing wrong.

    bad_adapter.py --bug NAME [options of the cpython adapter]
    bad_adapter.py --list        every NAME and what it breaks, separated by a tab

They show that the suite notices: each must fail for its own reason, and the two that are merely odd
(noisy, slow_bytes) must pass. Bugs of backends are in ../planted/.
"""

import argparse
import collections
import functools
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters" / "cpython"))
import adapter

HUGE_BYTES = 100_000_000
DEEP_LEVELS = 100_000
NOISE_BYTES = 1_000_000
LEAK_S = 600  # how long a leaked process stays when nobody ends it

# What a bug changes: how the actor starts, what it sends as a reply, or what an operation does.
Start = collections.namedtuple("Start", "what does")  # does(actor), before the hello
Reply = collections.namedtuple("Reply", "what operations does")  # does(actor, reply): the bytes
Operation = collections.namedtuple("Operation", "what does")  # {name: does(original, target, ...)}
EVERY = None  # all operations


class BadActor(adapter.Actor):
    def __init__(self, options, number, objects):
        super().__init__(options, number, objects)
        self.bug = BUGS[options.bug]
        if isinstance(self.bug, Operation):
            for name, does in self.bug.does.items():
                self.operations[name] = functools.partial(does, self.operations[name])

    def run(self):
        if isinstance(self.bug, Start):
            self.bug.does(self)
        super().run()

    def serve(self, inbox):
        for request in iter(inbox.get, None):
            reply = self.perform(request)
            if isinstance(self.bug, Reply) and self.bug.operations in (EVERY, request["op"]):
                self.send_line(self.bug.does(self, reply))
            else:
                self.send(reply)


def line(message):
    return json.dumps(message).encode() + b"\n"


def stay(*_, **__):
    while True:
        signal.pause()


def connect_and_stay(actor):
    actor.connection.connect(os.environ["MPSPEC_SOCKET"])
    stay()


def exit_at_once(actor):
    print("this adapter has no backend to drive", file=sys.stderr)
    sys.exit(7)


def say_wrong_hello(actor):
    hello = actor.hello
    actor.hello = lambda: {**hello(), "protocol": 99}


def make_noise(actor):
    perform = actor.perform

    def perform_noisily(request):
        print("no line of the protocol:", request, flush=True)
        print("nor this:", request, file=sys.stderr, flush=True)
        return perform(request)

    for stream in (sys.stdout, sys.stderr):
        print("." * NOISE_BYTES, file=stream, flush=True)
    actor.perform = perform_noisily


def send_byte_by_byte(actor):
    def send_line(line):
        with actor.writing:
            try:
                for byte in line:
                    actor.connection.sendall(bytes([byte]))
            except OSError:
                pass  # as in the original

    actor.send_line = send_line


def close_and_stay(actor, reply):
    actor.end_connection()
    stay()


def huge_line(actor, reply):
    return b'{"id": %d, "ok": "' % reply["id"] + b"x" * HUGE_BYTES


def deep_line(actor, reply):
    value = b"[" * DEEP_LEVELS + b"]" * DEEP_LEVELS
    return b'{"id": %d, "ok": %s, "t": %s}\n' % (reply["id"], value, line(reply["t"]).strip())


def with_another_type(actor, reply):
    if "error" in reply:
        reply["error"]["type"] = "Exception"
    return line(reply)


def and_leak(leak):
    """Does what is asked, and leaks."""

    def does(original, target, *args, **kwargs):
        leak()
        return original(target, *args, **kwargs)

    return does


def leak_process():
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.setsid()
            time.sleep(LEAK_S)
        os._exit(0)
    os.waitpid(child, 0)


def leak_shared_memory():
    with open("/dev/shm/mpspec-leak-{}".format(os.getpid()), "wb") as leaked:
        leaked.write(b"leak")


def leak_file():
    os.close(tempfile.mkstemp(prefix="leak-")[0])


def pid_of_nobody(original, manager):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


BUGS = {
    "crash": Operation(
        "Queue.put kills the process",
        {"Queue.put": lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)},
    ),
    "hang": Operation("Queue.get_nowait is never answered", {"Queue.get_nowait": stay}),
    "garbage": Reply(
        "Queue.qsize is answered by a line that is no JSON",
        "Queue.qsize",
        lambda actor, reply: b"Segmentation fault (not really)\n",
    ),
    "closes_socket": Reply(
        "at Queue.empty the connection is closed, but the process lives on",
        "Queue.empty",
        close_and_stay,
    ),
    "wrong_id": Reply(
        "Queue.full is answered with another id",
        "Queue.full",
        lambda actor, reply: line({**reply, "id": reply["id"] + 1000}),
    ),
    "lies": Reply(
        "Lock.acquire is in the hello, but unsupported",
        "Lock.acquire",
        lambda actor, reply: line({"id": reply["id"], "unsupported": "not Lock.acquire, sorry"}),
    ),
    "wrong_hello": Start("the hello says protocol version 99", say_wrong_hello),
    "silent": Start("connects, and never says hello", connect_and_stay),
    "no_connect": Start("never connects, and stays", stay),
    "exits_at_once": Start("ends with exit code 7 and a reason, before it connects", exit_at_once),
    "noisy": Start("nothing: writes a lot to standard output and standard error", make_noise),
    "leaks_process": Operation(
        "Lock.new leaves an orphaned process in a session of its own behind",
        {"Lock.new": and_leak(leak_process)},
    ),
    "leaks_shm": Operation(
        "Lock.new leaves an entry in /dev/shm behind", {"Lock.new": and_leak(leak_shared_memory)}
    ),
    "leaks_file": Operation(
        "Lock.new leaves a file in TMPDIR behind", {"Lock.new": and_leak(leak_file)}
    ),
    "two_replies": Reply(
        "Lock.acquire is answered twice", "Lock.acquire", lambda actor, reply: 2 * line(reply)
    ),
    "huge_line": Reply(
        "Lock.release is answered by a line of 100 MB that does not end", "Lock.release", huge_line
    ),
    "deep_json": Reply(
        "Event.is_set is answered by a value nested 100000 deep", "Event.is_set", deep_line
    ),
    "slow_bytes": Start("nothing: every line is sent byte by byte", send_byte_by_byte),
    "dead_server_pid": Operation(
        "Manager.pid is that of a process that has ended", {"Manager.pid": pid_of_nobody}
    ),
    "wrong_error_type": Reply("every error is called Exception", EVERY, with_another_type),
}


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        for name, bug in BUGS.items():
            print(name, bug.what, sep="\t")
        sys.exit()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bug", required=True, choices=BUGS, metavar="NAME", help="see --list")
    options = adapter.parse_options(parser)
    BadActor(options, int(os.environ["MPSPEC_ACTOR"]), {}).run()
