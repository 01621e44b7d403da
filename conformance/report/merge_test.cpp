#include "report/merge.hpp"

#include <gtest/gtest.h>

namespace mpspec {
namespace {

RunResults run_of(const std::string& commit, const std::string& version, Verdict verdict) {
  return {{"0.1", commit, 1, "host"},
          {{"cpython", version, "python3 adapter.py"}},
          {{"cpython", "LOCK-001", "MUST", "LOCK_001_X", verdict}}};
}

TEST(Merge, VersionsStandSideBySideAndWhatChangedIsTold) {
  const MergedRuns both =
      merged({run_of("abc", "3.11", Verdict::pass), run_of("abc", "3.12", Verdict::fail)});
  ASSERT_EQ(both.run.backends.size(), 2U);
  EXPECT_EQ(both.run.backends[0].name, "cpython 3.11");
  EXPECT_EQ(both.run.results[1].backend, "cpython 3.12");
  EXPECT_EQ(changes_text(both.changes),
            "LOCK-001 cpython: pass in cpython 3.11, fail in cpython 3.12\n");
}

TEST(Merge, TheSameBackendAndSuiteIsARepeat) {
  const MergedRuns both =
      merged({run_of("abc", "3.11", Verdict::pass), run_of("abc", "3.11", Verdict::fail)});
  ASSERT_EQ(both.run.backends.size(), 1U);
  EXPECT_EQ(both.run.backends[0].name, "cpython");
  EXPECT_EQ(both.run.results[0].run, 1);
  EXPECT_EQ(both.run.results[1].run, 2);
  EXPECT_TRUE(both.changes.empty());
}

TEST(Merge, AnotherCommitOfTheSuiteIsAnotherColumn) {
  const MergedRuns both =
      merged({run_of("abc", "3.11", Verdict::fail), run_of("def", "3.11", Verdict::pass)});
  ASSERT_EQ(both.run.backends.size(), 2U);
  EXPECT_EQ(both.run.backends[0].name, "cpython 3.11@abc");
  EXPECT_EQ(both.run.backends[1].name, "cpython 3.11@def");
  EXPECT_EQ(both.changes.size(), 1U);
  EXPECT_EQ(both.run.suite.commit, "def");
}

TEST(Merge, AnotherCommandIsAnotherColumnWithADistinctName) {
  RunResults other = run_of("abc", "3.11", Verdict::pass);
  other.backends[0].command = "python3 -X dev adapter.py";
  const MergedRuns both = merged({run_of("abc", "3.11", Verdict::pass), other});
  ASSERT_EQ(both.run.backends.size(), 2U);
  EXPECT_NE(both.run.backends[0].name, both.run.backends[1].name);
}

TEST(Merge, DifferentBackendsKeepTheirNames) {
  RunResults other = run_of("abc", "7", Verdict::pass);
  other.backends[0].name = other.results[0].backend = "pypy";
  const MergedRuns both = merged({run_of("abc", "3.11", Verdict::fail), other});
  EXPECT_EQ(both.run.backends[0].name, "cpython");
  EXPECT_EQ(both.run.backends[1].name, "pypy");
  EXPECT_TRUE(both.changes.empty());
}

TEST(Merge, NothingIsAnEmptyRun) { EXPECT_TRUE(merged({}).run.results.empty()); }

}  // namespace
}  // namespace mpspec
