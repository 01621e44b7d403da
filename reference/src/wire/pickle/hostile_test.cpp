#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <functional>
#include <limits>

#include "mp/pickle.hpp"
#include "wire/testing/allocation_meter.hpp"
#include "wire/testing/objects.hpp"

// Bytes that nobody's pickler wrote.

namespace mp::testing {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

std::string repeat(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

ErrorCode code_of(std::string_view bytes, const pickle::LoadLimits& limits = {}) {
  const Result<Object> object = pickle::loads(bytes, limits);
  EXPECT_FALSE(object) << *object;
  return object ? ErrorCode::System : object.error().code;
}

/// A frozenset with 2^depth ways to its innermost item.
Object shared_frozensets(int depth) {
  Object set = *Object::frozenset({});
  for (int i = 0; i < depth; ++i) {
    set = *Object::frozenset({set, Object::tuple_of(set, Object::integer(i))});
  }
  return set;
}

TEST(Hostile, FrozensetsThatShareOthersAreHashedOnce) {
  const Object set = shared_frozensets(200);
  EXPECT_TRUE(hash(set));
  const Result<Object> read = pickle::loads(*pickle::dumps(set));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*hash(*read), *hash(set));
}

TEST(Hostile, DepthIsLimited) {
  constexpr std::size_t kMillion = 1'000'000;
  EXPECT_EQ(code_of(repeat("]", kMillion) + repeat("a", kMillion - 1) + "."), ErrorCode::TooLarge);
  EXPECT_EQ(code_of("N" + repeat("\x85", kMillion) + "."), ErrorCode::TooLarge);
  EXPECT_EQ(code_of("]" + repeat("]\x86", kMillion) + "."), ErrorCode::TooLarge);
  EXPECT_EQ(code_of(repeat("(", kMillion) + "N" + repeat("t", kMillion) + "."),
            ErrorCode::TooLarge);
  EXPECT_EQ(code_of("N" + repeat("\x85R", kMillion) + "."), ErrorCode::Malformed);
  // Deep things that are given up are released without recursion too.
  EXPECT_EQ(code_of(repeat("]", kMillion)), ErrorCode::Malformed);
}

TEST(Hostile, DepthIsExact) {
  const auto nested = [](std::size_t levels) {
    return repeat("]", levels) + repeat("a", levels - 1) + ".";
  };
  EXPECT_TRUE(pickle::loads(nested(1000)));
  EXPECT_EQ(code_of(nested(1001)), ErrorCode::TooLarge);
  EXPECT_TRUE(pickle::loads(nested(3), {.depth = 3}));
  EXPECT_EQ(code_of(nested(4), {.depth = 3}), ErrorCode::TooLarge);
}

// Each list gets its item after it has become an item itself.
TEST(Hostile, DepthIsLimitedWhenContainersGrowAfterwards) {
  const auto chained = [](std::size_t levels) {
    return "]q\1"s + repeat("h\1]q\1a0", levels - 1) + ".";  // memo 1 is the innermost
  };
  EXPECT_TRUE(pickle::loads(chained(1000)));
  EXPECT_EQ(code_of(chained(1001)), ErrorCode::TooLarge);
}

TEST(Hostile, LengthsAreChecked) {
  EXPECT_EQ(code_of("\x8b\xff\xff\xff\x7f."), ErrorCode::TooLarge);
  EXPECT_EQ(code_of("\x8b\xff\xff\xff\xff."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("\x8b\xff\0\0\0."s), ErrorCode::Malformed);
  EXPECT_EQ(code_of("X\xff\xff\xff\xff."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("B\xff\xff\xff\xff."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("T\xff\xff\xff\xff."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("\x96\0\0\0\0\1\0\0\0."s), ErrorCode::Malformed);
  EXPECT_EQ(code_of("\x95\xff\0\0\0\0\0\0\0N."s), ErrorCode::Malformed);
  EXPECT_EQ(code_of("L" + std::string(70'000, '9') + "L\n."), ErrorCode::TooLarge);
}

TEST(Hostile, MemoIsAsLargeAsItsEntries) {
  EXPECT_TRUE(pickle::loads("Nr\xff\xff\xff\xff."));
  EXPECT_TRUE(
      pickle::loads("Nr\xff\xff\xff\xff"
                    "0j\xff\xff\xff\xff."));
  EXPECT_TRUE(pickle::loads("Np18446744073709551615\n."));
  EXPECT_EQ(code_of("Np18446744073709551616\n."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("Np-1\n."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("Nj\xff\xff\xff\xff."), ErrorCode::Malformed);
  EXPECT_EQ(code_of("N\x94\x94\x94.", {.memo = 2}), ErrorCode::TooLarge);
}

/// Reads within `memory` bytes and 14 more for each byte of the input, whatever comes of it.
Result<Object> read_within(std::size_t memory, std::string_view bytes) {
  const AllocationMeter meter;
  Result<Object> loaded = pickle::loads(bytes, {.memory = memory});
  EXPECT_LE(meter.peak(), memory + 14 * bytes.size() + 1024) << bytes.substr(0, 40);
  return loaded;
}

// What an opcode of one byte makes can be a hundred bytes, and what a call of a builtin copies is
// as long as what was sent before.
TEST(Hostile, MemoryIsBounded) {
  constexpr std::size_t kMany = 200'000;
  const std::string text = "X" + "\0\0\1\0"s + std::string(65536, 'x');
  const std::string many = "(" + repeat("N", 10'000);
  const std::vector<std::string> costly = {
      repeat("]", kMany),
      repeat("}", kMany),
      repeat("\x8f", kMany),
      repeat("(", kMany),
      "N" + repeat("\x94", kMany),
      "N" + repeat("r\xff\xff\xff\xff", 1),
      repeat("(l2", kMany),
      "]" + repeat("]2\x86", kMany),
      "cm\nC\n" + repeat(")\x81", kMany),
      "cm\nC\n)\x81" + repeat("]b", kMany),
      "cm\nC\n)\x81" + repeat("2b", kMany),
      repeat("cm\nC\n", kMany),
      text + "q\0cbuiltins\nbytearray\nq\1"s + repeat("h\1h\0X\6\0\0\0latin1\x86R"s, 100),
      "B" + text.substr(1) + "q\0cbuiltins\nbytearray\nq\1"s + repeat("h\1h\0\x85R"s, 1000),
      many + "tq\0cbuiltins\nlist\nq\1"s + repeat("h\1h\0\x85R"s, 1000),
      many + "tq\0cbuiltins\ntuple\nq\1"s + repeat("h\1h\0\x85R"s, 1000),
      many + "tq\0cbuiltins\nset\nq\1"s + repeat("h\1h\0\x85R"s, 1000),
      many + "dq\0cbuiltins\ndict\nq\1"s + repeat("h\1h\0\x85R"s, 1000),
      many + "lq\0carray\narray\nq\1"s + repeat("h\1U\1dh\0\x86R"s, 1000),
      "]" + repeat("2a", kMany),
      "]q\0" + repeat("]h\0ah\0]a", kMany / 10),
  };
  for (const std::string& bytes : costly) {
    (void)read_within(1 << 20, bytes + ".");
    (void)read_within(100'000, bytes + ".");
    (void)read_within(10'000, bytes);
  }
  EXPECT_EQ(code_of(repeat("}", kMany), {.memory = 1 << 20}), ErrorCode::TooLarge);
  EXPECT_EQ(code_of(costly[13] + ".", {.memory = 1 << 20}), ErrorCode::TooLarge);
}

/// Items that a pickler writes, so that their pickle has at least so many bytes.
std::string pickled_list(const std::function<Object(std::int64_t)>& item, std::size_t size) {
  Object list = Object::list();
  for (std::int64_t i = 0; i < 2000; ++i) list.append(item(i));
  const std::size_t once = pickle::dumps(list)->size();
  for (std::int64_t i = 2000; once * static_cast<std::size_t>(i) < size * 2000; ++i)
    list.append(item(i));
  return *pickle::dumps(list);
}

// The usual limits are for those who ask for too much, not for plain data.
TEST(Hostile, PlainDataFitsIntoMemory) {
  const auto text = [](std::int64_t i) { return Object::str("key" + std::to_string(i)); };
  const std::vector<std::function<Object(std::int64_t)>> items = {
      [](std::int64_t i) { return Object::integer(i % 256); },
      [](std::int64_t i) { return Object::integer(i * 1'000'003); },
      [](std::int64_t i) { return Object::real(static_cast<double>(i)); },
      text,
      [](std::int64_t i) { return Object::tuple_of(Object::integer(i), Object::integer(2)); },
      [&](std::int64_t i) { return Object::tuple_of(text(i), Object::real(1.5)); },
      [&](std::int64_t i) {
        Object dict = Object::dict();
        for (std::int64_t key = 0; key < 5; ++key)
          EXPECT_TRUE(dict.as_dict().set(text(key), Object::integer(i * key)));
        return dict;
      },
  };
  for (std::size_t i = 0; i < items.size(); ++i)
    EXPECT_TRUE(pickle::loads(pickled_list(items[i], 6 << 20))) << i;
}

TEST(Hostile, ValuesAreCounted) {
  EXPECT_TRUE(pickle::loads("(NNNl.", {.values = 4}));
  EXPECT_EQ(code_of("(NNNl.", {.values = 3}), ErrorCode::TooLarge);
}

TEST(Hostile, UnbalancedStacks) {
  for (const char* bytes :
       {"0.",      "1.",    "2.",     "a.",    "]a.",   "e.",     "]e.",     "s.",
        "Ns.",     "}Ns.",  "u.",     "}(Nu.", "(Nd.",  "t.",     "\x85.",   "N\x86.",
        "NN\x87.", "R.",    ")R.",    "b.",    "]b.",   "o.",     "(o.",     "\x81.",
        "\x92.",   "\x93.", "N\x93.", "\x91.", "\x90.", "(\x90.", "N(\x90.", "(.",
        "N(.",     "q0.",   "\x94.",  "N(a.",  "](Na.", "}((NNs."})
    EXPECT_EQ(code_of(bytes), ErrorCode::Malformed) << bytes;
}

// 2^n paths through n tuples: nothing that walks over them may take all.
TEST(Hostile, SharedStructureIsNotUnfolded) {
  const std::string tuples = "N\x85" + repeat("2\x86", 200);
  const Object bomb = *pickle::loads(tuples + ".");
  const Object other = *pickle::loads(tuples + ".");
  const Object unequal = *pickle::loads("K\1\x85" + repeat("2\x86", 200) + ".");
  EXPECT_TRUE(*equal(bomb, other));
  EXPECT_FALSE(*equal(bomb, unequal));
  EXPECT_FALSE(*compare_less(bomb, other));
  EXPECT_EQ(*hash(bomb), *hash(other));
  EXPECT_NE(*hash(bomb), *hash(unequal));
  EXPECT_TRUE(is_hashable(bomb));
  EXPECT_EQ(repr(bomb).error().code, ErrorCode::TooLarge);
  EXPECT_LT(pickle::dumps(bomb)->size(), 2000u);
  // As a key it is needed while loading.
  EXPECT_EQ(*pickle::loads("}" + tuples + "Ns" + tuples + "K\1s.")->length(), 1u);
  EXPECT_EQ(*pickle::loads("}cm\nC\n" + tuples + "RNs" + "cm\nC\n" + tuples + "RNs.")->length(),
            1u);
}

TEST(Hostile, WhatHasAHashInsideAnInstanceHasNoneInAKey) {
  const Object shared = *pickle::loads("]\x85" + repeat("2\x86", 200) + ".");
  const Object instance = Object::call(Object::global("m", "C"), Object::tuple_of(shared));
  EXPECT_TRUE(hash(instance));
  EXPECT_EQ(hash(Object::tuple_of(instance, shared)).error().message, "unhashable type: 'list'");
}

// Each key is hashed anew, and any of them may hold what is large.
TEST(Hostile, WorkOnKeysIsLimited) {
  const std::string large = "(" + repeat("K\1\x85", 20'000) +
                            "tq\0"
                            "0"s;
  const auto keys = [](int count) {
    std::string some = "}";
    for (int i = 0; i < count; ++i)
      some += "h\0M"s + static_cast<char>(i % 256) + static_cast<char>(i / 256) + "\x86Ns";
    return some + ".";
  };
  EXPECT_EQ(*pickle::loads(large + keys(50))->length(), 50u);
  EXPECT_EQ(code_of(large + keys(2000)), ErrorCode::TooLarge);
  EXPECT_EQ(*pickle::loads(large + keys(2000), {.walk_per_byte = 10'000})->length(), 2000u);
}

TEST(Hostile, RecursiveValuesAreNotWalkedForEver) {
  const Object list = *pickle::loads("]q\0h\0a."s);
  const Object other = *pickle::loads("]q\0h\0a."s);
  EXPECT_EQ(equal(list, other).error().code, ErrorCode::TooLarge);
  EXPECT_THAT(equal(list, other).error().message, HasSubstr("maximum recursion depth exceeded"));
  EXPECT_EQ(compare_less(list, other).error().code, ErrorCode::TooLarge);
}

// Keys that collide in a plain table: multiples of 2^61 - 1 all have hash 0 in CPython, and every
// NaN is a key of its own.
TEST(Hostile, ManyKeysStayFast) {
  const boost::multiprecision::cpp_int modulus = (std::int64_t{1} << 61) - 1;
  std::vector<Object> keys;
  for (int i = 0; i < 50'000; ++i) {
    keys.push_back(*Object::integer_from_text(boost::multiprecision::cpp_int(modulus * i).str()));
    keys.push_back(Object::real(std::numeric_limits<double>::quiet_NaN()));
  }
  const Object set = *Object::set(keys);
  EXPECT_EQ(*set.length(), keys.size());
  EXPECT_EQ(*pickle::loads(*pickle::dumps(set))->length(), keys.size());
}

/// A pickle of some value with some of its bytes changed, cut out or doubled.
std::string damaged_pickle() {
  std::string bytes = *pickle::dumps(*plain_objects(), {.protocol = *rc::gen::inRange(2, 6)});
  for (int i = *rc::gen::inRange(1, 5); i > 0 && !bytes.empty(); --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
        break;
      case 1:
        bytes[at] = *rc::gen::elementOf("(.0129KNRabdehjlopqrstu}])\x81\x85\x86\x90\x91\x93\x94"s);
        break;
      case 2:
        bytes.erase(at, *rc::gen::inRange<std::size_t>(1, 9));
        break;
      default:
        bytes.insert(at, bytes.substr(at, *rc::gen::inRange<std::size_t>(1, 9)));
    }
  }
  return bytes;
}

/// Refused for a reason, or a value that everything can be done with.
void survives(const std::string& bytes) {
  const Result<Object> object = pickle::loads(bytes);
  if (!object) {
    const ErrorCode code = object.error().code;
    RC_ASSERT(code == ErrorCode::Malformed || code == ErrorCode::TooLarge);
    return;
  }
  (void)repr(*object);
  (void)hash(*object);
  (void)equal(*object, *pickle::loads(bytes));
  const Result<std::string> again = pickle::dumps(*object);
  if (again) RC_ASSERT(pickle::loads(*again));
}

RC_GTEST_PROP(HostileProperties, DamagedPicklesAreRefusedOrRead, ()) { survives(damaged_pickle()); }

RC_GTEST_PROP(HostileProperties, OpcodesInAnyOrderAreRefusedOrRead, ()) {
  const auto bytes = rc::gen::elementOf(
      "(.012KNRabdehlopqstu}])\0\1\2\x81\x85\x86\x87\x8f\x90\x91\x92\x93\x94\x8c"s);
  survives(*rc::gen::scale(3, rc::gen::container<std::string>(bytes)) + ".");
}

}  // namespace
}  // namespace mp::testing
