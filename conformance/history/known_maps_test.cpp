// Known-good and known-bad histories of what is read and written: dict, list, Namespace, Value,
// Array.
#include <gtest/gtest.h>

#include <cmath>

#include "history/story_test.hpp"

namespace mpspec {
namespace {

Story assigned_by_two() {
  return Story("manager.dict")
      .call(1, "__setitem__", {"k", 1}, Value(), 0, 9)
      .call(2, "__setitem__", {"k", 2}, Value(), 0, 9);
}

TEST(KnownMaps, OneAfterTheOther) {
  EXPECT_TRUE(Story("manager.dict").good());
  EXPECT_TRUE(Story("manager.dict")
                  .call(1, "__setitem__", {"k", 1}, Value(), 0, 1)
                  .call(2, "get", {"k"}, Value(1), 2, 3)
                  .call(1, "pop", {"k"}, Value(1), 4, 5)
                  .good());
}

TEST(KnownMaps, AStaleRead) {
  const auto set = [] {
    return Story("manager.dict").call(1, "__setitem__", {"k", 1}, Value(), 0, 1);
  };
  EXPECT_TRUE(set().call(2, "get", {"k"}, Value(), 2, 3).bad());
  EXPECT_TRUE(set()
                  .call(1, "__setitem__", {"k", 2}, Value(), 2, 3)
                  .call(2, "get", {"k"}, Value(1), 4, 5)
                  .bad());
  EXPECT_TRUE(set().call(2, "get", {"k"}, Value(true), 2, 3).bad()) << "True is not 1";
}

TEST(KnownMaps, CallsAtTheSameTimeMayTakeEffectInAnyOrder) {
  EXPECT_TRUE(assigned_by_two().call(3, "get", {"k"}, Value(1), 10, 11).good());
  EXPECT_TRUE(assigned_by_two().call(3, "get", {"k"}, Value(2), 10, 11).good());
  EXPECT_TRUE(assigned_by_two().call(3, "get", {"k"}, Value(), 10, 11).bad());
}

TEST(KnownMaps, ReadersAgreeOnTheOrder) {
  const auto read = [](const Story& story) {
    return Story(story).call(3, "get", {"k"}, Value(1), 1, 2).call(3, "get", {"k"}, Value(2), 3, 4);
  };
  EXPECT_TRUE(read(assigned_by_two()).good());
  EXPECT_TRUE(read(assigned_by_two()).call(4, "get", {"k"}, Value(1), 5, 6).bad());
}

TEST(KnownMaps, EqualStampsLeaveTheOrderOpen) {
  const auto tie = [](int began) {
    return Story("manager.dict")
        .call(1, "__setitem__", {"k", 1}, Value(), 0, 5)
        .call(2, "get", {"k"}, Value(), began, 7);
  };
  EXPECT_TRUE(tie(5).good()) << "the read may have come first";
  EXPECT_TRUE(tie(6).bad());
  EXPECT_TRUE(Story("manager.dict")
                  .call(1, "__setitem__", {"k", 1}, Value(), 5, 5)
                  .call(2, "get", {"k"}, Value(1), 5, 5)
                  .call(3, "get", {"k"}, Value(), 5, 5)
                  .good());
}

TEST(KnownMaps, WhatWasTakenIsGone) {
  const auto one = [](const ModelResult& second) {
    return Story("manager.dict")
        .call(1, "__setitem__", {"k", 1}, Value(), 0, 1)
        .call(1, "pop", {"k"}, Value(1), 2, 5)
        .call(2, "pop", {"k"}, second, 3, 4);
  };
  EXPECT_TRUE(one(fails("KeyError")).good());
  EXPECT_TRUE(one(Value(1)).bad());
  EXPECT_TRUE(one(fails("TypeError")).bad());
}

TEST(KnownMaps, KeysAreIndependentAndEqualOnesAreOne) {
  const auto keys = [](const Value& written, const Value& read) {
    return Story("manager.dict")
        .call(1, "__setitem__", {written, "a"}, Value(), 0, 1)
        .call(2, "get", {read}, Value(), 2, 3)
        .judged();
  };
  EXPECT_EQ(keys("x", "y").parts, 2U);
  EXPECT_EQ(keys("x", "y").answer, Answer::linearizable);
  for (const Value& same : {Value(1.0), Value(true), Value(1)}) {
    EXPECT_EQ(keys(1, same).answer, Answer::not_linearizable) << to_python(same);
  }
  EXPECT_EQ(keys(tuple({1, "a"}), tuple({1.0, "a"})).answer, Answer::not_linearizable);
  EXPECT_EQ(keys("1", 1).answer, Answer::linearizable);
  EXPECT_EQ(keys(std::nan(""), std::nan("")).answer, Answer::linearizable) << "never found again";
}

TEST(KnownMaps, AnUpdateOfTwoKeysIsOneMoment) {
  const auto torn = [](const Value& seen) {
    return Story("manager.dict")
        .call(1, "update", {dict({{"a", 1}, {"b", 1}})}, Value(), 0, 9)
        .call(2, "copy", {}, seen, 1, 8);
  };
  EXPECT_TRUE(torn(dict()).good());
  EXPECT_TRUE(torn(dict({{"a", 1}, {"b", 1}})).good());
  EXPECT_TRUE(torn(dict({{"a", 1}})).bad());
}

TEST(KnownMaps, ALostUpdate) {
  const auto both_add_one = [](int last) {
    return Story("manager.Value", {"i", 0})
        .call(1, "get", {}, Value(0), 0, 1)
        .call(2, "get", {}, Value(0), 0, 1)
        .call(1, "set", {1}, Value(), 2, 3)
        .call(2, "set", {1}, Value(), 2, 3)
        .call(1, "get", {}, Value(last), 4, 5);
  };
  EXPECT_TRUE(both_add_one(1).good()) << "reading and writing are two calls";
  EXPECT_TRUE(both_add_one(2).bad());
}

TEST(KnownMaps, AnIndefiniteCallMayHaveHappened) {
  const auto killed = [] { return Story("manager.dict").killed(1, "__setitem__", {"k", 1}, 5); };
  EXPECT_TRUE(killed().call(2, "get", {"k"}, Value(1), 8, 9).good()) << "it took effect";
  EXPECT_TRUE(killed().call(2, "get", {"k"}, Value(), 8, 9).good()) << "it did not, or later";
  EXPECT_TRUE(
      killed().call(2, "get", {"k"}, Value(), 8, 9).call(2, "get", {"k"}, Value(1), 10, 11).good())
      << "any time later";
  EXPECT_TRUE(
      killed().call(2, "get", {"k"}, Value(1), 8, 9).call(2, "get", {"k"}, Value(), 10, 11).bad())
      << "but once";
  EXPECT_TRUE(killed().call(2, "get", {"k"}, Value(1), 3, 4).bad()) << "not before it was called";
}

TEST(KnownMaps, Lists) {
  const auto appended = [](const Value& seen) {
    return Story("manager.list")
        .call(1, "append", {1}, Value(), 0, 5)
        .call(2, "append", {2}, Value(), 0, 5)
        .call(3, "__getitem__", {slice({}, {})}, seen, 6, 7);
  };
  EXPECT_TRUE(appended(list({1, 2})).good());
  EXPECT_TRUE(appended(list({2, 1})).good());
  EXPECT_TRUE(appended(list({1})).bad()) << "a lost append";
  EXPECT_TRUE(appended(list({1, 2, 2})).bad());
  EXPECT_TRUE(Story("manager.list", {list({7})}).call(1, "pop", {}, Value(7), 0, 1).good());
}

TEST(KnownMaps, Namespaces) {
  const auto named = [](const std::string& name, const ModelResult& seen) {
    return Story("manager.Namespace")
        .call(1, "__setattr__", {"x", 1}, Value(), 0, 1)
        .call(2, "__getattr__", {name}, seen, 2, 3);
  };
  EXPECT_TRUE(named("x", Value(1)).good());
  EXPECT_TRUE(named("x", fails("AttributeError")).bad());
  EXPECT_TRUE(named("y", fails("AttributeError")).good());
}

TEST(KnownMaps, AValueUnderItsLock) {
  const auto adding = [](int second_reads) {
    return Story("Value", {"i", 0})
        .call(1, "acquire", {}, Value(true), 0, 1)
        .call(2, "acquire", {}, Value(true), 0, 9)
        .call(1, "value", {}, Value(0), 2, 3)
        .call(1, "value.set", {1}, Value(), 4, 5)
        .call(1, "release", {}, Value(), 6, 7)
        .call(2, "value", {}, Value(second_reads), 10, 11);
  };
  EXPECT_TRUE(adding(1).good());
  EXPECT_TRUE(adding(0).bad());
  const auto read_meanwhile = [](int ended) {
    return Story("Value", {"i", 0})
        .call(1, "acquire", {}, Value(true), 0, 1)
        .call(2, "value", {}, Value(0), 2, ended)
        .call(1, "release", {}, Value(), 5, 6);
  };
  EXPECT_TRUE(read_meanwhile(3).bad()) << "an access waits for the holder";
  EXPECT_TRUE(read_meanwhile(5).good());
}

TEST(KnownMaps, CellsOfAnArray) {
  const auto written = [](int index, int seen) {
    return Story("Array", {"i", 3})
        .call(1, "__setitem__", {1, 5}, Value(), 0, 1)
        .call(2, "__getitem__", {index}, Value(seen), 2, 3);
  };
  EXPECT_TRUE(written(1, 5).good());
  EXPECT_TRUE(written(-2, 5).good());
  EXPECT_TRUE(written(1, 0).bad());
  EXPECT_TRUE(written(-2, 0).bad()) << "a negative index names the same cell";
  EXPECT_TRUE(written(2, 0).good());
  EXPECT_EQ(written(2, 0).judged().parts, 2U);
}

}  // namespace
}  // namespace mpspec
