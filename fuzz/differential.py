#!/usr/bin/env python3
"""The reference beside CPython: any difference is printed, and the exit code is 1.

  fuzz/differential.py codec PEER [SECONDS|COUNTx] [SEED]      PEER is the program fuzz_codec_peer
  fuzz/differential.py server MANAGER [SECONDS|COUNTx] [SEED]  MANAGER is the program mp-manager

For so many seconds (30), or so many pickles or calls: 2000x.

codec: random plain data, and pickles with some bytes changed, are read by the reference and by CPython's own unpickler
(restricted to data: no global but data's own types is looked up). Both refuse, or both read the same value.
server: the same random operations on objects of the reference's server and of a CPython server, through CPython's own
proxies. Both return the same value, or raise the same exception with the same arguments.
"""
import builtins
import io
import multiprocessing
import multiprocessing.managers as managers
import pickle
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

# What a pickle of plain data may name. Others stay names to the reference, and nothing to compare with.
DATA = {("builtins", name): getattr(builtins, name) for name in ("set", "frozenset", "bytearray", "complex", "range", "slice")}
DATA[("_codecs", "encode")] = __import__("_codecs").encode


class Until:
    """True while there is more to do: seconds, or as text "2000x" for a count."""

    def __init__(self, text):
        self.count = int(text[:-1]) if text.endswith("x") else None
        self.end = time.monotonic() + float(text) if self.count is None else None

    def more(self, done):
        return done < self.count if self.count is not None else time.monotonic() < self.end


class NotData(Exception):
    pass


class DataUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        try:
            return DATA[({"__builtin__": "builtins"}.get(module, module), name)]
        except KeyError:
            raise NotData(f"{module}.{name}") from None


class Values:
    """Random plain data; keys may be anything that Python hashes. The order of larger sets is nobody's promise."""

    def __init__(self, source, items_of_sets=12):
        self.random = source
        self.items_of_sets = items_of_sets

    def scalar(self):
        draw = self.random
        return draw.choice((
            lambda: None, lambda: draw.random() < 0.5, lambda: draw.randint(-3, 300), lambda: draw.getrandbits(draw.choice((16, 31, 33, 64, 900))),
            lambda: -draw.getrandbits(draw.choice((16, 31, 32, 64, 900))), lambda: draw.uniform(-9, 9), lambda: draw.choice((0.0, -0.0, 1e300)),
            lambda: "".join(draw.choices("ab\u20ac\U0001f600\n\\\ud800", k=draw.choice((0, 1, 5, 256)))),
            lambda: draw.randbytes(draw.choice((0, 1, 5, 256))), lambda: bytearray(draw.randbytes(3)), lambda: complex(draw.randint(0, 3), 1.5),
            lambda: range(draw.randint(-5, 5), draw.randint(-5, 50), draw.choice((1, 2, -1))), lambda: slice(None, draw.randint(0, 4)),
        ))()

    def key(self):
        while True:
            key = self.scalar() if self.random.random() < 0.8 else (self.scalar(), self.scalar())
            try:
                hash(key)
                return key
            except TypeError:
                pass

    def value(self, depth=0):
        draw = self.random
        if depth > 4 or draw.random() < 0.5:
            return self.scalar()
        some = [self.value(depth + 1) for _ in range(draw.choice((0, 1, 2, 3, 4, 12)))]
        if len(some) > 1 and draw.random() < 0.2:
            some.append(some[0])
        return draw.choice((lambda: some, lambda: tuple(some), lambda: {self.key(): item for item in some},
                            lambda: {self.key() for _ in some[:self.items_of_sets]}, lambda: frozenset(self.key() for _ in some[:self.items_of_sets])))()


def shown(value):
    """The value as text that tells kinds apart, whatever the order of sets."""
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}{sorted(map(shown, value))}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(shown, value))})"
    if isinstance(value, dict):
        return f"dict({', '.join(f'{shown(key)}: {shown(item)}' for key, item in value.items())})"
    return f"{type(value).__name__} {value!r}"


# --- The codec --------------------------------------------------------------------------------------------------------


class Peer:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def recode(self, protocol, data):
        self.process.stdin.write(struct.pack("<I", len(data) + 1) + bytes([protocol]) + data)
        self.process.stdin.flush()
        header = self.process.stdout.read(4)
        if len(header) < 4:
            sys.exit(f"the reference's codec ended with {self.process.wait()} at {data!r}")
        answer = self.process.stdout.read(struct.unpack("<I", header)[0])
        return answer[:1] == b"=", answer[1:]


def changed(data, source):
    data = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 4))):
        at = source.randrange(len(data) + 1)
        how = source.randrange(4)
        if how == 0 and at < len(data):
            data[at] = source.choice((0, 1, 0x7f, 0x80, 0xff, source.randrange(256)))
        elif how == 1:
            data[at:at] = source.choice([bytes([op]) for op in b"(.012N)]}tlaesu\x85\x86\x87\x88\x89\x8f\x90\x91\x94"])
        elif how == 2:
            del data[at:at + source.randrange(1, 5)]
        else:
            other = source.randrange(len(data) + 1)
            data[at:at] = data[other:other + source.randrange(1, 9)]
    return bytes(data)


def cpython_reads(data):
    """What CPython reads, or its exception; None where it is not for data alone to say."""
    try:
        return True, shown(DataUnpickler(io.BytesIO(data)).load())
    except (NotData, RecursionError, MemoryError):
        return None
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"


def is_allowed(data, ours, theirs):
    """What the two may differ in, and why."""
    if any(byte in data for byte in (0x97, 0x98, 0x82, ord("P"))):
        return True  # buffers, extension codes and persistent ids need more than data
    if re.search(rb"[IL][+-]?0[0-9xXoObB_]|[IL][+-]?[0-9]+_", data) and not ours[0]:
        return True  # 010 is 8 to CPython's C unpickler and an error to its Python one; nor does any pickler write 0x8 or 1_000
    if b"\0" in data and ("invalid literal" in ours[1] or "could not convert" in ours[1]):
        return True  # a NUL ends the text of a number in CPython's C unpickler, but not in its Python one: refused here
    return theirs[1].startswith("OverflowError")  # F1e400: inf to CPython's Python unpickler and here


def compare_codec(program, until, seed):
    source, peer = random.Random(seed), Peer(program)
    values, count, differences = Values(source), 0, 0
    while until.more(count):
        data = pickle.dumps(values.value(), source.randrange(6))
        if source.random() < 0.6:
            data = changed(data, source)
        theirs = cpython_reads(data)
        if theirs is None:
            continue
        count += 1
        could, answer = peer.recode(source.randrange(2, 6), data)
        ours = cpython_reads(answer) if could else (False, answer.decode("utf-8", "replace"))
        if ours is None or ours[0] == theirs[0] and (not ours[0] or ours[1] == theirs[1]) or is_allowed(data, ours, theirs):
            continue
        differences += 1
        print(f"pickle    {data[:300]!r}\n  CPython   {theirs[1]}\n  reference {ours[1]}", flush=True)
    print(f"codec: {count} pickles, {differences} differences, seed {seed}")
    return differences


# --- The server -------------------------------------------------------------------------------------------------------


def operations(values, source):
    """One random call for each kind of object."""
    def number():
        return source.choice((0, 1, -1, 2, 3, -4, 100, 2**70, True, 1.5, "x", None))

    def index():
        return source.choice((number(), slice(*(source.choice((None, -3, -1, 0, 1, 2, 5)) for _ in range(2)), source.choice((None, 1, 2, -1)))))

    value, key = values.value, values.key
    return {
        "list": (("append", value()), ("extend", value()), ("insert", number(), value()), ("pop",), ("pop", number()), ("remove", value()),
                 ("index", value()), ("count", value()), ("reverse",), ("sort",), ("__getitem__", index()), ("__setitem__", index(), value()),
                 ("__delitem__", index()), ("__len__",), ("__contains__", value()), ("__add__", value()), ("__mul__", source.choice((0, 2, -1, "x"))),
                 ("#GETVALUE",), ("__str__",), ("nothing",)),
        "dict": (("__setitem__", key(), value()), ("__setitem__", [value()], 1), ("__getitem__", key()), ("__delitem__", key()), ("get", key()),
                 ("get", key(), 5), ("pop", key()), ("pop", key(), 5), ("popitem",), ("setdefault", key(), value()), ("update", value()),
                 ("keys",), ("values",), ("items",), ("copy",), ("__len__",), ("__contains__", value()), ("clear",), ("#GETVALUE",)),
        "Queue": (("put_nowait", value()), ("get_nowait",), ("qsize",), ("empty",), ("full",), ("task_done",), ("put", value(), False),
                  ("get", False), ("get", True, 0)),
        "Semaphore": (("acquire", False), ("release",), ("release", source.choice((-1, 0, 1, 2))), ("acquire", True, 0)),
        "Event": (("is_set",), ("set",), ("clear",), ("wait", 0)),
        "Value": (("get",), ("set", value())),
        "Array": (("__getitem__", index()), ("__setitem__", index(), number()), ("__len__",), ("#GETVALUE",)),
    }


CREATE = {"list": ([1, 2.0, "three"],), "dict": ({"a": 1},), "Queue": (3,), "Semaphore": (1,), "Event": (), "Value": ("i", 1), "Array": ("i", [1, 2, 3])}


def outcome(proxy, method, args):
    try:
        return shown(proxy._callmethod(method, args))
    except managers.RemoteError as error:
        return "RemoteError " + str(error).strip("-\n ").splitlines()[-1].split(":")[0]
    except Exception as error:
        # What an exception says in words is nobody's promise; the key of a KeyError is data.
        return f"{type(error).__name__} {shown(error.args) if isinstance(error, KeyError) else ''}"


def compare_server(program, until, seed):
    multiprocessing.current_process().authkey = b"secret"
    with tempfile.TemporaryDirectory() as folder:
        key = f"{folder}/key"
        with open(key, "wb") as file:
            file.write(b"secret")
        server = subprocess.Popen([program, "--address", f"{folder}/socket", "--authkey-file", key], stdout=subprocess.PIPE)
        server.stdout.readline()
        ours = managers.SyncManager(f"{folder}/socket", authkey=b"secret")
        ours.connect()
        theirs = managers.SyncManager(authkey=b"secret")
        theirs.start()
        try:
            return compare_objects(ours, theirs, until, seed)
        finally:
            theirs.shutdown()
            server.terminate()
            server.wait()


def compare_objects(ours, theirs, until, seed):
    source = random.Random(seed)
    values, count, differences = Values(source, items_of_sets=1), 0, 0
    while until.more(count):
        type_id = source.choice(list(CREATE))
        pair = [getattr(manager, type_id)(*CREATE[type_id]) for manager in (ours, theirs)]
        done = []
        for _ in range(40):
            method, *args = source.choice(operations(values, source)[type_id])
            done.append((method, *args))
            count += 1
            results = [outcome(proxy, method, args) for proxy in pair]
            if results[0] == results[1]:
                continue
            if sys.version_info < (3, 12) and results[1].startswith("TypeError") and "slice(" in repr(args):
                break  # a slice has a hash from 3.12 on, and here; the objects may differ now
            differences += 1
            print(f"{type_id} after {len(done) - 1} calls: {str(done[-1])[:300]}\n  CPython   {results[1][:300]}\n  reference {results[0][:300]}", flush=True)
            break
    print(f"server: {count} calls, {differences} differences, seed {seed}")
    return differences


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("codec", "server"):
        sys.exit(__doc__)
    compare = compare_codec if arguments[0] == "codec" else compare_server
    until = Until(arguments[2] if len(arguments) > 2 else "30")
    seed = int(arguments[3]) if len(arguments) > 3 else random.SystemRandom().getrandbits(32)
    return 1 if compare(arguments[1], until, seed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
