"""Seeds of `session` in systematic form: every method of every type, with good arguments and with bad ones; every value where
values are iterated, compared, ordered, hashed and shown; every way to wait. One object and a few calls a seed, so that each is
small; `fuzz/minimise` keeps those that cover something.
"""
import array
import collections
import multiprocessing.managers as managers
import pickle
import struct
import sys

TAG = "fadefadefade"  # stands for the server's own, see targets/session.cpp
WITNESSES = 4         # objects of the well-behaved client, which come first
FIRST, SECOND, THIRD = (f"{TAG}{WITNESSES + number:04x}" for number in (1, 2, 3))

sys.setrecursionlimit(10000)  # nested() is deep

# --- Records, as targets/session.cpp reads them -----------------------------------------------------------------------


def record(kind, body):
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def frame(payload):
    return struct.pack("!i", len(payload)) + payload


def ask(name, *args, **kwargs):
    """A request to the server itself, on a connection of its own."""
    return record(6, b"\0" + pickle.dumps((None, name, args, kwargs), 4))


def create(type_id, *args, **kwargs):
    return ask("create", type_id, *args, **kwargs)


def request(ident, name, args=(), kwargs={}, slot=0):
    """args and kwargs may be anything at all."""
    return record(0, bytes([slot]) + pickle.dumps((ident, name, args, kwargs), 4))


def call(name, *args, slot=0, ident=FIRST, **kwargs):
    return request(ident, name, args, kwargs, slot)


def end(slot):
    return record(3, bytes([slot]))


def seconds(count):
    return record(4, struct.pack("<I", count * 1000)[:3])


class Proxy:
    """Pickles as a proxy of the object does."""

    def __init__(self, type_id, ident=FIRST, class_name=None):
        self.made_of = (getattr(managers, class_name or f"{type_id}Proxy".replace("list", "List").replace("dict", "Dict")),
                        managers.Token(type_id, "m.sock", ident), "pickle", {})

    def __reduce__(self):
        return managers.RebuildProxy, self.made_of


class Call:
    """Pickles as the call of a class that nobody imports; the steps are what is done to the result."""

    def __init__(self, callable, args=(), state=None, items=None, pairs=None):
        self.made_of = (callable, args, state, items and iter(items), pairs and iter(pairs.items()))

    def __reduce__(self):
        return self.made_of


# --- Values -----------------------------------------------------------------------------------------------------------

NAN = float("nan")
BIG = 2**80


def nested(depth, wrap=lambda inner: (inner,)):
    value = ()
    for _ in range(depth):
        value = wrap(value)
    return value


def self_containing():
    items = [1]
    items.append(items)
    return items


KEYS = [None, True, 0, -1, 2**40, BIG, -BIG, 1.0, 1.5, float("inf"), NAN, 1j, complex(2, 0), complex(NAN, 1), "", "k", "\u20ac", b"", b"k",
        (), (1, "a"), (NAN,), frozenset(), frozenset({1, "a"}), range(0), range(5, 6), range(0, 9, 2), range(-BIG, BIG, BIG // 4), len,
        Call(KeyError, ("k",)), Call(collections.deque, ((),), None, [1, {2: [3]}, {4}, bytearray(b"5"), array.array("i", [6]), slice(7)])]
UNHASHABLE = [[], {}, set(), bytearray(b"b"), array.array("b", b"a"), ([],), (1, {2: 3}), slice(1, [2], 3)]
VALUES = [*KEYS, *UNHASHABLE, [1, [2]], {"k": {"v": 1}}, {1, 2}, bytearray(b"k"), array.array("d", [0.5]), array.array("u", "xy"), slice(1, 2),
          slice(None), self_containing(), managers.Namespace(x=1), ..., NotImplemented]


EQUALS = [(1, True), (1, 1.0), (1.0, complex(1, 0)), (BIG, float(BIG)), (2**53 + 1, float(2**53)), (10**400, float("inf")), (-10**400, 1.5),
          (b"k", bytearray(b"k")), (bytearray(b"k"), array.array("b", b"k")), (b"k", array.array("b", b"k")), ({1, 2}, frozenset({2, 1})),
          ({1, 2}, {1, 3}), (range(0), range(5, 5)), (range(1, 2), range(1, 9, 20)), (range(0, 9, 2), range(0, 10, 2)), (range(3), range(1, 4)),
          (slice(1, 2, 3), slice(1, 2, 4)), (array.array("i", [1]), array.array("d", [1.0])), (array.array("i", [1, 2]), array.array("i", [1])),
          ({"a": 1, "b": [2]}, {"b": [2], "a": 1}), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 2}), ({}, {"a": 1}), ([1, [2]], [1, [2]]), ((1,), (1, 2)),
          (len, dict), (Call(KeyError, (1,)), Call(KeyError, (1,))), (Call(KeyError, (1,)), Call(KeyError, (True,))), (NAN, NAN), (1.5, 2**70),
          (Call(collections.deque, (), None, [1]), Call(collections.deque, (), None, [1.0])), (nested(9), nested(9))]

SORTABLE = [[3, 1, 2], [1.5, 1, True, BIG, -BIG, float("inf"), -float("inf")], [2**53 + 1, float(2**53)], [10**400, 1.5, -10**400], ["b", "a", "\u20ac", ""], [b"b", bytearray(b"a")],
            [bytearray(b"b"), array.array("b", b"a")], [[2], [1, 2], [1], []], [(2, "a"), (1, "b"), (1, "a")], [{1, 2, 3}, {1}, frozenset({1, 2})],
            [array.array("i", [2]), array.array("i", [1, 2]), array.array("d", [0.5])], [slice(2, 3), slice(1, 2)], [NAN, 2.0, NAN, 1.0],
            list(range(140, 0, -1)), [0, 5, 3] * 50, list(range(130)), [],
            [1, "a"], [None, None], [{}, {}], [1j, 1], [1, None, 2], [len, dict], [range(1), range(2)], [[1], (1,)], [[1], ["a"]],
            [(slice(1),), (slice("a"),)], [nested(9), nested(8)], [slice(1, [2]), slice(1, [3])], [1, "a"] * 70]

ITERABLE = [[1, 2], (3,), {4}, frozenset({5}), {6: 7}, "ab\u20ac\U0001f600", "", b"ab", bytearray(b"c"), range(3), range(9, 0, -4), range(2**62, 2**63 - 1, 2**60),
            range(BIG), range(2**40), array.array("h", [-1, 2]), array.array("u", "x\U0001f600"), collections.OrderedDict(a=1),
            collections.Counter("aab"), collections.defaultdict(int, a=1), collections.deque([1, 2]), collections.deque(), iter([1, 2]),
            iter((1, 2)), reversed([1, 2, 3]), zip([1, 2], "abc"), zip(), zip([]), enumerate("ab"),
            Call(enumerate, ("ab", 2**63 - 1)), Call(enumerate, ("ab", "x")), Call(enumerate, ("ab", BIG)), Call(enumerate), Call(enumerate, (5,)), Call(iter), Call(iter, (5,)),
            Call(zip, (5,)), Call(zip, ([1], [2, 3])), Call(reversed), Call(reversed, ([1, 2, 3],), 1), Call(reversed, ([1, 2, 3],), -5), Call(iter, ([1, 2, 3],), 1),
            Call(iter, ([1, 2, 3],), 99), Call(iter, ([1, 2, 3],), -9), Call(iter, ([1],), "x"), Call(iter, ([1],), BIG), Call(collections.deque, (5,)),
            Call(collections.OrderedDict, (5,)), Call(collections.OrderedDict, (), None, None, {"a": 1}), Call(collections.OrderedDict, ([("a", 1)],)),
            Call(collections.defaultdict, (int,)), Call(collections.Counter, ({"a": [1]},), None, [5], {"b": 2}), Call(KeyError), None, 5, 1.5, len, slice(1), 1j]

PAIRS = [{"a": 1}, [("a", 1)], [["a", 1], (2, 3)], ["ab"], [5], [()], [(1, 2, 3)], [([], 1)], 5, collections.OrderedDict(a=1), collections.Counter("a"),
         collections.defaultdict(int, a=1), zip("ab", [1, 2]), Call(collections.OrderedDict, (5,)), Call(KeyError), collections.deque([("a", 1)])]

SLICES = [slice(None), slice(1, None), slice(None, 2), slice(None, None, 2), slice(None, None, -1), slice(-1, 0, -1), slice(-99, 99), slice(9, 1),
          slice(BIG, -BIG), slice(-BIG, BIG), slice(None, None, 0), slice(None, None, -2**63), slice(None, None, BIG), slice("a"), slice(1.5, 2), slice(None, None, "a"), slice(2, "x")]
INDICES = [0, 1, -1, 99, -99, BIG, -BIG, True, "a", None, 1.5, *SLICES]
TIMEOUTS = [0, -1, 0.5, 5, None, NAN, float("inf"), 1e18, 10**400, "x", 9e9, True]
TYPECODES = "bBuhHiIlLqQfd"

# --- Types ------------------------------------------------------------------------------------------------------------

EXPOSED = {
    "list": "__add__ __contains__ __delitem__ __getitem__ __len__ __mul__ __reversed__ __rmul__ __setitem__ append count extend index insert "
            "pop remove reverse sort __imul__",
    "dict": "__contains__ __delitem__ __getitem__ __iter__ __len__ __setitem__ clear copy get items keys pop popitem setdefault update values "
            "increment compare_and_set",
    "Namespace": "__getattribute__ __setattr__ __delattr__",
    "Value": "get set add compare_and_set",
    "Array": "__len__ __getitem__ __setitem__",
    "Queue": "empty full get get_nowait join put put_nowait qsize shutdown task_done",
    "JoinableQueue": "task_done join",
    "Lock": "acquire release",
    "RLock": "acquire release",
    "Semaphore": "acquire release",
    "BoundedSemaphore": "acquire release",
    "Condition": "acquire release wait notify notify_all",
    "Event": "is_set set clear wait",
    "Barrier": "__getattribute__ wait abort reset",
    "Iterator": "__next__ send throw close",
}
MADE_WITH = {"list": ([3, 1, 2],), "dict": ({"a": 1, 2: "b"},), "Value": ("i", 3), "Array": ("i", [1, 2, 3]), "Queue": (1,), "Semaphore": (1,),
             "BoundedSemaphore": (1,), "Barrier": (2,), "Iterator": ([1, "b"],)}
BAD_ARGUMENTS = [(), (None,), ("x",), (-1,), (BIG,), (1.5,), ([],), (Call(KeyError),), ("a", []), ({}, {}), (None, None, None), (1, 2, 3, 4, 5)]


def made(type_id):
    return create(type_id, *MADE_WITH.get(type_id, ()))


def any_arguments():
    for type_id, methods in EXPOSED.items():
        for method in [*methods.split(), "__str__", "__repr__", "#GETVALUE", "nothing"]:
            for args in BAD_ARGUMENTS:
                yield made(type_id) + call(method, *args)
            yield made(type_id) + call(method, nothing=1)
            yield made(type_id) + call(method) + call(method)
            if type_id in ("Lock", "RLock", "Condition"):
                yield made(type_id) + call("acquire") + call(method) + call(method) + call("__str__")
        for args in BAD_ARGUMENTS:
            yield create(type_id, *args)
        yield create(type_id, nothing=1)
    # What is no request, or none to anything.
    for payload in (5, (), (1, 2, 3), [FIRST, "__len__", (), {}], (FIRST, "__len__", 5, {}), (FIRST, "__len__", [], 5), (FIRST, "__len__", (), [("a", 1)]),
                    (FIRST, "__len__", (), {1: 2}), (FIRST, 5, (), {}), (5, "x", (), {}), ("5", "x", (), {}), (FIRST.upper(), "x", (), {}),
                    (FIRST[:-4] + "00005", "x", (), {}), (FIRST[:-1], "x", (), {}), (FIRST + "g", "x", (), {}), (FIRST, "append", "a", {}), (FIRST, "append", (), (("x", 1),)), None):
        data = b"" if payload is None else pickle.dumps(payload, 4)
        yield made("list") + record(0, b"\0" + data)
        yield made("list") + record(6, b"\0" + data)
    yield ask("create")
    for name in ("dummy", "number_of_objects", "debug_info", "shutdown", "accept_connection", "get_methods", "incref", "decref", "nothing", 5):
        for args in ((), (1,), (FIRST,), (FIRST, 2), ("5",), (Proxy("list").made_of[1],), (managers.Token(1, 2, 3),), (managers.Token("list", 2, "5"),)):
            yield made("list") + ask(name, *args) + call("__len__")
        yield made("Iterator") + ask(name, nothing=1)


def lists():
    for value in VALUES:
        yield create("list", [value, value]) + call("count", value) + call("__repr__")
        yield create("list", VALUES[:9]) + call("__contains__", value) + call("append", value) + call("index", value)
    for a, b in EQUALS:
        yield create("list", [a]) + call("__contains__", b)
        yield create("list", [b]) + call("remove", a)
    for items in SORTABLE:
        yield create("list", items) + call("sort") + call("__str__")
        yield create("list", items) + call("sort", reverse=True)
    yield made("list") + call("sort", key=None) + call("sort", key=len) + call("sort", 1) + call("sort", reverse=[])
    for source in [*ITERABLE, Proxy("list", SECOND)]:
        yield create("list", source) + call("__len__")
        yield create("list") + call("extend", source) + call("__setitem__", slice(0, 1), source)
    for index in INDICES:
        yield made("list") + call("__getitem__", index)
        yield made("list") + call("__delitem__", index) + call("__str__")
        yield made("list") + call("__setitem__", index, [7, 8])
        yield made("list") + call("pop", index) + call("insert", index, 5)
        yield made("list") + call("index", 2, index) + call("index", 2, 0, index)
    yield made("list") + call("__add__", [4]) + call("__mul__", 2) + call("__imul__", 2) + call("__mul__", 2**30) + call("__mul__", -1) + call("reverse")
    yield create("list") + call("pop") + call("__mul__", 5) + call("__reversed__") + call("remove", 1)
    yield create("list", nested(900, lambda inner: [inner])) + call("__str__") + call("__contains__", nested(900, lambda inner: [inner]))


def mappings():
    for key in [*KEYS, *UNHASHABLE]:
        yield create("dict") + call("__setitem__", key, 1) + call("__getitem__", key) + call("__contains__", key) + call("pop", key)
        yield create("dict", [(key, 1)]) + call("setdefault", key, 2) + call("get", key, 3) + call("__str__")
    yield create("dict") + b"".join(call("__setitem__", number, number) for number in range(10)) + call("pop", 3) + call("popitem") + call("__str__")
    yield create("dict", {number: number for number in range(30)}) + b"".join(call("pop", number) for number in range(0, 30, 3)) + call("__iter__")
    for source in [*PAIRS, Proxy("dict", SECOND, "DictProxy")]:
        yield create("dict", source) + call("items") + call("keys")
        yield create("dict", a=5) + call("update", source) + call("update", source, b=6)
        yield create("dict") + request(FIRST, "update", (), source)
    yield made("dict") + call("clear") + call("popitem") + call("copy") + call("values") + call("get", 1) + call("pop", 1) + call("pop", 1, 2) + call("__delitem__", 1)
    for old, delta in ((1, 2), (2**63 - 1, 1), (-(2**63), -1), (BIG, -BIG), (BIG, 1), (1, 1.5), (1.5, 10**400), ("a", 1), (1, "a"), (True, True)):
        yield create("dict", {"a": old}) + call("increment", "a", delta) + call("increment", key="b", delta=delta)
        yield create("Value", "i", old) + call("add", delta) + call("get")
    for stored, expected in [*EQUALS, (NAN, NAN), ([NAN], [NAN]), ([NAN], [1.0]), (1j, 1j), ("a", "a"), (len, len), (1, 2), ("a", "b"), (b"a", b"b"),
                             (True, False), (bytearray(b"a"), bytearray(b"b"))]:
        yield create("dict", {"a": stored}) + call("compare_and_set", "a", expected, 5) + call("get", "a")
        yield create("Value", "i", stored) + call("compare_and_set", expected, 5) + call("get")
    for value in VALUES:
        yield create("Value", "i", value) + call("get") + call("__str__") + call("#GETVALUE") + call("set", value=value)
        yield create("Namespace", x=value, _hidden=1, y=2) + call("__str__") + call("#GETVALUE") + call("__getattribute__", "x") + call("__delattr__", "x")
        yield create("Iterator", [value]) + call("__repr__") + call("__next__") + call("__next__")
    for name in ("__dict__", "__class__", "missing", 5):
        yield create("Namespace", x=1) + call("__getattribute__", name) + call("__setattr__", name, 2) + call("__delattr__", name)
        yield made("Barrier") + call("__getattribute__", name)
    yield made("Barrier") + b"".join(call("__getattribute__", name) for name in ("parties", "n_waiting", "broken"))
    for source in ITERABLE:
        yield create("Iterator", source) + call("#GETVALUE") + call("__next__") * 3


def arrays():
    edges = [0, 1, -1, *(sign * 2**bits + more for bits in (7, 8, 15, 16, 31, 32, 63, 64, 72) for sign in (1, -1) for more in (-1, 0))]
    for typecode in [*TYPECODES, "w", "?", "", "ii", 5]:
        yield create("Array", typecode, [])
        yield create("Array", typecode, "xy") + call("__getitem__", 0) + call("__str__")
        yield create("Array", typecode, bytes(16)) + call("__getitem__", 1) + call("#GETVALUE") + call("__str__")
        yield create("Array", typecode, bytes(3))
        for item in (5, "x", "\u20ac", "xy", 1.5, None, 10**400, True):
            yield create("Array", typecode, [item, item]) + call("__setitem__", 0, item) + call("__str__")
        for item in edges:
            yield create("Array", typecode, [1]) + call("__setitem__", 0, item) + call("__getitem__", 0)
    for index in INDICES:
        yield made("Array") + call("__getitem__", index)
        for given in (5, [5], array.array("i", [7, 8]), array.array("i", [7, 8, 9]), array.array("d", [7])):
            yield made("Array") + call("__setitem__", index, given)
    yield create("Array", "u", "\U0001f600x") + call("__str__") + create("list", Proxy("Array")) + call("__len__", ident=SECOND)
    yield create("Array", "i", bytes([255] * 16)) + call("__setitem__", slice(None, None, 2), array.array("i", [5, 6]))
    yield create("Array", "u", b"\xff\xff\xff\xff\x00\xd8\x00\x00") + call("__getitem__", 0) + call("__str__") + create("list", Proxy("Array"))
    for source in ITERABLE:
        yield create("Array", "d", source)


def waiting():
    both = [dict(slot=0), dict(slot=1)]
    for type_id in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"):
        for timeout in TIMEOUTS:
            held = made(type_id) + call("acquire")
            yield held + call("acquire", True, timeout, slot=1) + seconds(1) + call("release") + call("release")
            yield held + call("acquire", False, timeout, slot=1)
            yield held + call("acquire", blocking=[], timeout=timeout, slot=1)
        held = made(type_id) + call("acquire")
        yield held + call("acquire", slot=1) + end(0) + call("__str__", slot=1)
        yield held + call("acquire", slot=1) + end(1) + call("__str__")
        yield held + call("acquire", True, 5, slot=1) + seconds(9) + call("release", slot=1) + call("release")
        yield held + call("acquire") + call("release") * 3
        yield held + call("acquire", slot=1) + ask("decref", FIRST) + call("release")
        yield held + ask("decref", FIRST) + end(0)
    for count in (0, 1, 2, 5, -1, BIG, "x", 1.5):
        yield create("Semaphore", count) + call("release", count) + call("acquire", False) + call("__str__")
        yield create("BoundedSemaphore", count) + call("release", count) + call("acquire", False) + call("__str__")
        yield create("Semaphore", 0) + call("acquire", slot=1) + call("release", count)
        yield made("Condition") + call("acquire", slot=1) + call("wait", slot=1) + call("acquire") + call("notify", count) + call("release")
    yield create("Semaphore", 2**63 - 1) + call("release")
    for timeout in TIMEOUTS:
        yield made("Condition") + call("acquire") + call("wait", timeout) + seconds(9) + call("release")
        yield made("Condition") + call("acquire") + call("wait", timeout) + call("acquire", slot=1) + seconds(9) + call("release", slot=1) + seconds(9)
        yield made("Event") + call("wait", timeout) + call("set", slot=1) + call("wait", timeout) + call("clear") + call("__str__")
        yield made("Event") + call("wait", timeout) + seconds(9) + call("is_set")
        yield made("Barrier") + call("wait", timeout) + seconds(9) + call("__str__") + call("wait", slot=1) + call("reset")
        yield create("Barrier", 2, None, timeout) + call("wait") + call("wait", slot=1) + call("wait") + seconds(9)
        yield made("Queue") + call("get", True, timeout) + seconds(9) + call("qsize")
        yield made("Queue") + call("put", 1) + call("put", 2, True, timeout) + seconds(9) + call("get", slot=1) + call("full", slot=1)
        yield made("Queue") + call("put", 1, False, timeout) + call("put", 2, False, timeout) + call("get", False, timeout) + call("get", False, timeout)
        yield create("Queue") + call("put", 1, True, timeout)
    yield made("Condition") + call("acquire") + call("wait") + call("acquire", slot=1) + call("notify_all", slot=1) + call("__str__", slot=1) + end(1)
    yield made("Condition") + call("acquire") + call("wait") + end(0) + call("acquire", slot=1) + call("notify", slot=1)
    yield made("Condition") + call("acquire") + call("wait", 5) + call("acquire", slot=1) + call("notify", slot=1) + seconds(9) + end(0) + call("release", slot=1)
    for lock in (Proxy("Lock", FIRST, "AcquirerProxy"), Proxy("RLock", FIRST, "AcquirerProxy"), Proxy("list"), None, 5):
        for type_id in ("Lock", "RLock", "list"):
            yield made(type_id) + create("Condition", lock) + call("acquire", ident=SECOND) + call("wait", 1, ident=SECOND) + seconds(2) + call("release")
    yield made("Barrier") + call("wait") + call("__str__", slot=1) + call("abort", slot=1) + call("__str__", slot=1) + call("wait", slot=1)
    yield made("Barrier") + call("wait") + call("reset", slot=1) + call("wait") + end(0) + call("__str__", slot=1)
    yield create("Barrier", 0) + create("Barrier", 1, len) + create("Barrier", 1) + call("wait")
    for getter in (call("get", slot=1), call("get", timeout=5, slot=1), call("join", slot=1), call("put", 2, slot=1)):
        for after in (end(1), call("put", 3), call("get"), call("shutdown"), call("shutdown", True), call("shutdown", immediate=1), call("task_done"), seconds(9), ask("decref", FIRST)):
            yield made("Queue") + getter + after + call("qsize")
            yield made("Queue") + call("put", 1) + getter + after + call("get_nowait")
    yield made("Queue") + call("shutdown") + call("put", 1) + call("get") + call("empty") + call("full") + call("join") + call("task_done")
    yield made("Queue") + call("put_nowait", 1) + call("put_nowait", 2) + call("get_nowait") + call("get_nowait") + call("task_done") + call("join")
    yield made("Lock") + b"".join(call("acquire", True, 1, **who) for who in both) + seconds(2) + b"".join(end(who["slot"]) for who in both)


def proxies():
    inside = create("list") + create("dict")
    for holder in (Proxy("list"), [Proxy("list")], {"k": Proxy("list")}, {Proxy("list"): (Proxy("list"),)}, frozenset({Proxy("list")}), Call(KeyError, (Proxy("list"),), {"s": Proxy("list")})):
        yield inside + call("__setitem__", "k", holder, ident=SECOND) + call("get", "k", ident=SECOND) + call("__str__", ident=SECOND) + call("clear", ident=SECOND)
        yield inside + call("__setitem__", "k", holder, ident=SECOND) + ask("decref", FIRST) + call("pop", "k", ident=SECOND) + call("__len__") + call("__len__")
        yield create("Queue") + call("put", holder) + call("get") + call("get", slot=1) + call("put", holder)
        yield create("list") + call("append", holder) + call("__imul__", 2) + call("__imul__", 0) + call("__repr__")
        yield create("list") + create("Value", "i", holder) + call("set", 1, ident=SECOND) + create("Namespace", x=holder) + call("__setattr__", "x", holder, ident=THIRD)
        yield create("list") + create("Iterator", [holder]) + call("__next__", ident=SECOND) + call("__next__", ident=SECOND)
        yield create("list", [holder]) + call("__delitem__", slice(0, 1)) + call("__setitem__", slice(0, 0), [holder]) + call("__setitem__", 0, 1)
        yield create("list", [holder, holder]) + call("__setitem__", slice(None, None, 2), [1]) + call("remove", holder)
    yield inside + call("append", Proxy("dict", SECOND, "DictProxy")) + call("__setitem__", "l", Proxy("list"), ident=SECOND)
    for type_id in EXPOSED:
        yield made(type_id) + create("list", Proxy("list")) + create("dict", Proxy("list"))
        yield made(type_id) + create("list", [Proxy("list")]) + call("__str__", ident=SECOND)
        yield made(type_id) + ask("get_methods", managers.Token(type_id, "m", FIRST)) + ask("incref", FIRST) + ask("decref", FIRST) * 2 + ask("debug_info")
    yield create("Value", "i", nested(900)) + ask("debug_info") + create("list", ["\u20ac" * 60]) + ask("debug_info") + ask("number_of_objects")
    for ill in (Call(managers.RebuildProxy, (managers.ListProxy,)), Call(managers.RebuildProxy, (1, 2, 3, 4)), Call(managers.RebuildProxy, (1, Proxy("list").made_of[1], 3, 4)),
                Call(managers.RebuildProxy, (managers.AutoProxy, Proxy("list").made_of[1], "pickle", {"exposed": ("a", 1)})),
                Call(managers.RebuildProxy, (managers.AutoProxy, Proxy("list").made_of[1], "pickle", 5))):
        yield create("list", [ill]) + call("__repr__") + call("extend", ill) + call("append", ill) + call("__getitem__", 0)
    items = [Proxy("list")]
    items.append(items)
    yield create("list") + create("list", [items, (), {}, [], nested(1100)]) + call("__repr__", ident=SECOND)


def seeds():
    for part in (any_arguments, lists, mappings, arrays, waiting, proxies):
        yield from part()
