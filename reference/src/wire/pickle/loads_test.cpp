#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mp/pickle.hpp"
#include "wire/testing/objects.hpp"

namespace mp::testing {
namespace {

using namespace std::string_literals;

/// The repr of what is read, or the error's message.
std::string shown(std::string_view bytes) {
  const Result<Object> object = pickle::loads(bytes);
  return object ? *repr(*object) : object.error().message;
}

TEST(Loads, TextOpcodesOfProtocol0) {
  EXPECT_EQ(shown("I01\n."), "True");
  EXPECT_EQ(shown("I00\n."), "False");
  EXPECT_EQ(shown("I1\n."), "1");
  EXPECT_EQ(shown("I-123456789012345678901\n."), "-123456789012345678901");
  EXPECT_EQ(shown("L123L\n."), "123");
  EXPECT_EQ(shown("L-0L\n."), "0");
  EXPECT_EQ(shown("I000\n."), "0");
  for (const char* octal : {"I010\n.", "I-07\n.", "L010L\n."})
    EXPECT_THAT(shown(octal), ::testing::HasSubstr("invalid literal for int()")) << octal;
  EXPECT_EQ(shown("F-1.5\n."), "-1.5");
  EXPECT_EQ(shown("Fnan\n."), "nan");
  EXPECT_EQ(shown("F-inf\n."), "-inf");
  EXPECT_EQ(shown("F1e400\n."), "inf");
  EXPECT_EQ(shown("S'a\\x62\\143\\n\\'\\q'\n."), "\"abc\\n'\\\\q\"");
  EXPECT_EQ(shown("V\\u0394\\U0001f600 \xe9 \\\\u0041\n."),
            "'\u0394\U0001f600 \u00e9 \\\\\\\\u0041'");
  EXPECT_EQ(shown("V\\ud800\n."), "'\\ud800'");
  EXPECT_EQ(shown("(lp0\nI1\naI2\nag0\n0."), "[1, 2]");
  EXPECT_EQ(shown("(dp0\nS'k'\nI1\ns."), "{'k': 1}");
  EXPECT_EQ(shown("(S'k'\nI1\nd."), "{'k': 1}");
  EXPECT_EQ(shown("(I1\nI2\nl."), "[1, 2]");
  EXPECT_EQ(shown("(I1\nI2\nt."), "(1, 2)");
  EXPECT_EQ(shown("(t."), "()");
}

TEST(Loads, OldStringsAreAscii) {
  EXPECT_EQ(shown("U\3abc."), "'abc'");
  EXPECT_EQ(shown("T\3\0\0\0abc."s), "'abc'");
  EXPECT_EQ(shown("U\1\xe9."), "SHORT_BINSTRING at offset 0: 'ascii' codec can't decode the text");
}

TEST(Loads, KnownCallsBecomeValues) {
  EXPECT_EQ(shown("cbuiltins\nset\n(](K\1K\2K\1etR."), "{1, 2}");
  EXPECT_EQ(shown("c__builtin__\nset\n)R."), "set()");
  EXPECT_EQ(shown("cbuiltins\nfrozenset\n(](K\1K\2etR."), "frozenset({1, 2})");
  EXPECT_EQ(shown("cbuiltins\nlist\n(](K\1K\2etR."), "[1, 2]");
  EXPECT_EQ(shown("cbuiltins\ntuple\n(](K\1K\2etR."), "(1, 2)");
  EXPECT_EQ(shown("cbuiltins\ndict\n(}K\1K\2stR."), "{1: 2}");
  EXPECT_EQ(shown("cbuiltins\nslice\n(NK\2NtR."), "slice(None, 2, None)");
  EXPECT_EQ(shown("cbuiltins\nrange\n(K\0K\3K\1tR."s), "range(0, 3)");
  EXPECT_EQ(shown("cbuiltins\ncomplex\n(F1\nF-2\ntR."), "(1-2j)");
  EXPECT_EQ(shown("cbuiltins\nbytearray\n(C\2abtR."), "bytearray(b'ab')");
  EXPECT_EQ(shown("c__builtin__\nbytearray\n(X\2\0\0\0\xc3\xa9"
                  "X\7\0\0\0latin-1tR."s),
            "bytearray(b'\\xe9')");
  EXPECT_EQ(shown("c__builtin__\nbytes\n)R."), "b''");
  EXPECT_EQ(shown("c_codecs\nencode\n(V\xe9\nVlatin1\ntR."), "b'\\xe9'");
  EXPECT_EQ(shown("carray\narray\n(X\1\0\0\0hC\4\1\0\xff\xff"
                  "tR."s),
            "array('h', [1, -1])");
  EXPECT_EQ(shown("carray\narray\n(X\1\0\0\0H](K\1M\xff\xff"
                  "etR."s),
            "array('H', [1, 65535])");
  EXPECT_EQ(shown("carray\narray\n(X\1\0\0\0u](VA\netR."s), "array('u', 'A')");
  EXPECT_EQ(shown("carray\n_array_reconstructor\n(carray\narray\nX\1\0\0\0hK\4C\2\2\0tR."s),
            "array('h', [2])");
}

TEST(Loads, CallsWithOtherArgumentsAreKept) {
  for (const std::string& bytes :
       {"cbuiltins\nlist\n(cm\nC\n)RtR."s, "cbuiltins\nrange\n(K\0K\3K\0tR."s,
        "cbuiltins\nset\n(K\1tR."s,
        "cbuiltins\neval\n(X\3\0\0\0"
        "1+1tR."s,
        "carray\narray\n(X\1\0\0\0hC\3\1\0\xfftR."s, "carray\narray\n(X\1\0\0\0B](K\1M\0\1etR."s,
        "carray\n_array_reconstructor\n(carray\narray\nX\1\0\0\0hK\5C\2\2\0tR."s,
        "c_codecs\nencode\n(V\\u0394\nVlatin1\ntR."s}) {
    const Result<Object> object = pickle::loads(bytes);
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(object->kind(), Kind::Opaque) << *repr(*object);
    EXPECT_EQ(*repr(*pickle::loads(*pickle::dumps(*object))), *repr(*object));
  }
}

TEST(Loads, NamesOfPython2) {
  const auto name = [](std::string_view bytes) {
    const Object global = *pickle::loads(bytes);
    return std::string(global.module()) + " " + std::string(global.name());
  };
  EXPECT_EQ(name("c__builtin__\nxrange\n."), "builtins range");
  EXPECT_EQ(name("cexceptions\nKeyError\n."), "builtins KeyError");
  EXPECT_EQ(name("\x80\x02"
                 "cQueue\nEmpty\n."),
            "queue Empty");
  EXPECT_EQ(name("\x80\x03"
                 "cQueue\nEmpty\n."),
            "Queue Empty");
}

TEST(Loads, InstancesOfProtocol0AreThoseOfProtocol2) {
  const Object old =
      *pickle::loads("ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR(dS'x'\nI1\nsb.");
  const Object current = *pickle::loads(
      "\x80\x02"
      "cm\nC\n)\x81}X\1\0\0\0xK\1sb."s);
  EXPECT_EQ(old.construction(), Construction::New);
  EXPECT_TRUE(*equal(old, current));
  EXPECT_EQ(*hash(old), *hash(current));
}

TEST(Loads, InstAndObj) {
  EXPECT_EQ(pickle::loads("(im\nC\n.")->construction(), Construction::New);
  const Object with_args = *pickle::loads("(I1\nim\nC\n.");
  EXPECT_EQ(with_args.construction(), Construction::Call);
  EXPECT_EQ(*repr(with_args), "C(1)");
  EXPECT_TRUE(*equal(with_args, *pickle::loads("(cm\nC\nI1\no.")));
  // Classes that values are made of are called as REDUCE calls them.
  EXPECT_EQ(shown("(](K\1K\2eibuiltins\nlist\n."), "[1, 2]");
  EXPECT_EQ(shown("(cbuiltins\ntuple\n](K\1K\2eo."), "(1, 2)");
  EXPECT_TRUE(shown("(](]eibuiltins\nset\n.").ends_with("unhashable type: 'list'"));
}

// A list, a dict, an instance and a tuple that contain themselves.
TEST(Loads, RecursiveValues) {
  const Object list = *pickle::loads("\x80\x04]\x94h\0a."s);
  EXPECT_TRUE(list.items()[0].is(list));
  EXPECT_EQ(*repr(list), "[[...]]");
  const Object dict = *pickle::loads("\x80\x04}\x94K\1h\0s."s);
  EXPECT_EQ(*repr(dict), "{1: {...}}");
  const Object instance =
      *pickle::loads("\x80\x04\x8c\1m\x94\x8c\1C\x94\x93\x94)\x81\x94}\x94\x8c\1s\x94h\3sb."s);
  EXPECT_TRUE(instance.state()->as_dict().find_str("s")->is(instance));
  const Object tuple = *pickle::loads(
      "\x80\x04]\x94h\0\x85\x94"
      "a0h\1."s);
  EXPECT_EQ(*repr(tuple), "([(...)],)");
  EXPECT_EQ(to_hex(*pickle::dumps(tuple)), to_hex("\x80\x04\x95\x0b\0\0\0\0\0\0\0]\x94h\0\x85\x94"
                                                  "a0h\1."s));
}

// copyreg's sixth item of a reduced object: function(obj, state), whose result is dropped.
TEST(Loads, StateSetterIsAStep) {
  const std::string bytes =
      "\x80\x04\x95\x1f\0\0\0\0\0\0\0\x8c\1m\x94\x8c\1C\x94\x93\x94)R\x94h\0\x8c\3set\x94\x93\x94h\3K\1\x86R0."s;
  const Result<Object> object = pickle::loads(bytes);
  ASSERT_TRUE(object) << object.error().message;
  ASSERT_EQ(object->steps().size(), 1u);
  EXPECT_EQ(object->steps()[0].what(), OpaqueStep::What::Call);
  EXPECT_TRUE(object->steps()[0].values()[0].is_global("m", "set"));
  EXPECT_EQ(to_hex(*pickle::dumps(*object)), to_hex(bytes));
}

TEST(Loads, WhatIsPoppedMustNotHaveHadAnEffect) {
  EXPECT_EQ(shown("cm\nf\n)R0N."),
            "POP at offset 7: would lose an object whose making may have had an effect");
  EXPECT_EQ(shown("K\1N0."), "1");
}

TEST(Loads, RepeatedKeysKeepTheFirstKeyAndTheLastValue) {
  EXPECT_EQ(shown("}(K\1N\x88K\2G\x3f\xf0\0\0\0\0\0\0K\3u."s), "{1: 3}");
  // Also keys that can be compared at the end only.
  EXPECT_EQ(shown("}(cm\nC\n)RK\1cm\nC\n)RK\2u."), "{C(): 2}");
  EXPECT_EQ(shown("\x8f(cm\nC\n)Rcm\nC\n)R\x90."), "{C()}");
}

TEST(Loads, SharedPartsStayShared) {
  const Object pair = *pickle::loads("\x80\x04]\x94K\1ah\0\x86\x94."s);
  EXPECT_TRUE(pair.items()[0].is(pair.items()[1]));
}

TEST(Loads, BytesBehindTheEndAreIgnored) { EXPECT_EQ(shown("N.garbage"), "None"); }

TEST(Loads, ProtocolOf) {
  EXPECT_EQ(pickle::protocol_of("\x80\x04N."), 4);
  EXPECT_EQ(pickle::protocol_of("N."), std::nullopt);
  EXPECT_EQ(pickle::protocol_of(""), std::nullopt);
}

TEST(Loads, ErrorsNameOpcodeAndOffset) {
  EXPECT_EQ(shown(""), "Ran out of input");
  EXPECT_EQ(shown("N"), "Ran out of input");
  EXPECT_EQ(shown("."), "STOP at offset 0: stack underflow");
  EXPECT_EQ(shown("NP1\n."), "PERSID at offset 1: persistent ids are not supported");
  EXPECT_EQ(shown("NQ."), "BINPERSID at offset 1: persistent ids are not supported");
  EXPECT_EQ(shown("\x82\1."), "EXT1 at offset 0: extension codes are not supported");
  EXPECT_EQ(shown("\x97."), "NEXT_BUFFER at offset 0: out-of-band buffers are not supported");
  EXPECT_EQ(shown("N\xff"), "opcode at offset 1: invalid load key");
  EXPECT_EQ(shown("\x80\x06N."), "PROTO at offset 0: unsupported pickle protocol: 6");
  EXPECT_EQ(shown("h\5."), "BINGET at offset 0: Memo value not found at index 5");
  EXPECT_EQ(shown("}(]K\1u."s), "SETITEMS at offset 5: unhashable type: 'list'");
  EXPECT_EQ(shown("\x8c\1\xff."),
            "SHORT_BINUNICODE at offset 0: 'utf-8' codec can't decode the text");
  EXPECT_EQ(shown("K\1)R."), "REDUCE at offset 3: 'int' object is not callable");
  EXPECT_EQ(shown("]Nb."), "BUILD at offset 2: 'list' object takes no state");
}

}  // namespace
}  // namespace mp::testing
