#include "report/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/matrix.hpp"

namespace mpspec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

CaseResult result(const std::string& clause, const std::string& strength, Verdict verdict,
                  const std::string& backend = "mine") {
  CaseResult out;
  out.backend = backend;
  out.clause = clause;
  out.strength = strength;
  out.case_name = clause + "_Case";
  out.verdict = verdict;
  return out;
}

RunResults run_of(std::vector<CaseResult> results) {
  return {{"1", "abc", 7, "host"}, {{"mine", "1.0", "./mine"}}, std::move(results)};
}

TEST(Results, JsonReadsBack) {
  RunResults run = run_of({result("QUEUE-001", "MUST", Verdict::hang)});
  run.results[0].message = "why";
  run.results[0].transcript = {"a", "b"};
  const RunResults back = run_results_from(to_json(run));
  EXPECT_EQ(to_json(back), to_json(run));
  EXPECT_EQ(back.results[0].verdict, Verdict::hang);
}

TEST(Results, TheWorstCaseDecidesAClause) {
  const auto rows = clause_rows(run_of({result("QUEUE-001", "MUST", Verdict::pass),
                                        result("QUEUE-001", "MUST", Verdict::fail),
                                        result("QUEUE-001", "MUST", Verdict::pass)}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].verdicts[0], Verdict::fail);
}

TEST(Results, OnlyMustClausesDecideConformance) {
  EXPECT_TRUE(conforms(run_of({result("QUEUE-001", "SHOULD", Verdict::hang)}), "mine", false));
  EXPECT_FALSE(conforms(run_of({result("QUEUE-001", "SHOULD", Verdict::hang)}), "mine", true));
  EXPECT_TRUE(conforms(run_of({result("QUEUE-001", "MUST", Verdict::unsupported)}), "mine", false));
  EXPECT_FALSE(conforms(run_of({result("QUEUE-001", "MUST", Verdict::unsupported)}), "mine", true));
  EXPECT_TRUE(conforms(run_of({result("QUEUE-001", "MUST", Verdict::known)}), "mine", true));
}

class NeverConformant : public ::testing::TestWithParam<Verdict> {};
TEST_P(NeverConformant, OnAMustClause) {
  EXPECT_FALSE(conforms(run_of({result("QUEUE-001", "MUST", GetParam())}), "mine", false));
}
INSTANTIATE_TEST_SUITE_P(Results, NeverConformant,
                         ::testing::Values(Verdict::fail, Verdict::hang, Verdict::crash,
                                           Verdict::leak, Verdict::inconclusive));

TEST(Matrix, GlyphsStandAtTheirClausesNumber) {
  const RunResults run = run_of(
      {result("QUEUE-001", "MUST", Verdict::pass), result("QUEUE-004", "MUST", Verdict::hang)});
  EXPECT_THAT(matrix_text(run, Specification(), {}), HasSubstr("\nQUEUE      .  H\n"));
}

TEST(Matrix, BackendsStandSideBySideWhereTheyFit) {
  RunResults run = run_of({result("QUEUE-002", "MUST", Verdict::pass)});
  run.backends.push_back({"other", "1", "other"});
  run.results.push_back(result("QUEUE-001", "MUST", Verdict::fail));
  run.results.back().backend = "other";
  EXPECT_THAT(matrix_text(run, Specification(), {}),
              HasSubstr("area       mine     other\nQUEUE       .       F"));
  EXPECT_THAT(matrix_text(run, Specification(), {.width = 20}),
              HasSubstr("QUEUE      mine      .\n           other    F"));
}

TEST(Matrix, ColourOnlyWhenAsked) {
  const RunResults run = run_of({result("QUEUE-001", "MUST", Verdict::fail)});
  EXPECT_THAT(matrix_text(run, Specification(), {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(matrix_text(run, Specification(), {.colour = true}), HasSubstr("\x1b[1;31mF"));
}

TEST(Findings, NameTheReplayCommand) {
  RunResults run = run_of({result("QUEUE-001", "MUST", Verdict::fail)});
  EXPECT_THAT(findings_text(run, Specification(), {}),
              HasSubstr("mpspec run --backend ./mine --filter QUEUE-001_Case --seed 7"));
}

TEST(Findings, AKnownDeviationIsToldOnce) {
  RunResults run = run_of(
      {result("QUEUE-001", "MUST", Verdict::known), result("QUEUE-001", "MUST", Verdict::known)});
  const std::string text = findings_text(run, Specification(), {});
  EXPECT_EQ(text.find("QUEUE-001 known"), text.rfind("QUEUE-001 known"));
}

TEST(Findings, AFailureInSeveralRunsIsToldOnceByItsShortest) {
  RunResults run = run_of(
      {result("QUEUE-001", "MUST", Verdict::fail), result("QUEUE-001", "MUST", Verdict::hang)});
  run.results[0].message = "it came late, after a long story";
  run.results[1].message = "it never came";
  const std::string text = findings_text(run, Specification(), {});
  EXPECT_THAT(text, HasSubstr("it never came"));
  EXPECT_THAT(text, HasSubstr("in 2 runs, of which this is the shortest"));
  EXPECT_THAT(text, Not(HasSubstr("it came late")));
}

TEST(Findings, NameTheServerByItsAddress) {
  RunResults run = run_of({result("WIRE-001", "MUST", Verdict::fail)});
  run.backends[0].command = "--address h:5 --authkey-file key";
  EXPECT_THAT(
      findings_text(run, Specification(), {}),
      HasSubstr("mpspec run --address h:5 --authkey-file key --filter WIRE-001_Case --seed 7"));
}

}  // namespace
}  // namespace mpspec
