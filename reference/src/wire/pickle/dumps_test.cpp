#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "mp/pickle.hpp"
#include "wire/testing/objects.hpp"

namespace mp::testing {
namespace {

using namespace std::string_literals;

TEST(Dumps, ProtocolsOutsideTheRangeAreRefused) {
  for (const int protocol : {-1, 0, 1, 6})
    EXPECT_EQ(pickle::dumps(Object::none(), {.protocol = protocol}).error().code,
              ErrorCode::InvalidArgument);
}

TEST(Dumps, AppendsAndLeavesTheRestAlone) {
  std::string out = "before";
  ASSERT_TRUE(pickle::dump_to(out, Object::tuple_of(Object::str("abc"), Object::integer(1))));
  EXPECT_EQ(out,
            "before" + *pickle::dumps(Object::tuple_of(Object::str("abc"), Object::integer(1))));
  const std::string kept = out;
  EXPECT_FALSE(pickle::dump_to(out, Object::global("m", "two\nlines"), {.protocol = 3}));
  EXPECT_EQ(out, kept);
}

// A line feed ends a name in protocols 2 and 3: nobody may slip opcodes in behind it.
TEST(Dumps, NamesOfTwoLinesNeedProtocol4) {
  const Object global = Object::global("os\nsystem\n", "x");
  EXPECT_EQ(pickle::dumps(global, {.protocol = 2}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(pickle::loads(*pickle::dumps(global))->module(), "os\nsystem\n");
}

// Texts of one character exist once in CPython, whether they are a name or a value: its bytes.
TEST(Dumps, NamesOfOneCharacterAreShared) {
  const Object list = Object::list({Object::global("m", "C"), Object::str("m"), Object::str("C")});
  EXPECT_EQ(to_hex(*pickle::dumps(list)),
            "80049513000000000000005d94288c016d948c014394939468016802652e");
}

TEST(Dumps, NestingIsLimited) {
  Object nested = Object::list();
  for (std::size_t i = 1; i < kNestingMax; ++i) nested = Object::list({nested});
  EXPECT_TRUE(pickle::dumps(nested));
  nested = Object::list({nested});
  const Result<std::string> bytes = pickle::dumps(nested);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::TooLarge);
}

TEST(Dumps, AChangedListMayContainItself) {
  Object list = Object::list();
  list.append(list);
  EXPECT_EQ(to_hex(*pickle::dumps(list)), to_hex("\x80\x04\x95\x06\0\0\0\0\0\0\0]\x94h\0a."s));
  list.clear();
}

TEST(Dumps, EverythingThatIsAddedToAnOpaqueIsWritten) {
  Object object = Object::instance_ex(Object::global("m", "C"),
                                      Object::tuple_of(Object::integer(1)), Object::dict());
  object.add_append(Object::integer(2));
  object.add_append(Object::integer(3));
  object.add_set_item(Object::str("k"), Object::integer(4));
  object.add_add_item(Object::integer(5));
  object.add_build(Object::integer(6));
  object.add_call(Object::global("m", "f"), Object::integer(7));
  const Object read = *pickle::loads(*pickle::dumps(object));
  EXPECT_TRUE(*equal(read, object));
  ASSERT_EQ(read.steps().size(), 5u);
  EXPECT_EQ(read.construction(), Construction::NewEx);
  EXPECT_EQ(read.steps()[0].values().size(), 2u);
  EXPECT_EQ(read.state()->as_int64(), 6);
  // Protocol 3 has no opcode for the items of a set.
  EXPECT_EQ(pickle::dumps(object, {.protocol = 3}).error().code, ErrorCode::InvalidArgument);
}

RC_GTEST_PROP(RoundTrip, DumpsThenLoadsIsTheSame, ()) {
  const Object object = *plain_objects();
  for (const int protocol : {2, 3, 4, 5}) {
    const std::string bytes = *pickle::dumps(object, {.protocol = protocol});
    const Result<Object> read = pickle::loads(bytes);
    if (!read) RC_FAIL(read.error().message);
    RC_ASSERT(*repr(*read) == *repr(object));
    // The same bytes again: also what was shared is shared. In protocol 2 equal bytes of length one
    // are one object once they are read, as in CPython: there it holds from then on.
    const std::string again = *pickle::dumps(*read, {.protocol = protocol});
    const std::string expected =
        protocol > 2 ? bytes : *pickle::dumps(*pickle::loads(again), {.protocol = protocol});
    RC_ASSERT(to_hex(again) == to_hex(expected));
  }
}

}  // namespace
}  // namespace mp::testing
