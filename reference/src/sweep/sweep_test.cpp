// Every operation, killed wherever its death can make a difference. mp-crash-sweep does the same at
// every instruction.
#include "sweep/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sweep/operations.hpp"
#include "sweep/victim.hpp"

namespace mp::sweep {
namespace {

class CrashSweep : public ::testing::TestWithParam<Operation> {};

TEST_P(CrashSweep, LeavesAWholeObject) {
  if (!Victim::is_possible()) GTEST_SKIP() << "this system does not let a process trace its child";
  const Report report = sweep(GetParam(), {.points = Points::Sampled, .spread_max = 8});
  RecordProperty("points", static_cast<int>(report.points));
  EXPECT_GT(report.points, 8) << "it was killed hardly anywhere";
  EXPECT_TRUE(report.is_clean());
  for (const std::string& finding : report.findings) ADD_FAILURE() << finding;
}

std::string test_name(const ::testing::TestParamInfo<Operation>& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, CrashSweep, ::testing::ValuesIn(all_operations()), test_name);

}  // namespace

/// For gtest, which otherwise prints an operation's bytes.
void PrintTo(const Operation& operation, std::ostream* out) { *out << operation.name; }

}  // namespace mp::sweep
