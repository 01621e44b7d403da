"""The other side of cpython_test.cpp: answers requests on stdin with what this CPython does.

A frame is a 4-byte little-endian length and that many bytes. A request is one frame whose first byte names it; the answer
is the number of results, in 4 bytes, and a frame for each. What they are is said at each function.
"""
import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import io
import multiprocessing.managers  # teaches ForkingPickler its way with arrays
import pickle
import random
import struct
import sys
from multiprocessing.reduction import ForkingPickler


@dataclasses.dataclass
class Point:
    left: object
    right: object


class Colour(enum.Enum):
    RED = 1
    BLUE = "blue"


class Slotted:
    __slots__ = ("alpha", "beta")


class Outer:
    class Inner:
        pass


class Basket(list):
    pass


Pair = collections.namedtuple("Pair", "first second")


class Keyworded:
    def __new__(cls, value=None, *, tag):
        self = super().__new__(cls)
        self.value = value
        return self

    def __getnewargs_ex__(self):
        return (self.value,), {"tag": "label"}


def set_state(target, state):
    target.__dict__.update(state)


class WithSetter:
    def __reduce__(self):
        return (WithSetter, (), self.__dict__, None, None, set_state)


class Loop:
    """Made from an argument that contains the object itself."""

    def __init__(self, inside=None):
        self.inside = inside

    def __reduce__(self):
        return (Loop, (self.inside,))


CLASSES = (Point, Colour, Slotted, Outer, Basket, Pair, Keyworded, WithSetter, Loop)


def read_exactly(count):
    data = sys.stdin.buffer.read(count)
    if len(data) != count:
        sys.exit(0)
    return data


def read_frame():
    return read_exactly(struct.unpack("<I", read_exactly(4))[0])


def write_results(results):
    data = [result if isinstance(result, bytes) else result.encode("utf-8", "surrogatepass") for result in results]
    frames = b"".join(struct.pack("<I", len(frame)) + frame for frame in data)
    sys.stdout.buffer.write(struct.pack("<I", len(data)) + frames)
    sys.stdout.buffer.flush()


def dump_c(value, protocol):
    return bytes(ForkingPickler.dumps(value, protocol))


def dump_python(value, protocol):
    """By the pickler that is written in Python, with multiprocessing's way for arrays."""
    buffer = io.BytesIO()
    pickler = pickle._Pickler(buffer, protocol)
    pickler.dispatch_table = {**pickle.dispatch_table, array.array: lambda a: (array.array, (a.typecode, a.tobytes()))}
    pickler.dump(value)
    return buffer.getvalue()


def outcome(function):
    try:
        return repr(function())
    except RecursionError:
        return "RecursionError"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# --- Requests ---------------------------------------------------------------------------------------------------------


def again(request):
    """protocol, pickle -> the same value's pickle, its repr, bool() and type name."""
    protocol, value = request[0], pickle.loads(request[1:])
    yield dump_c(value, protocol)
    yield repr(value)
    yield repr(bool(value))
    yield type(value).__name__


def compare(request):
    """pickle of a pair -> the outcomes of ==, < and of looking the second up in a dict of the first."""
    a, b = pickle.loads(request)
    yield outcome(lambda: a == b)
    yield outcome(lambda: a < b)
    yield outcome(lambda: b in {a: None})


def sort(request):
    """pickle of (list, reverse) -> the outcome of sorted()."""
    items, reverse = pickle.loads(request)
    yield outcome(lambda: sorted(items, reverse=reverse))


def numbers(request):
    """pickle of a list of numbers -> for each its float(), or the error."""
    for number in pickle.loads(request):
        yield outcome(lambda: float(number))


def generate(request):
    """seed -> repr of a random value, then its pickles: protocols 0 to 5 by the C pickler, then by the Python one."""
    value = Generator(int(request)).value(4)
    yield repr(value)
    for dump in (dump_c, dump_python):
        for protocol in range(6):
            yield dump(value, protocol)


def generate_objects(request):
    """seed -> the pickles, protocols 2 to 5, of a value with instances of classes in it, which may contain itself.

    The value has been through a pickle before: that makes equal strings of one character one object. Names in this file
    are longer, because such a string in a program may be an object of its own."""
    value = pickle.loads(dump_c(Generator(int(request), with_objects=True).value(4), 4))
    for protocol in range(2, 6):
        yield dump_c(value, protocol)


def same(request):
    """two pickles -> whether they are the same structure to this CPython, sharing included."""
    size = struct.unpack("<I", request[:4])[0]
    first, second = pickle.loads(request[4:4 + size]), pickle.loads(request[4 + size:])
    yield repr(dump_c(first, 4) == dump_c(second, 4))


class Generator:
    def __init__(self, seed, with_objects=False):
        self.random = random.Random(seed)
        self.with_objects = with_objects
        self.made = []

    def value(self, depth):
        kinds = self.SCALARS if depth == 0 else self.SCALARS + self.CONTAINERS * 2
        if self.with_objects and depth > 0:
            kinds = kinds + self.OBJECTS * 3
        if self.made and self.random.random() < 0.12:
            return self.random.choice(self.made)
        value = self.random.choice(kinds)(self, depth)
        self.made.append(value)
        return value

    def values(self, depth):
        return [self.value(depth - 1) for _ in range(self.random.choice((0, 1, 1, 2, 3, 4, 5, 12)))]

    def key(self):
        """No NaN: the place of one in a set is an accident of its address."""
        value = self.random.choice(self.KEYS)(self, 1)
        return value if value == value else "nan"

    def keys(self):
        return [self.key() for _ in range(self.random.choice((0, 1, 2, 5, 11)))]

    def integer(self, depth):
        bits = self.random.choice((1, 4, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 200, 3000))
        return self.random.choice((-1, 1)) * (self.random.getrandbits(bits) + self.random.choice((0, 1 << bits - 1)))

    def real(self, depth):
        return self.random.choice((0.0, -0.0, 1.0, 0.1, 1e16, 1e-5, 123456789.125, 1e22, 5e-324, 1.7976931348623157e308,
                                   float("inf"), float("-inf"), float("nan"), self.random.random(),
                                   struct.unpack("<d", struct.pack("<Q", self.random.getrandbits(64)))[0]))

    def text(self, depth):
        alphabet = "abc'\"\\\n\r\t\0\x7f\xe9\xad\u0394\u2028\u4e2d\ud800\udfff\ufeff\U0001f600\U0010ffff"
        return "".join(self.random.choices(alphabet, k=self.random.choice((0, 1, 2, 3, 10, 255, 256, 300))))

    def data(self, depth):
        return self.random.getrandbits(8 * 300).to_bytes(300, "little")[:self.random.choice((0, 1, 2, 5, 255, 256, 300))]

    def array(self, depth):
        typecode = self.random.choice("bBhHiIlLqQfd")
        if typecode in "fd":
            return array.array(typecode, [self.random.choice((0.5, -1.0, 3.25)) for _ in range(self.random.choice((0, 1, 5)))])
        return array.array(typecode, [self.random.randrange(100) for _ in range(self.random.choice((0, 1, 5)))])

    def instance(self, depth):
        value = object.__new__(Outer.Inner)
        self.made.append(value)  # so that its own state may contain it
        value.payload = self.value(depth - 1)
        return value

    def slotted(self, depth):
        value = Slotted()
        self.made.append(value)
        value.alpha = self.value(depth - 1)
        return value

    def keyworded(self, depth):
        return Keyworded(self.value(depth - 1), tag="label")

    def with_setter(self, depth):
        value = WithSetter()
        self.made.append(value)
        value.payload = self.value(depth - 1)
        return value

    def loop(self, depth):
        holder = []
        value = Loop(holder)
        self.made.append(value)
        holder.append(value)
        holder.append(self.value(depth - 1))
        return value

    def basket(self, depth):
        value = Basket()
        self.made.append(value)
        value.extend(self.values(depth))
        value.label = "fruit"
        return value

    def recursive_list(self, depth):
        value = []
        self.made.append(value)
        value.extend(self.values(depth))
        value.append((value, 1))
        return value

    def recursive_tuple(self, depth):
        inside = [self.value(depth - 1)]
        value = (inside,) * self.random.choice((1, 2, 3, 4, 5))
        inside.append(value)
        return value

    SCALARS = (
        lambda self, depth: None, lambda self, depth: self.random.choice((True, False)), integer, real, text, data,
        lambda self, depth: complex(self.real(0), self.real(0)), lambda self, depth: bytearray(self.data(0)),
        lambda self, depth: range(self.integer(0), self.integer(0), self.random.choice((1, 2, -3))), array,
        lambda self, depth: self.random.choice((Ellipsis, NotImplemented)))
    KEYS = (
        lambda self, depth: None, integer, real, text, data, lambda self, depth: self.random.choice((True, False)),
        lambda self, depth: (self.integer(0), self.text(0)), lambda self, depth: frozenset((self.integer(0),)))
    CONTAINERS = (
        values, lambda self, depth: tuple(self.values(depth)),
        lambda self, depth: {key: self.value(depth - 1) for key in self.keys()}, lambda self, depth: set(self.keys()),
        lambda self, depth: frozenset(self.keys()), lambda self, depth: slice(*(self.value(0) for _ in range(3))))
    OBJECTS = (
        lambda self, depth: Point(self.value(depth - 1), self.value(depth - 1)),
        lambda self, depth: self.random.choice(tuple(Colour)), lambda self, depth: decimal.Decimal("1.50"),
        lambda self, depth: fractions.Fraction(1, 3), lambda self, depth: datetime.datetime(2020, 1, 2, 3),
        lambda self, depth: collections.OrderedDict((key, self.value(depth - 1)) for key in self.keys()),
        lambda self, depth: collections.deque(self.values(depth)), lambda self, depth: Pair(self.value(depth - 1), 2),
        lambda self, depth: collections.defaultdict(list, {"key": self.value(depth - 1)}),
        lambda self, depth: KeyError(self.key()), lambda self, depth: {Colour.RED: 1, Colour.BLUE: self.value(depth - 1)},
        lambda self, depth: Outer.Inner, lambda self, depth: len, instance, slotted, keyworded, with_setter, loop, basket,
        recursive_list, recursive_tuple)


REQUESTS = {b"A": again, b"C": compare, b"S": sort, b"N": numbers, b"G": generate, b"O": generate_objects, b"=": same}


def main():
    while True:
        request = read_frame()
        write_results(REQUESTS[request[:1]](request[1:]))


if __name__ == "__main__":
    # The classes must have a module that a pickle can name.
    import python_peer
    python_peer.main()
