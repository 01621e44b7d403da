#!/usr/bin/env python3
"""Writes seeds for the fuzz targets: python3 fuzz/make_corpus.py FOLDER [TARGET ...]

FOLDER/TARGET/ gets one file a seed. Pickles come from this CPython's pickler (protocols 0 to 5); requests are what
CPython's own SyncManager proxies send, recorded at a socket. `fuzz/minimise` turns them, and what a fuzzer has found
since, into the checked-in corpus. `--dictionaries` writes fuzz/dictionaries instead.
"""
import array
import collections
import datetime
import decimal
import hashlib
import json
import multiprocessing.connection
import multiprocessing.managers as managers
import os
import pathlib
import pickle
import pickletools
import struct
import sys
import threading

import pickle_seeds
import session_seeds
from session_seeds import TAG, WITNESSES, frame, record

HERE = pathlib.Path(__file__).resolve().parent

SEED_VALUES = [
    None, True, False, 0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**63, -(2**64), 2**2100, 0.0, -0.0,
    1.5, float("inf"), float("nan"), 1 + 2j, "", "a", "text \u20ac \U0001f600", "\ud800", "x" * 300, b"", b"bytes", b"y" * 300,
    bytearray(b"array"), [], [1], [1, 2, 3], (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {}, {"a": 1}, {1: "x", 2: [3]}, set(),
    {1, 2}, frozenset({1}), range(3), slice(1, None, 2), array.array("i", [1, 2]), array.array("d", [0.5]), ..., NotImplemented,
    decimal.Decimal("1.5"), datetime.date(2020, 1, 2), collections.OrderedDict(a=1), collections.deque([1, 2]), KeyError("k"),
    collections.Counter("aab"), list(range(40)), {i: i for i in range(12)}, len, dict, managers.Namespace(x=1),
]


def recursive_values():
    items = []
    items.append(items)
    yield items
    table = {}
    table["self"] = table
    yield table
    inner = []
    loop = (inner,)
    inner.append(loop)
    yield loop
    shared = ["shared"]
    yield [shared, shared, (shared, "text", "text")]
    deep = ()
    for _ in range(60):
        deep = (deep,)
    yield deep
    space = managers.Namespace()
    space.me = space
    yield space


def pickles():
    for value in [*SEED_VALUES, *recursive_values()]:
        for protocol in range(6):
            try:
                yield pickle.dumps(value, protocol)
            except (pickle.PicklingError, TypeError, UnicodeError):
                pass  # what this protocol cannot say
    # Text opcodes that no pickler writes any more, and bytes that nobody's pickler wrote.
    yield from (b"I01\n.", b"I00\n.", b"L5L\n.", b"F1.5\n.", b"S'old'\n.", b"Vunicode\\u20ac\n.", b"(I1\nI2\nl.", b"(dp0\nI1\nI2\ns.",
                b"cm\nC\n(I1\ntR.", b"(cm\nC\nI1\no.", b"(im\nC\n.", b"T\x03\0\0\0old.", b"U\x03old.", b"N0N.", b"(NN1N.", b"N2\x86.",
                b"P1\n.", b"\x82\x01.", b"\x97.", b"N\x98.", b"\x8b\xff\xff\xff\x7f.", b"X\xff\xff\xff\xff.", b"]q\0h\0a.", b"" )
    yield from RECORDED


# --- Recorded requests ------------------------------------------------------------------------------------------------


class Recorder:
    """A server that writes down what real proxies say, and answers so that they go on."""

    def __init__(self):
        self.address = "\0" + f"mp-fuzz-recorder-{os.getpid()}"
        self.listener = multiprocessing.connection.Listener(self.address, authkey=b"secret", backlog=16)
        self.conversations = []
        self.created = WITNESSES
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.listener.accept()
            except (OSError, EOFError):
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        said = []
        self.conversations.append(said)
        try:
            while True:
                payload = connection.recv_bytes()
                said.append(payload)
                connection.send(self.answer(*pickle.loads(payload)))
        except (EOFError, OSError):
            pass

    def answer(self, ident, name, args, kwargs):
        if name == "create":
            self.created += 1
            exposed = managers.SyncManager._registry[args[0]][1] or ("get", "put")
            return "#RETURN", (f"{TAG}{self.created:04x}", tuple(exposed))
        return "#RETURN", {"__len__": 1, "__repr__": "text", "number_of_objects": 0}.get(name)


def operations(manager):
    items = manager.list([1, "two", 3.0])
    items.append(4)
    items.extend({5, 6})
    items[0], items[1:], items[::2], items + [7], items * 2
    items[0] = "zero"
    items[1:2] = [8, 9]
    items.insert(0, None), items.pop(), items.remove(3.0), items.index(4), items.count(4)
    items.reverse(), items.sort(reverse=True), 4 in items, len(items)
    del items[0]
    items += [10]
    items *= 2
    str(items), items._getvalue()
    table = manager.dict({"a": 1}, b=2)
    table["c"] = items
    table["a"], table.get("x"), table.get("x", 5), table.keys(), table.values(), table.items()
    table.pop("a", None), table.popitem(), table.setdefault("d", []), table.update({1: 2}, e=3), table.copy()
    "a" in table, len(table)
    del table["c"]
    table.clear()
    try:
        iter(table)
    except TypeError:
        pass  # our answer to __iter__ is none
    space = manager.Namespace(x=1)
    space.y = items
    space.x
    del space.x
    value = manager.Value("i", 3)
    value.value = 4
    value.get()
    numbers = manager.Array("i", [1, 2, 3])
    numbers[0], numbers[1:], len(numbers)
    numbers[1] = 5
    channel = manager.Queue(2)
    for name, args in (("put", (1,)), ("put", (items, True, 0.5)), ("get", ()), ("get", (True, 0.1)), ("get_nowait", ()),
                       ("put_nowait", ("x",)), ("qsize", ()), ("empty", ()), ("full", ()), ("task_done", ()), ("join", ())):
        channel._callmethod(name, args)
    lock, recursive = manager.Lock(), manager.RLock()
    for acquirer in (lock, recursive, manager.Semaphore(2), manager.BoundedSemaphore(1)):
        acquirer.acquire(), acquirer.acquire(False), acquirer.acquire(True, 0.1), acquirer.release()
    condition = manager.Condition(recursive)
    condition.acquire(), condition.wait(0.1), condition.notify(), condition.notify_all(), condition.release()
    event = manager.Event()
    event.is_set(), event.wait(0.1), event.set(), event.clear()
    barrier = manager.Barrier(2)
    barrier.wait(0.1), barrier.parties, barrier.n_waiting, barrier.broken, barrier.abort(), barrier.reset()
    manager._number_of_objects(), manager._debug_info()


def record_requests():
    """The requests of every connection that a Python program opened, in the order of connections."""
    recorder = Recorder()
    # The proxies take references with the key of their process.
    multiprocessing.current_process().authkey = b"secret"
    manager = managers.SyncManager(recorder.address, authkey=b"secret")
    manager.connect()
    operations(manager)
    return [said for said in recorder.conversations if said]


CONVERSATIONS = record_requests()
RECORDED = [payload for said in CONVERSATIONS for payload in said]

# --- Seeds ------------------------------------------------------------------------------------------------------------


def frame_reader():
    head = struct.pack("<H", 300)
    for sizes in (b"", b"\0", b"\x02\x05"):
        prefix = head + bytes([len(sizes)]) + sizes
        yield prefix + frame(b"") + frame(b"a") + frame(b"x" * 300)
        yield prefix + b"\xff\xff\xff\xff" + struct.pack("!Q", 5) + b"hello" + frame(b"b")
        yield prefix + frame(b"x" * 301)
        yield prefix + struct.pack("!i", -5) + b"hello"
        yield prefix + b"\xff\xff\xff\xff" + struct.pack("!Q", 2**63)
        yield prefix + frame(b"part")[:-2]
        yield prefix + b"\0\0"


def pickle_decoder():
    yield from pickles()
    yield from pickle_seeds.seeds()


def pickle_encoder():
    for kind in range(20):
        yield bytes([kind]) * 12
        yield bytes([9, 4, kind, 1, 2, 3, 4, 5, 6, 7, 8, kind, 9, 1, 0, 255, 3, kind, 8, 200, 17, 0, 1, 2, 3])
    yield bytes([9, 0xf8, 2, 2, 1])
    yield bytes([11, 5, 6, 0, 1, 97, 9, 3, 6, 1, 1, 98, 10, 2, 18, 0, 18, 1])
    yield bytes([17, 0, 0, 2, 2, 1, 1, 2, 1, 2, 0, 3, 0, 11, 1, 6, 1, 2, 1])


def handshake():
    for opening in (b"\0\0", b"\0\1", b"\3"):
        for step in (b"\0\0\1\4\x05hello", b"\0\0\1\2\0", b"\0\1\1\2\2", b"\0\1\1\4\6\0\1", b"\0\1\0\5\x20" + b"{sha256}" + b"c" * 24):
            yield opening + step * 2
    # The answer to the other connection's challenge, with an empty key and with another one.
    yield b"\0\0" + b"\0\1\0\4\0" + b"\1\1\1\4\3key"
    yield b"\3\1\1\5\x2d{sha256}" + b"c" * 37 + b"\1\1\0"


def session():
    slot = b"\0"
    everything = b"".join(record(0, slot + payload) for payload in RECORDED if pickle.loads(payload)[0] is not None)
    creates = [b"", *(record(2, bytes([0, kind, count, 2, 1, 2, 2])) for kind in range(16) for count in (0, 1))]
    prelude = b"".join(created_in_order())
    for said in CONVERSATIONS:
        body = b"".join(record(0, slot + payload) for payload in said if pickle.loads(payload)[0] is not None)
        for start in range(0, len(said), 12):
            some = said[start:start + 12]
            yield prelude + b"".join(record(0, slot + payload) for payload in some if pickle.loads(payload)[0] is not None)
    for kind in range(16):
        made = record(2, bytes([0, kind, 1, 9, 2, 2, 0, 5, 2, 0, 6]))
        yield made + record(2, bytes([0, kind])) + b"".join(record(1, bytes([0, 0, method, 1, 2, 0, 3])) for method in range(20))
        yield record(2, bytes([0, kind])) + b"".join(record(1, bytes([method % 2, 0, method, method % 4])) for method in range(24))
    for function in range(8):
        yield record(2, bytes([0, 0])) + record(2, bytes([function, 0, 0])) + record(3, b"\0") + record(4, b"\xff\xff\xff")
    yield everything[:3000]
    yield b"".join(creates) + record(5, frame(pickle.dumps((None, "dummy", (), {}))))
    yield record(0, b"\0") + record(0, b"\0N.") + record(5, b"\0\x7f\xff\xff\xff\xff")
    deep = ()
    for _ in range(990):
        deep = (deep,)
    yield record(2, bytes([0, 1])) + record(0, b"\0" + pickle.dumps((f"{TAG}0005", "__getitem__", (deep,), {})))
    yield from session_seeds.seeds()


def created_in_order():
    for said in CONVERSATIONS:
        for payload in said:
            _, name, args, _ = pickle.loads(payload)
            if name == "create":
                kinds = ("list dict Namespace Value Array Queue JoinableQueue Lock RLock Event Condition Semaphore "
                         "BoundedSemaphore Barrier").split()
                yield record(2, bytes([0, kinds.index(args[0]), *CREATE_ARGUMENTS.get(args[0], (0,))]))


# For the value builder: one int where the constructor wants one.
CREATE_ARGUMENTS = {"Value": (2, 0, 6, 1, 3, 105, 0, 2, 0, 3), "Barrier": (1, 0, 2, 0, 2), "Semaphore": (1, 0, 2, 0, 2)}


def interleaved():
    for call in range(27):
        yield bytes([0, call, 0, 0, 1, call, 0, 2, 2, call, 1, 6])
    yield bytes([0, 1, 0, 0, 2, 1, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0])           # getters wait, then puts
    yield bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0])  # a putter waits
    yield bytes([0, 8, 0, 0, 1, 8, 0, 0, 2, 8, 0, 0, 1, 31, 0, 0, 0, 9, 0, 0])  # a waiter for a lock goes
    yield bytes([0, 1, 0, 0, 0, 30, 0, 0, 2, 0, 0, 0])                       # a dead getter takes nothing
    yield bytes([0, 19, 0, 0, 0, 21, 0, 0, 2, 19, 0, 0, 2, 22, 0, 0, 2, 20, 0, 0])
    yield bytes([0, 16, 0, 0, 1, 16, 0, 0, 2, 16, 0, 0])
    yield bytes([0, 12, 0, 0, 1, 12, 0, 3, 2, 13, 0, 0, 3, 29, 0, 50])
    yield bytes([0, 8, 1, 0])                                                # an RLock is held to the end


def replicas():
    def call(who, method, argument=1):
        return bytes([who, 0, method, argument])

    def act(what, which=0, who=0, argument=0):
        return bytes([who, what, which, argument])

    both = act(20, 0) + act(20, 1) + act(23, 0) + act(23, 1)
    for method in range(60):
        yield call(0, method) + both + call(1, method, 2) + both + act(28)
        # Those that wait, or hold, are in the copy; then one of the managers is taken for dead.
        yield call(0, method) + call(1, method) + call(2, method) + both + act(28) + act(31, 1) + act(28, 1) + act(31, 0)
        # Batches: what follows waits for what others do, or until its client has what it was given.
        yield (call(0, method) * 3 + call(0, 40) + act(20, 0) + call(1, method + 1 if method < 59 else 0) + both + act(24) + both +
               act(27, argument=200) + act(30, 0) + act(29, 0) + act(25) + act(26, argument=1) + both)
    for question in range(3):
        yield act(19, question) + call(0, 38) + act(19, question) + act(19, question, who=1)
    take = both + act(24) + act(24, who=1)
    yield call(0, 6) + take + call(0, 7) + take + call(0, 8) + take + call(0, 9) + take                     # done by who took it
    yield call(0, 6) * 2 + take + call(0, 7) + call(1, 7) + take + call(2, 8) + call(3, 8) + take + call(0, 8) + take  # and by others
    yield call(1, 6) + take + call(1, 7) + take + call(0, 7) + take + act(31, 1) + take                     # comes back to one who waits
    yield call(1, 6) * 2 + take + call(1, 7) + take + call(1, 7) + take + act(31, 1) + call(0, 10) + take
    yield call(1, 0) * 2 + take + call(1, 1) + take + act(25, who=1) + take + call(0, 4) + take
    yield call(0, 32) + take + call(0, 34) + take + act(28) + call(1, 32) + take + call(1, 37) + take + call(1, 33) + take
    yield call(0, 11) + take + call(0, 14) + take + call(1, 14) + act(28)
    yield call(0, 44) * 2 + take + call(0, 47) + take + act(28) + act(28, 1)
    yield call(0, 15) + call(0, 2) + take + act(26, argument=1) + take + act(28) + act(27, argument=200) + take
    yield call(0, 0, 1) + call(0, 0, 2) + call(0, 1) * 3 + both + act(25) + both + call(1, 4) + both
    yield call(0, 11) + call(1, 11) + call(2, 11) + both + act(26, argument=1) + both + act(31, 1) + both
    yield call(0, 6) + call(0, 7) * 2 + both + act(26) + act(28)
    yield call(0, 38) + call(0, 39) + call(0, 38) + act(29, 0) + both + act(29, 0) + act(28)


def client():
    none = record(7, b"")
    created = record(3, b"\2\1\1a\1\1b")
    for first in (record(7, b""), record(0x87, b"")):
        opening = first + created + none + none + none
        yield opening + none * 10
        for value in range(20):
            yield opening + record(1, bytes([value, 3, 2, 1, 0])) * 4 + created + none * 3 + record(1, bytes([9, 3, value, 1, 2])) * 4
        yield opening + record(2, b"\0\0") + record(6, b"\0\0\1") * 3 + record(4, b"\xff\xff\xff\xff") + record(5, b"")
        yield record(first[0] + 1, b"\0\0\0\x05hello")
        yield first + record(0, pickle.dumps(("#FOO", 1)))
        for value in SEED_VALUES[:48]:
            yield opening + record(0, pickle.dumps(("#RETURN", value))) * 3
        # An iterator over anything, at any place, as the answer to everything.
        for items in (b"]\x85", b")\x85", b"K\x05\x85", b")", b"]]\x86", b"N\x85", b"}\x85", b"\x8c\x01a\x85"):
            for place in (b"", b"K\x01b", b"K\xffb", b"Nb"):
                iterator = b"\x8c\x08builtins\x8c\x04iter\x93" + items + b"R" + place
                yield opening + record(0, b"\x80\x04\x8c\x07#RETURN" + iterator + b"\x86.") * 8


def adapter_line():
    values = [None, True, 1, -5, 2**60, "text", [1, [2]], {"float": "1.5"}, {"float": "nan"}, {"int": "123456789012345678901234567890"},
              {"complex": ["1.0", "-0.0"]}, {"str": "eda080"}, {"bytes": "00ff"}, {"bytearray": "61"}, {"tuple": [1, 2]},
              {"dict": [["k", 1], [2, None]]}, {"set": [1]}, {"frozenset": []}, {"slice": [1, None, 2]}, {"range": [0, 5, 1]},
              {"array": ["i", [1, 2]]}, {"exception": {"type": "KeyError", "args": ["k"], "message": "m"}}, {"ref": "q"},
              {"proxy": "ListProxy"}, {"opaque": "x"}, {"int": "007"}, {"float": 1.5}, {"bytes": "0"}, {"nothing": 1}, {"a": 1, "b": 2}]
    for value in values:
        yield json.dumps({"id": 1, "ok": value, "t": [1, 2]}).encode() + b"\n"
    yield json.dumps({"id": 1, "error": {"type": "Empty", "args": [], "message": "nothing"}}).encode() + b"\n"
    yield json.dumps({"id": 2, "unsupported": "Queue.get"}).encode() + b"\n" + json.dumps({"id": 3}).encode() + b"\n"
    yield json.dumps({"hello": {"protocol": 1, "actor": 0, "pid": 1, "backend": {"name": "x", "version": "1"}}}).encode() + b"\n"
    yield b'{"ok": ' + b"[" * 40 + b"]" * 40 + b"}\n"
    yield b"[1]\n"
    yield b'{"ok": "\xff"}\n'
    yield b'{"ok": 1}'


def adapter_actor():
    def lines(*objects):
        return b"".join(json.dumps(one).encode() + b"\n" for one in objects)

    hello = {"hello": {"protocol": 1, "actor": 0, "pid": 1, "backend": {"name": "x", "version": "1"}, "operations": ["Queue.get"],
                       "features": ["threads"]}}
    done = [{"id": number, "ok": None, "t": [1, 2]} for number in range(1, 8)]
    record = {"id": 6, "ok": {"dict": []}, "history": [[0, 1, 2, {"ok": 1}], [1, 3, 4, {"error": {"type": "Empty", "args": []}}]]}
    yield lines(hello, *done)
    yield lines(hello, *done[:5], record, {"id": 7, "unsupported": "nothing.known"})
    yield lines(hello, *done[:1], done[2], done[1], done[4], done[3])
    yield lines(hello, done[0], done[3]) + lines(done[1])
    yield lines(hello, done[0], done[0])
    yield lines(hello, {"id": 1, "unsupported": "Queue.new"})
    yield lines(hello, {"id": 1, "error": {"type": "Full", "args": [], "message": "m"}})
    yield lines(hello, {"id": 1, "ok": 1, "t": ["x", 2]})
    yield lines(hello, *done[:5], {**record, "history": [[0, 1, 2]]})
    yield lines(hello, {"id": "1"}, {"id": 2**70}, {"id": 99})
    for field, value in (("protocol", 2), ("actor", 1e300), ("pid", "1"), ("backend", {"name": "", "version": ""}), ("operations", [1])):
        yield lines({"hello": {**hello["hello"], field: value}})
    yield b"[]\n{}\n"
    yield lines(hello) + b'{"id": 1'


TARGETS = (frame_reader, pickle_decoder, pickle_encoder, handshake, session, interleaved, replicas, client, adapter_line, adapter_actor)


def write_dictionaries():
    def quoted(data):
        return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"\n'

    names = ["#RETURN", "#ERROR", "#TRACEBACK", "#PROXY", "#GETVALUE", "RebuildProxy", "AutoProxy", "Token", "multiprocessing.managers",
             "builtins", "_reconstructor", "copyreg", "_codecs", "encode", "latin1", "array", "bytearray", "frozenset", "create", "incref",
             "decref", "accept_connection", "get_methods", "number_of_objects", "debug_info", "shutdown", "dummy", f"{TAG}0005",
             *managers.SyncManager._registry, *sorted({name for row in managers.SyncManager._registry.values() for name in row[1] or ()})]
    opcodes = "# Every opcode of pickle.\n" + "".join(quoted(op.code.encode("latin-1")) for op in pickletools.opcodes)
    texts = "# Names of the manager protocol, and as texts of a pickle.\n" + "".join(
        quoted(name.encode()) + quoted(b"\x8c" + bytes([len(name)]) + name.encode()) for name in names)
    folder = HERE / "dictionaries"
    folder.mkdir(exist_ok=True)
    (folder / "pickle.dict").write_text(opcodes + texts)
    words = ["#CHALLENGE#", "#WELCOME#", "#FAILURE#", "{md5}", "{sha256}", "{sha384}", "{sha3_256}", "{sha3_384}"]
    (folder / "handshake.dict").write_text("".join(quoted(word.encode()) for word in words))
    fields = ["ok", "error", "unsupported", "id", "t", "type", "args", "message", "history", "hello", "protocol", "actor", "pid", "backend", "name", "version", "operations", "features", "int", "float", "complex", "str",
              "bytes", "bytearray", "tuple", "dict", "set", "frozenset", "slice", "range", "array", "exception", "ref", "proxy", "opaque"]
    (folder / "adapter.dict").write_text("".join(quoted(f'"{field}":'.encode()) for field in fields))


def main(arguments):
    if arguments == ["--dictionaries"]:
        return write_dictionaries()
    folder, wanted = pathlib.Path(arguments[0]), arguments[1:]
    for target in TARGETS:
        if wanted and target.__name__ not in wanted:
            continue
        where = folder / target.__name__
        where.mkdir(parents=True, exist_ok=True)
        for seed in target():
            (where / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
        print(f"{target.__name__}: {len(list(where.iterdir()))} seeds")


if __name__ == "__main__":
    main(sys.argv[1:])
    # The proxies' goodbyes would be said to nobody.
    sys.stdout.flush()
    os._exit(0)
