#include "report/ledger.hpp"

#include <gtest/gtest.h>

namespace mpspec {
namespace {

CaseResult seen(int run, std::vector<std::string> observed) {
  CaseResult result{"cpython", "GUAR-004", "MUST", "GUAR_004_X", Verdict::pass};
  result.run = run;
  result.observed = std::move(observed);
  result.permitted = {"lost", "kept"};
  return result;
}

TEST(Ledger, CountsRunsThatSawAnOutcome) {
  const RunResults run{{}, {}, {seen(1, {"lost", "lost"}), seen(2, {"lost"}), seen(3, {})}};
  EXPECT_EQ(ledger_text(run),
            "GUAR-004 cpython: 'kept' never seen in 3 runs\n"
            "GUAR-004 cpython: 'lost' seen in 2 of 3 runs\n");
}

TEST(Ledger, SaysNothingOfASingleRun) { EXPECT_EQ(ledger_text({{}, {}, {seen(1, {"lost"})}}), ""); }

TEST(Ledger, IgnoresWhatWasNotToBeSeen) {
  const RunResults run{{}, {}, {seen(1, {"near its deadline"}), seen(2, {"lost"})}};
  EXPECT_EQ(ledger_text(run).find("near"), std::string::npos);
}

}  // namespace
}  // namespace mpspec
