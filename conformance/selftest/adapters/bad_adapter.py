#!/usr/bin/env python3
"""Deliberately bad adapters: CPython's adapter with exactly one thing wrong.

    bad_adapter.py --bug NAME [options of the cpython adapter]
    bad_adapter.py --list        every NAME and what it breaks, separated by a tab

They show that the suite notices: each must fail for its own reason, and the two that are merely odd
(noisy, slow_bytes) must pass.
"""

import argparse
import collections
import functools
import itertools
import json
import multiprocessing.connection
import multiprocessing.managers
import os
import pathlib
import queue
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


# Bugs of the adapter ------------------------------------------------------------------------------


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


# Planted bugs of the backend ----------------------------------------------------------------------


def every(number):
    """A function that is true at each `number`-th call."""
    calls = itertools.count(1)
    return lambda: next(calls) % number == 0


def reorder():
    held, strikes = {}, every(3)

    def get(original, target, *args, **kwargs):
        if id(target) in held:
            return held.pop(id(target))
        first = original(target, *args, **kwargs)
        if not strikes():
            return first
        try:
            second = target.get_nowait()
        except queue.Empty:
            return first
        held[id(target)] = first
        return second

    return {"Queue.get": get, "Queue.get_nowait": get}


def on_put(does):
    return {"Queue.put": does, "Queue.put_nowait": does}


def drop():
    strikes = every(50)
    return on_put(lambda put, *args, **names: None if strikes() else put(*args, **names))


def duplicate():
    strikes = every(50)

    def put(original, target, item, *args, **kwargs):
        original(target, item, *args, **kwargs)
        if strikes():
            original(target, item, *args, **kwargs)

    return on_put(put)


def lose_none(original, target, item, *args, **kwargs):
    if item is not None:
        original(target, item, *args, **kwargs)


def live(base):
    """A list or dict that writes its changes back, as if it were not a copy."""

    def changing(name):
        def does(self, *args, **kwargs):
            result = getattr(base, name)(self, *args, **kwargs)
            self.write_back(base(self))
            return result

        return does

    names = "append extend insert pop remove clear update setdefault __setitem__ __delitem__"
    methods = {name: changing(name) for name in names.split() if hasattr(base, name)}
    return type("Live" + base.__name__, (base,), methods)


LIVE = {list: live(list), dict: live(dict)}


def alive(value, write_back):
    if type(value) in LIVE:
        value = LIVE[type(value)](value)
        value.write_back = write_back
    return value


def live_item(original, proxy, key):
    return alive(original(proxy, key), lambda changed: proxy.__setitem__(key, changed))


def live_list(original, proxy):
    return alive(original(proxy), lambda changed: proxy.__setitem__(slice(None), changed))


def live_dict(original, proxy):
    return alive(original(proxy), lambda changed: (proxy.clear(), proxy.update(changed)))


def grow():
    grown = collections.defaultdict(list)
    return {
        "Array.append": lambda original, target, item: grown[id(target)].append(item),
        "Array.__len__": lambda original, target: original(target) + len(grown[id(target)]),
        "Array.to_list": lambda original, target: original(target) + grown[id(target)],
    }


def keep_to_oneself():
    own = {}
    return {
        "Value.value": lambda original, target: own.get(id(target), original(target)),
        "Value.value.set": lambda original, target, value: own.__setitem__(id(target), value),
    }


def exitcode_zero(original, process):
    code = original(process)
    return 0 if code is not None and code < 0 else code


TIMED = (
    "Process.join Process.sentinel_ready Lock.acquire RLock.acquire Semaphore.acquire"
    " BoundedSemaphore.acquire Condition.wait Event.wait Barrier.wait Queue.get JoinableQueue.get"
    " Connection.poll manager.Lock.acquire manager.RLock.acquire manager.Semaphore.acquire"
    " manager.Condition.wait manager.Event.wait manager.Barrier.wait manager.Queue.get"
)


def return_early(original, target, *args, **kwargs):
    def half(value):
        return value / 2 if isinstance(value, float) else value

    halves = {name: half(value) for name, value in kwargs.items()}
    return original(target, *map(half, args), **halves)


def forget_others(original, proxy, name, value):
    for other in vars(proxy._getvalue()):
        delattr(proxy, other)
    original(proxy, name, value)


def welcome_everybody(actor):
    """Managers are forked from this process, and so are as trusting."""

    def deliver_challenge(connection, *_, **__):
        connection.send_bytes(b"#CHALLENGE#" + os.urandom(20))
        connection.recv_bytes(256)
        connection.send_bytes(b"#WELCOME#")

    multiprocessing.connection.deliver_challenge = deliver_challenge


def keep_references(actor):
    multiprocessing.managers.Server.decref = lambda server, connection, ident: None


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
    "lock_does_not_lock": Operation(
        "Lock.acquire is always true, and acquires nothing",
        {"Lock.acquire": lambda *_, **__: True, "Lock.release": lambda *_: None},
    ),
    "queue_reorders": Operation("Queue.get returns the second item first, at times", reorder()),
    "queue_drops": Operation("each 50th Queue.put of a process is dropped", drop()),
    "queue_duplicates": Operation("each 50th Queue.put of a process is done twice", duplicate()),
    "queue_loses_none": Operation("Queue.put of None puts nothing", on_put(lose_none)),
    "nested_mutation_leaks": Operation(
        "a list or dict read out of a managed dict writes its changes back",
        {"manager.dict.__getitem__": live_item},
    ),
    "copy_is_live": Operation(
        "the copy of a managed list or dict writes its changes back",
        {
            "manager.dict.copy": live_dict,
            "manager.dict._getvalue": live_dict,
            "manager.list._getvalue": live_list,
        },
    ),
    "array_grows": Operation("Array.append appends", grow()),
    "value_not_shared": Operation(
        "what is assigned to a Value stays in the process", keep_to_oneself()
    ),
    "exitcode_zero_when_killed": Operation(
        "Process.exitcode is 0 for a process that a signal ended",
        {"Process.exitcode": exitcode_zero},
    ),
    "timeout_returns_early": Operation(
        "waits with a timeout end after half of it", dict.fromkeys(TIMED.split(), return_early)
    ),
    "namespace_forgets": Operation(
        "setting an attribute of a Namespace deletes the others",
        {"manager.Namespace.__setattr__": forget_others},
    ),
    "welcomes_everybody": Start(
        "managers welcome clients that do not know the key", welcome_everybody
    ),
    "keeps_references": Start("managers keep objects that nobody refers to", keep_references),
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
