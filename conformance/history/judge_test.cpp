// Histories that cannot be judged, budgets, and what is said of a violation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/explain.hpp"
#include "history/history_json.hpp"
#include "history/story_test.hpp"
#include "history/timeline_html.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Impossible, which nobody finds out soon: everything overlaps, and only the sum of all calls is
/// wrong.
Story hard(int calls) {
  Story story("manager.list");
  List seen;
  for (int i = 0; i < calls; ++i) {
    story.call(i, "append", {i}, Value(), 0, 100);
    seen.items.emplace_back(calls - i);
  }
  return story.call(calls, "copy", {}, Value(seen), 101, 102);
}

TEST(Budget, WithoutEnoughStepsTimeOrMemoryTheAnswerIsUnknown) {
  const History history = hard(12).history();
  Budget steps;
  steps.steps = 1000;
  Budget memory;
  memory.memory = 20'000;
  for (const Budget& budget : {steps, memory, Budget::of(20ms), Budget::of(-1s)}) {
    const Judgement judgement = judge(history, budget);
    EXPECT_EQ(judgement.answer, Answer::unknown);
    EXPECT_THAT(judgement.reason, HasSubstr("it: it took too"));
    EXPECT_THAT(explanation(judgement), HasSubstr("unknown"));
  }
  EXPECT_EQ(judge(hard(5).history(), Budget()).answer, Answer::not_linearizable);
}

TEST(Budget, ASearchThatIsStoppedSaysUnknown) {
  std::stop_source source;
  Budget budget;
  budget.stop = source.get_token();
  source.request_stop();
  const Judgement judgement = judge(hard(12).history(), budget);
  EXPECT_EQ(judgement.answer, Answer::unknown);
  EXPECT_EQ(judgement.reason, "it: it was stopped");
}

TEST(Budget, WhatIsFoundImpossibleIsSoAlthoughAnotherPartIsUnknown) {
  History history = hard(12).history();
  history.objects.push_back({"lock", "Lock"});
  history.calls.push_back({50, "lock", "release", {}, {}, Value(), at(0), at(1)});
  Budget budget;
  budget.steps = 1000;
  EXPECT_EQ(judge(history, budget).answer, Answer::unknown) << "nothing is left for the lock";
  std::swap(history.objects[0], history.objects[1]);
  EXPECT_EQ(judge(history, budget).answer, Answer::not_linearizable);
}

bool refused(const Story& story) {
  try {
    static_cast<void>(story.judged());
    return false;
  } catch (const HistoryError&) {
    return true;
  }
}

TEST(Histories, ThatCannotBeJudged) {
  EXPECT_TRUE(refused(Story("Pipe")));
  EXPECT_TRUE(refused(Story("Lock").call(1, "locked", {}, Value(), 0, 1)));
  EXPECT_TRUE(refused(Story("Lock").call(1, "acquire", {}, Value(), 1, 0)));
  EXPECT_TRUE(refused(Story("manager.Queue").get(1, fails("OSError"), 0, 1)));
  EXPECT_TRUE(refused(Story("manager.Queue").put(1, 1, 0, 5).put(1, 2, 4, 6)))
      << "an actor does one thing at a time";
  History nobody;
  nobody.calls.push_back({1, "x", "acquire", {}, {}, Value(true), at(0), at(1)});
  EXPECT_THROW(static_cast<void>(judge(nobody, Budget())), HistoryError);
}

/// Two hundred good calls around a stale read.
Story stale_read() {
  Story story("manager.dict");
  for (int i = 0; i < 100; ++i) {
    story.call(1, "__setitem__", {"k", i}, Value(), 10 * i, 10 * i + 1);
    story.call(2, "get", {"k"}, Value(i == 50 ? 17 : i), 10 * i + 2, 10 * i + 3);
    story.call(3, "__contains__", {"k"}, Value(i > 0), 10 * i, 10 * i + 5);
  }
  return story;
}

TEST(Violations, OnlyWhatContradictsItselfIsShown) {
  const Judgement judgement = stale_read().judged();
  ASSERT_EQ(judgement.answer, Answer::not_linearizable);
  EXPECT_EQ(judgement.violation->calls_before, 300U);
  EXPECT_LE(judgement.violation->part.calls.size(), 3U);
  const std::string text = explanation(judgement);
  EXPECT_THAT(text, HasSubstr("it['k']"));
  EXPECT_THAT(text, HasSubstr("it.__setitem__('k', 50) -> None"));
  EXPECT_THAT(text, HasSubstr("> "));
  EXPECT_THAT(text, HasSubstr("actor 2's it.get('k') has to come"));
  EXPECT_THAT(text, HasSubstr("{'k': 50}"));
  EXPECT_THAT(text, HasSubstr("would come to 50, but came to 17"));
  EXPECT_THAT(text, Not(HasSubstr("'k', 51")));
}

TEST(Violations, ShowWhatWasStillGoingOn) {
  const Story torn = Story("manager.dict")
                         .call(1, "update", {dict({{"a", 1}, {"b", 1}})}, Value(), 0, 9)
                         .call(2, "get", {"a"}, Value(1), 1, 2)
                         .call(2, "get", {"b"}, Value(), 3, 4);
  const Judgement judgement = torn.judged();
  ASSERT_EQ(judgement.answer, Answer::not_linearizable);
  EXPECT_THAT(explanation(judgement), HasSubstr("it.update({'a': 1, 'b': 1})"));
}

TEST(Violations, KeepWhatBeganWhenTheContradictionEnded) {
  const Judgement judgement = Story("manager.dict")
                                  .call(2, "get", {"k"}, Value(2), 1, 5)
                                  .killed(3, "__setitem__", {"k", 2}, 5)
                                  .call(2, "get", {"k"}, Value(9), 7, 8)
                                  .judged();
  ASSERT_EQ(judgement.answer, Answer::not_linearizable);
  EXPECT_THAT(explanation(judgement), HasSubstr("would come to 2, but came to 9"));
}

TEST(Violations, OfQueuesShowTheItemsThatMatter) {
  Story story("manager.Queue");
  for (int i = 0; i < 60; ++i) story.put(1, i, 10 * i, 10 * i + 1);
  for (int i = 0; i < 60; ++i) {
    const int item = i == 30 ? 31 : i == 31 ? 30 : i;
    story.get(2, Value(item), 1000 + 10 * i, 1000 + 10 * i + 1);
  }
  const Judgement judgement = story.judged();
  ASSERT_EQ(judgement.answer, Answer::not_linearizable);
  EXPECT_LE(judgement.violation->part.calls.size(), 4U);
  EXPECT_THAT(explanation(judgement), HasSubstr("it.put(30)"));
  EXPECT_THAT(explanation(judgement), HasSubstr("would come to 30, but came to 31"));
}

TEST(Violations, TheTimelineIsOnePageWithEverythingInIt) {
  Story story = stale_read();
  story.call(4, "get", {"<script>&"}, Value(), 0, 1).killed(5, "pop", {"k2"}, 3);
  const std::string page = timeline_html(story.history(), story.judged(), "a <title>");
  EXPECT_THAT(page, HasSubstr("<title>a &lt;title&gt;</title>"));
  EXPECT_THAT(page, HasSubstr("class=\"stuck\""));
  EXPECT_THAT(page, HasSubstr("actor 5"));
  EXPECT_THAT(page, HasSubstr("indefinite"));
  EXPECT_THAT(page, HasSubstr("it.get('k') -&gt; 17"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http")));
}

TEST(HistoryJson, SurvivesTheJourney) {
  Story story("manager.Queue", {3});
  story.put(1, tuple({1, "a"}), 0, 1).get(2, fails("Empty"), 1, 2).killed(3, "get", {}, 2);
  History history = story.history();
  history.calls[1].kwargs = {{"timeout", Value(0.5)}};
  const auto json = to_json(history);
  const History back = history_from_text(json.dump());
  EXPECT_EQ(to_json(back), json);
  EXPECT_EQ(back.calls[0].args[0], tuple({1, "a"}));
  EXPECT_EQ(back.calls[1].ended, at(2));
  EXPECT_TRUE(back.calls[2].indefinite);
  EXPECT_EQ(judge(back, Budget()).answer, judge(history, Budget()).answer);
}

TEST(HistoryJson, WhatIsNoHistoryIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"mpspec_history": 2, "objects": [], "calls": []})",
                           R"({"mpspec_history": 1, "objects": []})",
                           R"({"mpspec_history": 1, "objects": [], "calls": [{"actor": 1}]})"}) {
    EXPECT_THROW(static_cast<void>(history_from_text(text)), HistoryError) << text;
  }
  const char* wrong_value = R"({"mpspec_history": 1, "objects": [], "calls": [{"actor": 1, "object":
    "x", "method": "get", "args": [{"what": 1}], "began": 0, "ended": 1, "outcome": null}]})";
  EXPECT_THROW(static_cast<void>(history_from_text(wrong_value)), HistoryError);
}

}  // namespace
}  // namespace mpspec
