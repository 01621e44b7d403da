// SHL: a list of fixed length, of simple values, in a shared memory block.
#include <cmath>
#include <limits>

#include "tests/support/conformance.hpp"

namespace mpspec {
namespace {

using namespace std::string_literals;

class ShareableListConformance : public Conformance {
 protected:
  /// A list that its end also closes and unlinks.
  Object make(const Value& items) {
    made_.push_back(main().make("ShareableList", {items}));
    return made_.back();
  }
  void TearDown() override {
    if (!HasFailure() && !CaseContext::current().stopped()) {
      for (const Object& made : made_) {
        EXPECT_THAT(main().call(made, "close"), Returns(Value()));
        EXPECT_THAT(main().call(made, "unlink"), Returns(Value()));
      }
    }
    Conformance::TearDown();
  }
  /// By a child that was started after the list was made, as in SHM-013.
  Object attach(Actor& actor, const Object& shared) {
    return actor.make("ShareableList", {}, {{"name", main().call(shared, "name").value()}});
  }
  void expect_items(Actor& actor, const Object& shared, const Value& items) {
    EXPECT_THAT(actor.call(shared, "to_list"), Returns(items));
  }
  void set(Actor& actor, const Object& shared, int index, const Value& item) {
    EXPECT_THAT(actor.call(shared, "__setitem__", {index, item}), Returns(Value()));
  }
  void expect_refused(const Object& shared, const Value& index, const Value& item,
                      const std::string& error) {
    const Outcome before = main().call(shared, "to_list");
    EXPECT_THAT(main().call(shared, "__setitem__", {index, item}), FailsWith(error));
    expect_items(main(), shared, before.value());
  }

 private:
  std::vector<Object> made_;
};

TEST_F(ShareableListConformance, SHL_001_EveryKindOfItem) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const Value items = list({Value(),
                            true,
                            false,
                            0,
                            -1,
                            std::numeric_limits<std::int64_t>::max(),
                            std::numeric_limits<std::int64_t>::min(),
                            0.0,
                            -0.0,
                            0.1,
                            inf,
                            -inf,
                            std::nan(""),
                            "",
                            "howdy",
                            "exactly8",
                            std::string(1000, 'x'),
                            bytes(""),
                            bytes("HoWdY"),
                            bytes("\xff\x00z"s)});
  const Object shared = make(items);
  expect_items(main(), shared, items);
  const Child child = main().spawn();
  expect_items(child.actor, attach(child.actor, shared), items);
}

TEST_F(ShareableListConformance, SHL_002_LikeAList) {
  const Object shared = make(list({"a", 1, 2.5, "a", Value()}));
  EXPECT_THAT(main().call(shared, "__len__"), Returns(5));
  EXPECT_THAT(main().call(shared, "__getitem__", {2}), Returns(2.5));
  EXPECT_THAT(main().call(shared, "index", {"a"}), Returns(0));
  EXPECT_THAT(main().call(shared, "index", {Value()}), Returns(4));
  EXPECT_THAT(main().call(shared, "count", {"a"}), Returns(2));
  EXPECT_THAT(main().call(shared, "count", {"b"}), Returns(0));
  EXPECT_THAT(main().call(shared, "__contains__", {1}), Returns(true));
  EXPECT_THAT(main().call(shared, "__contains__", {3}), Returns(false));
}

TEST_F(ShareableListConformance, SHL_002_AnEmptyOne) {
  const Object shared = make(list());
  EXPECT_THAT(main().call(shared, "__len__"), Returns(0));
  expect_items(main(), shared, list());
  EXPECT_THAT(main().call(shared, "count", {1}), Returns(0));
  EXPECT_THAT(main().call(shared, "__contains__", {1}), Returns(false));
}

TEST_F(ShareableListConformance, SHL_003_EveryProcessSeesAssignments) {
  const Object shared = make(list({1, "text", 2.5}));
  const Child one = main().spawn();
  const Child other = main().spawn();
  const Object of_one = attach(one.actor, shared);
  const Object of_other = attach(other.actor, shared);
  EXPECT_THAT(one.actor.call(of_one, "__len__"), Returns(3));
  set(one.actor, of_one, 0, "now this");
  set(main(), shared, 2, true);
  const Value items = list({"now this", "text", true});
  expect_items(main(), shared, items);
  expect_items(one.actor, of_one, items);
  expect_items(other.actor, of_other, items);
}

TEST_F(ShareableListConformance, SHL_004_ReplacedByAnotherType) {
  const Object shared = make(list({1, "some text", bytes("data"), Value()}));
  const Child child = main().spawn();
  const Object attached = attach(child.actor, shared);
  set(main(), shared, 0, "8 chars.");
  set(main(), shared, 1, 2.5);
  set(main(), shared, 2, "text");
  set(main(), shared, 3, bytes("12345678"));
  expect_items(child.actor, attached, list({"8 chars.", 2.5, "text", bytes("12345678")}));
  set(child.actor, attached, 0, Value());
  set(child.actor, attached, 1, "sixteen letters!");
  set(child.actor, attached, 2, -7);
  set(child.actor, attached, 3, false);
  expect_items(main(), shared, list({Value(), "sixteen letters!", -7, false}));
}

TEST_F(ShareableListConformance, SHL_005_TooLongForItsPlace) {
  const Object shared = make(list({"1234567", "12345678", bytes(""), 5}));
  set(main(), shared, 0, "12345678");
  expect_refused(shared, 0, "123456789", "ValueError");
  set(main(), shared, 1, std::string(16, 'x'));
  expect_refused(shared, 1, std::string(17, 'x'), "ValueError");
  set(main(), shared, 2, bytes("12345678"));
  expect_refused(shared, 2, bytes("123456789"), "ValueError");
  expect_refused(shared, 2, "123456789", "ValueError");
}

TEST_F(ShareableListConformance, SHL_006_IndexesOutOfRange) {
  const Object shared = make(list({1, 2, 3}));
  for (const int index : {3, 4, 1000}) {
    EXPECT_THAT(main().call(shared, "__getitem__", {index}), FailsWith("IndexError"));
    expect_refused(shared, index, 9, "IndexError");
  }
}

TEST_F(ShareableListConformance, SHL_007_IndexesBelowTheFirst) {
  const Object shared = make(list({1, 2, 3}));
  for (const int index : {-4, -5, -1000}) {
    EXPECT_THAT(main().call(shared, "__getitem__", {index}), FailsWith("IndexError"));
    expect_refused(shared, index, 9, "IndexError");
  }
}

TEST_F(ShareableListConformance, SHL_008_NegativeIndexes) {
  const Object shared = make(list({1, "two", 3}));
  EXPECT_THAT(main().call(shared, "__getitem__", {-1}), Returns(3));
  set(main(), shared, -1, 30);
  EXPECT_THAT(main().call(shared, "__getitem__", {-1}), Returns(30));
  expect_items(main(), shared, list({1, "two", 30}));
}

TEST_F(ShareableListConformance, SHL_009_TrailingNulsMayBeLost) {
  const std::pair<Value, Value> items[] = {{"text\0\0"s, "text"},
                                           {bytes("data\0"s), bytes("data")},
                                           {"in\0side\0"s, "in\0side"s},
                                           {bytes("\0a\0"s), bytes("\0a"s)},
                                           {"\0"s, ""}};
  for (const auto& [kept, stripped] : items) {
    const Object shared = make(list({kept}));
    const Outcome item = main().call(shared, "__getitem__", {0});
    EXPECT_TRUE(item == Outcome(kept) || item == Outcome(stripped)) << to_text(item);
  }
  observe(main().call(make(list({"a\0"s})), "__getitem__", {0}) == Outcome("a"), "lost", "kept");
}

TEST_F(ShareableListConformance, SHL_010_CharactersOfSeveralBytes) {
  std::string euros;
  for (int i = 0; i < 20; ++i) euros += "\xe2\x82\xac";
  const Value items = list({"\xc3\xa9", euros, "\xf0\x9f\x90\x8d snakes", "last"});
  expect_items(main(), make(items), items);
}

TEST_F(ShareableListConformance, SHL_011_AMissingValue) {
  const Object shared = make(list({1, "a"}));
  for (const Value& missing : {Value(2), Value("b"), Value(), bytes("a")}) {
    EXPECT_THAT(main().call(shared, "index", {missing}), FailsWith("ValueError"));
  }
  EXPECT_THAT(main().call(make(list()), "index", {1}), FailsWith("ValueError"));
}

TEST_F(ShareableListConformance, SHL_012_IntegersOfMoreThan64Bits) {
  const Object shared = make(list({5, "text", 2.5, bytes("data")}));
  for (const BigInt& number : {BigInt(1) << 63, -(BigInt(1) << 63) - 1, BigInt(1) << 200}) {
    for (int index = 0; index < 4; ++index) {
      EXPECT_FALSE(main().call(shared, "__setitem__", {index, number}).ok()) << number;
      expect_items(main(), shared, list({5, "text", 2.5, bytes("data")}));
    }
  }
}

}  // namespace
}  // namespace mpspec
