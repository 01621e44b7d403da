#include "report/markdown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_run_test.hpp"

namespace mpspec {
namespace {

TEST(Markdown, CountsClausesByAreaAndStrength) {
  EXPECT_EQ(to_markdown(report_test::run()),
            "| area | clauses | one 1.0 | two 2.0\\|beta | stray |\n"
            "|---|--:|---|---|---|\n"
            "| CRASH | 1 | 0/1, 1 known | 1 unsupported |  |\n"
            "| PIPE | 1 | 0/1, 1 crash | 0/1, 1 leak | 0/1, 1 inconclusive |\n"
            "| QUEUE | 3 | 2/3, 1 hang | 1/3, 1 fail, 1 hang |  |\n"
            "| **MUST** | 3 | 1/3, 1 hang, 1 crash | 0/3, 1 fail, 1 hang, 1 leak | 0/1, 1 "
            "inconclusive |\n"
            "| **SHOULD** | 1 | 0/1, 1 known | 1 unsupported |  |\n"
            "| **MAY** | 1 | 1/1 | 1/1 |  |\n");
}

TEST(Markdown, WhatIsUnsupportedIsNotJudgedAndWhatIsKnownDidNotPass) {
  RunResults run;
  const auto add = [&](const char* clause, Verdict verdict) {
    run.results.push_back({"b", clause, "MUST", "case", verdict, 0, "", {}, 1});
  };
  add("LIST-001", Verdict::pass);
  add("LIST-002", Verdict::pass);
  add("LIST-003", Verdict::unsupported);
  add("LIST-004", Verdict::known);
  EXPECT_THAT(to_markdown(run), ::testing::HasSubstr("| LIST | 4 | 2/3, 1 unsupported, 1 known |"));
}

TEST(Markdown, ARunWithoutResultsIsATableWithoutRows) {
  EXPECT_EQ(to_markdown({}), "| area | clauses |\n|---|--:|\n");
}

}  // namespace
}  // namespace mpspec
