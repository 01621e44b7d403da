#include "report/repeats.hpp"

#include <gtest/gtest.h>

namespace mpspec {
namespace {

CaseResult result(const std::string& backend, const std::string& name, int run, Verdict verdict) {
  CaseResult out{backend, "LOCK-001", "MUST", name, verdict};
  out.run = run;
  return out;
}

TEST(Repeats, NamesTheCasesWhoseVerdictsDiffer) {
  const RunResults run{
      {},
      {},
      {result("a", "LOCK_001_X", 1, Verdict::hang), result("a", "LOCK_001_X", 2, Verdict::pass),
       result("a", "LOCK_001_X", 3, Verdict::pass), result("a", "LOCK_001_Y", 1, Verdict::fail),
       result("a", "LOCK_001_Y", 2, Verdict::fail), result("a", "LOCK_001_Y", 3, Verdict::fail),
       result("b", "LOCK_001_X", 1, Verdict::pass), result("b", "LOCK_001_X", 2, Verdict::pass),
       result("c", "LOCK_001_X", 1, Verdict::fail)}};
  EXPECT_EQ(repeats_text(run),
            "LOCK_001_X on a: pass 2, hang 1\n"
            "a: 2 cases, 3 runs: 1 came to several verdicts\n"
            "b: 1 cases, 2 runs: every verdict the same\n");
}

TEST(Repeats, SaysNothingOfASingleRun) {
  EXPECT_EQ(repeats_text({{}, {}, {result("a", "LOCK_001_X", 1, Verdict::fail)}}), "");
}

}  // namespace
}  // namespace mpspec
