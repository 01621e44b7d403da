// Shrinking of racy programs, on an object whose race is played by a counter.
#include "history/parallel.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/story_test.hpp"

namespace mpspec {
namespace {

using ::testing::HasSubstr;

/// Fails every third time, and only when two actors append.
class RacyList {
 public:
  Attempt operator()(const ParallelProgram& program) {
    ++runs;
    int appending = 0;
    for (const auto& lane : program.actors) {
      bool appends = false;
      for (const PlannedCall& call : lane) appends = appends || call.method == "append";
      appending += appends ? 1 : 0;
    }
    const bool fails_now = appending >= 2 && runs % 3 == 0;
    Story story("manager.list");
    story.call(1, "append", {1}, Value(), 0, 1)
        .call(2, "__len__", {}, Value(fails_now ? 0 : 1), 2, 3);
    return {story.history(), story.judged()};
  }
  int runs = 0;
};

ParallelProgram big_program() {
  const PlannedCall append{"append", {1000}};
  const PlannedCall read{"__len__", {}};
  return {{append, read}, {{read, append, append}, {read, read}, {append, read}, {read}}};
}

Counterexample first_failure(const ParallelProgram& program) {
  const Story lost = Story("manager.list")
                         .call(1, "append", {1}, Value(), 0, 1)
                         .call(2, "__len__", {}, Value(0), 2, 3);
  return {program, {lost.history(), lost.judged()}, 1, 1};
}

TEST(Shrinking, DropsActorsThenCallsThenSimplifiesValues) {
  RacyList run;
  const auto smallest = shrink(first_failure(big_program()), std::ref(run), {});
  EXPECT_TRUE(smallest.program.prefix.empty());
  ASSERT_EQ(smallest.program.actors.size(), 2U);
  for (const auto& lane : smallest.program.actors) {
    ASSERT_EQ(lane.size(), 1U);
    EXPECT_EQ(lane[0].method, "append");
    EXPECT_EQ(lane[0].args[0], Value(0));
  }
  EXPECT_EQ(smallest.runs, 10);
  EXPECT_GE(smallest.failures, 3);
  EXPECT_LE(smallest.failures, 4);
  EXPECT_THAT(explanation(smallest),
              HasSubstr(fmt::format("failed {} of 10 times", smallest.failures)));
  EXPECT_THAT(explanation(smallest), HasSubstr("actor 1: object.append(0)"));
}

TEST(Shrinking, TriesTheMostDrasticFirst) {
  const auto smaller = smaller_programs(big_program());
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(smaller[i].actors.size(), 3U);
  EXPECT_EQ(smaller[4].actors[0].size(), 0U);
  EXPECT_EQ(smaller.back().actors[2][0].args[0], Value(500));
}

TEST(Shrinking, AFailureThatNeverComesBackIsStillReported) {
  int runs = 0;
  const auto never = [&](const ParallelProgram&) {
    ++runs;
    const Story good("manager.list");
    return Attempt{good.history(), good.judged()};
  };
  const auto kept = shrink(first_failure({{}, {{{"append", {1}}}, {{"__len__", {}}}}}), never, {});
  EXPECT_EQ(kept.program.actors.size(), 2U);
  EXPECT_EQ(kept.failures, 1);
  EXPECT_EQ(kept.runs, 11);
  EXPECT_GT(runs, 40);
  EXPECT_THAT(explanation(kept), HasSubstr("failed 1 of 11 times"));
}

TEST(Shrinking, EndsAtItsDeadline) {
  RacyList run;
  const auto kept = shrink(first_failure(big_program()), std::ref(run),
                           {10, std::chrono::steady_clock::now() - std::chrono::seconds(1)});
  EXPECT_EQ(kept.program.actors.size(), 4U);
  EXPECT_EQ(run.runs, 10) << "only to say how often it fails";
}

TEST(Overlap, ClosedIntervalsOfDifferentActors) {
  const auto overlap = [](int actor, int began) {
    return has_overlap(Story("Lock")
                           .call(1, "acquire", {}, Value(true), 0, 5)
                           .call(actor, "acquire", {}, Value(true), began, 9)
                           .history()
                           .calls);
  };
  EXPECT_TRUE(overlap(2, 5));
  EXPECT_FALSE(overlap(2, 6));
  EXPECT_FALSE(overlap(1, 5));
}

}  // namespace
}  // namespace mpspec
