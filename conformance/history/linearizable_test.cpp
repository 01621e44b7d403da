#include "history/linearizable.hpp"

#include <gtest/gtest.h>

#include "model/dict_model.hpp"

namespace mpspec {
namespace {

using Call = RecordedCall<DictModel>;

std::chrono::steady_clock::time_point at(int moment) {
  return std::chrono::steady_clock::time_point(std::chrono::seconds(moment));
}

Call assigned(int value, int began, int ended) {
  return {[=](DictModel& d) { return d.setitem("k", value); }, Value(), at(began), at(ended)};
}
Call got(const Value& value, int began, int ended) {
  return {[](DictModel& d) { return d.get("k"); }, value, at(began), at(ended)};
}
Call popped(const ModelResult& seen, int began, int ended) {
  return {[](DictModel& d) { return d.pop("k"); }, seen, at(began), at(ended)};
}

bool explained(const std::vector<Call>& history) { return linearizable(DictModel(), history); }

TEST(Linearizable, OneAfterTheOther) {
  EXPECT_TRUE(explained({}));
  EXPECT_TRUE(explained({assigned(1, 0, 1), got(1, 2, 3), popped(Value(1), 4, 5)}));
}

TEST(Linearizable, AReadMustNotMissWhatWasWrittenBefore) {
  EXPECT_FALSE(explained({assigned(1, 0, 1), got(Value(), 2, 3)}));
  EXPECT_FALSE(explained({assigned(1, 0, 1), assigned(2, 2, 3), got(1, 4, 5)}));
}

TEST(Linearizable, CallsAtTheSameTimeMayTakeEffectInAnyOrder) {
  EXPECT_TRUE(explained({assigned(1, 0, 4), got(Value(), 1, 2), got(1, 3, 5)}));
  EXPECT_TRUE(explained({assigned(1, 0, 9), assigned(2, 0, 9), got(1, 10, 11)}));
  EXPECT_TRUE(explained({assigned(1, 0, 9), assigned(2, 0, 9), got(2, 10, 11)}));
}

TEST(Linearizable, ReadersAgreeOnTheOrder) {
  const Call one = assigned(1, 0, 9);
  const Call other = assigned(2, 0, 9);
  EXPECT_TRUE(explained({one, other, got(1, 1, 2), got(2, 3, 4)}));
  EXPECT_FALSE(explained({one, other, got(1, 1, 2), got(2, 3, 4), got(1, 5, 6)}));
}

TEST(Linearizable, WhatWasTakenIsGone) {
  EXPECT_TRUE(
      explained({assigned(1, 0, 1), popped(Value(1), 2, 5), popped(ModelError{"KeyError"}, 3, 4)}));
  EXPECT_FALSE(explained({assigned(1, 0, 1), popped(Value(1), 2, 5), popped(Value(1), 3, 4)}));
  EXPECT_FALSE(explained({assigned(1, 0, 1), popped(ModelError{"TypeError"}, 2, 3)}));
}

}  // namespace
}  // namespace mpspec
