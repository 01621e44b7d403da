"""Seeds of `pickle_decoder` in systematic form: every opcode on every kind of stack, with good and bad arguments; every builtin
that the decoder makes values of, called with anything; texts of numbers and strings. `fuzz/minimise` keeps those that cover
something.
"""
import itertools
import pickletools
import struct

# What may be on the stack: nothing, values with and without a mark, containers with something for them, classes and instances.
STACKS = [b"", b"N", b"K\1K\2", b"NNN", b"(", b"(N", b"(NN", b"(NNN", b"](", b"](N", b"]N", b"}", b"}(", b"}(N", b"}(NN", b"}K\1N", b"}(K\1NK\1N",
          b"}(]N", b"\x8f", b"\x8f(", b"\x8f(K\1K\1", b"\x8f(]", b")", b")(N", b"cm\nC\n", b"cm\nC\n)", b"(cm\nC\n", b"cm\nC\n)}", b"cm\nC\n)}(X\1\0\0\0aNu",
          b"cm\nC\n)R", b"cm\nC\n)RN", b"cm\nC\n)R(NN", b"cm\nC\n)R}", b"cm\nC\n)\x81", b"cm\nC\n)\x81(NN", b"cm\nC\nN", b"N)", b"N)}", b"X\1\0\0\0mX\1\0\0\0C", b"X\1\0\0\0mN",
          b"N\x94", b"]q\5", b"]\x94h\0", b"]\x94h\0a", b"}\x94K\1h\0s", b"\x8f\x94(K\1\x90", b"cm\nC\n)R\x94h\0", b"(N0", b"(NN0", b"(]1", b"cm\nC\n)R0", b"X\1\0\0\0a",
          b"]\x94(h\0", b"\x8f\x94(h\0", b"(]\x94(h\0", b"cm\nC\n)\x81\x94(h\0"]
NUMBERS = [0, 1, 2, 5, 127, 128, 255]


def arguments_of(opcode):
    """What may follow the opcode: nothing, and its argument in several sizes, right and wrong."""
    yield b""
    argument = opcode.arg
    if argument is None:
        return
    if argument.name.endswith("nl") or argument.n == pickletools.UP_TO_NEWLINE:
        yield from (b"5\n", b"m\nC\n", b"\n", b"'a'\n")
    elif argument.n > 0:
        yield from (struct.pack("<Q", number)[:argument.n] for number in (*NUMBERS, 2**16, 2**31, 2**64 - 1))
        yield struct.pack(">d", 1.5)[:argument.n]
    else:
        width = {pickletools.TAKEN_FROM_ARGUMENT1: 1, pickletools.TAKEN_FROM_ARGUMENT4: 4, pickletools.TAKEN_FROM_ARGUMENT4U: 4, pickletools.TAKEN_FROM_ARGUMENT8U: 8}[argument.n]
        for content in (b"", b"\0", b"abc", b"\xff", b"\xe2\x82\xac", b"\xed\xa0\x80", b"\xc3", b"\xf0\x9f\x98\x80", b"x" * 9):
            yield struct.pack("<Q", len(content))[:width] + content
        yield from (struct.pack("<Q", number)[:width] for number in (1, 2**31, 2**64 - 1))


def operations():
    for opcode in pickletools.opcodes:
        code = opcode.code.encode("latin-1")
        for stack, argument in itertools.product(STACKS, arguments_of(opcode)):
            yield stack + code + argument + b"."
        for argument in arguments_of(opcode):
            yield code + argument  # no STOP


INT, TEXT, NONE = b"K\3", b"X\2\0\0\0ab", b"N"
VALUES = [NONE, INT, b"J\xff\xff\xff\xff", b"\x8a\x09\0\0\0\0\0\0\0\0\1", b"G?\xf8\0\0\0\0\0\0", b"\x88", TEXT, b"X\3\0\0\0\xe2\x82\xac", b"C\2ab", b"C\2\xff\0",
          b"\x96\2\0\0\0\0\0\0\0ab", b"]", b"](K\1K\2e", b"](]\x85e", b"](K\1K\2\x86e", b")", b"(K\1K\2K\3K\4t", b"}", b"}K\1K\2s", b"\x8f(K\1\x90", b"(K\1\x91", b"cbuiltins\nobject\n",
          b"carray\narray\n", b"X\1\0\0\0i", b"X\1\0\0\0u", b"X\6\0\0\0latin1", b"X\5\0\0\0ascii", b"cm\nC\n)R", b"cbuiltins\nrange\nK\0K\3K\1\x87R"]
BUILTINS = [b"builtins\nlist", b"builtins\ntuple", b"builtins\ndict", b"builtins\nset", b"builtins\nfrozenset", b"builtins\nbytes", b"builtins\nbytearray",
            b"builtins\ncomplex", b"builtins\nrange", b"builtins\nslice", b"builtins\ngetattr", b"builtins\nobject", b"_codecs\nencode", b"array\narray",
            b"__builtin__\nxrange", b"copy_reg\n_reconstructor", b"itertools\nizip", b"exceptions\nKeyError", b"Queue\nEmpty"]
KEYWORDS = [b"}", b"}X\1\0\0\0aNs", b"}K\1Ns", b"}X\6\0\0\0sourceNs"]


def calls():
    for name in BUILTINS:
        callable = b"c" + name + b"\n"
        for arguments in ([], *([value] for value in VALUES), *itertools.product(VALUES, repeat=2)):
            packed = b"(" + b"".join(arguments) + b"t"
            yield callable + packed + b"R."
            if len(arguments) < 2:
                yield callable + packed + b"\x81."
                yield from (callable + packed + keywords + b"\x92." for keywords in KEYWORDS)
                yield b"(" + callable + b"".join(arguments) + b"o."
                yield b"(" + b"".join(arguments) + b"i" + name + b"\n."
        for arguments in itertools.product([NONE, INT, TEXT, b"C\2ab", b"J\xff\xff\xff\xff", b"K\0"], repeat=3):
            yield callable + b"(" + b"".join(arguments) + b"tR."
    numbers = [b"](K\1K\2e", b"](K\1J\xff\xff\xff\xffe", b"](M\1\1e", b"](K\1Ne", b"](G?\xf8\0\0\0\0\0\0e"]
    for name, items in itertools.product((b"builtins\nbytes", b"builtins\nbytearray", b"array\narray"), numbers):
        yield b"c" + name + b"\n" + items + b"\x85R."
    for typecode, content in itertools.product("bBuwhHiIlLqQfd?", (b"]", b"](K\1K\2e", b"C\0", b"C\10abcdefgh", b"C\3abc", b"X\2\0\0\0ab", b"](X\1\0\0\0ae", b"](G?\xf8\0\0\0\0\0\0e", b"N", b"](K\1Ne")):
        yield b"carray\narray\nX\1\0\0\0" + typecode.encode() + content + b"\x86R."
        for machine in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 50):
            if content[:1] == b"C":
                yield b"carray\n_array_reconstructor\n(carray\narray\nX\1\0\0\0" + typecode.encode() + b"K" + bytes([machine]) + content + b"tR."
    for values in itertools.product((b"carray\narray\n", b"N"), (b"X\1\0\0\0i", b"X\2\0\0\0ii", b"N"), (b"K\10", b"N", b"J\xff\xff\xff\xff"), (b"C\4abcd", b"N")):
        yield b"carray\n_array_reconstructor\n(" + b"".join(values) + b"tR."
    for base in (b"cbuiltins\nobject\n", b"cm\nC\n", b"N"):
        yield b"ccopy_reg\n_reconstructor\n(cm\nC\n" + base + b"NtR}X\1\0\0\0aNsb."
        yield b"ccopy_reg\n_reconstructor\n(cm\nC\n" + base + b"NtRN\x86R."
    for name in (b"dotted", b"a.b", b"", b"\xff", b"\xe2\x82\xac"):
        yield b"cm\n" + name + b"\n."
        yield b"X\1\0\0\0m" + b"X" + struct.pack("<I", len(name)) + name + b"\x93)R."


def texts():
    numbers = ["0", "1", "-1", "+5", "00", "01", "007", "  5", "5L", "-5L", "L", "", "-", "+", "1_000", "0x10", "9" * 30, "-" + "9" * 30, "9" * 400, "2147483648",
               "9223372036854775808", "-9223372036854775808", "1.5", "-0.0", "1e400", "1e-400", ".5", "5.", "inf", "-inf", "nan", "infinity", "1e5", "1e", "e5", "a", "5a",
               "5 ", "0.1e+7", "True", "\0", "5\0"]
    for number, opcode in itertools.product(numbers, "ILFgp"):
        yield b"N" + opcode.encode() + number.encode() + b"\n."
        yield b"N" + opcode.encode() + number.encode() + b"L\n."
    contents = [r"a", r"", r"\n\t\r\a\b\f\v\\\'" + r"\"", r"\x41", r"\x4", r"\xzz", r"\101", r"\7", r"\400", r"\q", "\\", r"\u20ac", r"\u20a", r"\U0001f600", r"\U00110000", r"\U0001f60",
                r"\ud800", r"\ud83d\ude00", r"\N{BULLET}", "\u20ac"]
    for content in contents:
        for quote in ("'", '"', ""):
            yield b"S" + (quote + content + quote).encode("utf-8") + b"\n."
        yield b"S'" + content.encode("utf-8") + b"\n."
        yield b"V" + content.encode("utf-8") + b"\n."
        yield b"V" + content.encode("latin-1", "replace") + b"\n."
    yield from (b"V\xff\x80a\n.", b"S'\xff'\n.", b"U\1\xff.", b"T\1\0\0\0\xff.", b"T\xff\xff\xff\xff.", b"S'\n.", b"S'a'b\n.", b"S 'a' \n.")


def deep_and_shared():
    for push, pop in ((b"]", b"a"), (b")", b"\x85"), (b"]", b"\x85"), (b"}", b"\x85")):
        for depth in (8, 60, 1100):
            yield push + (pop if pop == b"\x85" else b"") * depth + b"."
            yield b"]" * depth + b"a" * (depth - 1) + b"."
    yield b"(" * 40 + b"t" * 40 + b"."
    yield b"]\x94" + b"h\0" * 40 + b"."
    # Cycles through every container, and keys that are known only later.
    for container in (b"]\x94h\0a", b"}\x94N\x94h\0s", b"}\x94h\0\x85Ns", b"]\x94h\0\x85a", b"]\x94(h\0\x85\x91a", b"]\x94cm\nC\nh\0\x85Ra", b"cm\nC\n)R\x94h\0b", b"cm\nC\n)R\x94(h\0e", b"cm\nC\n)R\x94Nh\0s",
                      b"cm\nC\n)R\x94(h\0\x90", b"\x8f\x94(cm\nC\n)Rh\0b\x90", b"}\x94cm\nC\n)Rh\0bNs", b"]\x94cbuiltins\nslice\nh\0NN\x87Ra", b"}\x94(cm\nC\n)Rh\0bNcm\nC\n)Rh\0bNu"):
        yield container + b"."
        yield container + b"\x85."
        yield b"]" + container + b"ah\0a."
        yield container + b"0h\0."
    # Many values, many entries of the memo, long containers.
    for count in (5, 20, 70, 300):
        numbers = b"".join(b"M" + struct.pack("<H", number) for number in range(count))
        pairs = b"".join(b"M" + struct.pack("<H", number) + b"N" for number in range(count))
        yield from (b"](" + numbers + b"e.", b"\x8f(" + numbers + b"\x90.", b"(" + numbers + b"\x91.", b"}(" + pairs + b"u.", b"(" + pairs + b"d.", b"(" + numbers + b"l.", b"(" + numbers + b"t.",
                    b"}(" + pairs * 2 + b"u.", b"cm\nC\n)R(" + pairs + b"u.", b"cm\nC\n)R(" + numbers + b"e.", b"cbuiltins\nset\n(" + numbers + b"l\x85R.")
        yield b"".join(b"M" + struct.pack("<H", number) + b"\x94" for number in range(count)) + b"h" + bytes([min(count - 1, 255)]) + b"."
    # What builtins copy again and again.
    for name in (b"list", b"tuple", b"set", b"frozenset"):
        yield b"cbuiltins\n" + name + b"\n\x94](" + b"".join(b"K" + bytes([number]) for number in range(60)) + b"e\x94(" + b"h\0h\1\x85R" * 40 + b"t."
    yield from (b"Nr\xff\xff\xff\x7f\x00j\xff\xff\xff\x7f.", b"Np99999999\ng99999999\n.", b"Nr\0\0\1\0j\0\0\1\0r\0\0\1\0.")


def seeds():
    for part in (operations, calls, texts, deep_and_shared):
        yield from part()
