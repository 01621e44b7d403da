#include "mpspec/expectations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mpspec/backends.hpp"
#include "mpspec/cases.hpp"

namespace mpspec {
namespace {

using ::testing::HasSubstr;

class ExpectationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_ / "spec");
    std::ofstream(folder_ / "spec/queue.md") << "### QUEUE-001 x\n**MUST** · Source: y\ntext\n";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Expectations read(const std::string& text) {
    std::ofstream(folder_ / "mine.txt") << text;
    return Expectations::read(folder_, "mine", "3.8.18", Specification::read(folder_ / "spec"),
                              {{"S", "QUEUE_001_Case", "QUEUE-001", "", 0}});
  }
  std::string complaint(const std::string& text) {
    try {
      read(text);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }
  CaseResult applied(const std::string& text, Verdict verdict) {
    CaseResult result;
    result.clause = "QUEUE-001";
    result.case_name = "QUEUE_001_Case";
    result.verdict = verdict;
    read(text).apply(result);
    return result;
  }
  std::filesystem::path folder_;
};

TEST_F(ExpectationsTest, ListedVerdictIsKnown) {
  const CaseResult result = applied("# comment\n\nQUEUE-001 fail it loses items\n", Verdict::fail);
  EXPECT_EQ(result.verdict, Verdict::known);
  EXPECT_THAT(result.message, HasSubstr("it loses items"));
  EXPECT_EQ(applied("QUEUE_001_Case hang because\n", Verdict::hang).verdict, Verdict::known);
}

TEST_F(ExpectationsTest, WhatDoesNotShowEveryTimeMayPassButDoNothingElse) {
  const std::string line = "QUEUE-001 hang? a race\n";
  EXPECT_EQ(applied(line, Verdict::hang).verdict, Verdict::known);
  EXPECT_EQ(applied(line, Verdict::pass).verdict, Verdict::pass);
  EXPECT_EQ(applied(line, Verdict::fail).verdict, Verdict::fail);
  EXPECT_THAT(complaint("QUEUE-001 pass? it passes\n"), HasSubstr("no verdict"));
}

TEST_F(ExpectationsTest, AVariantDeviatesWhereItsBackendDoes) {
  read("QUEUE-001 fail because\n");
  std::ofstream(folder_ / "mine-spawn.txt") << "QUEUE_001_Case hang because\n";
  const auto specification = Specification::read(folder_ / "spec");
  const std::vector<Case> cases = {{"S", "QUEUE_001_Case", "QUEUE-001", "", 0}};
  const auto lines_of = [&](const std::string& backend) {
    return Expectations::read(folder_, backend, "3.8", specification, cases).lines().size();
  };
  EXPECT_EQ(lines_of("mine"), 1U);
  EXPECT_EQ(lines_of("mine:spawn"), 2U);
  EXPECT_EQ(lines_of("mine:forkserver"), 1U);

  CaseResult result;  // of a case in both lists the variant's own counts
  result.clause = "QUEUE-001";
  result.case_name = "QUEUE_001_Case";
  result.verdict = Verdict::hang;
  Expectations::read(folder_, "mine:spawn", "3.8", specification, cases).apply(result);
  EXPECT_EQ(result.verdict, Verdict::known);
}

TEST_F(ExpectationsTest, UnexpectedPassFails) {
  const CaseResult result = applied("QUEUE-001 fail because\n", Verdict::pass);
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_THAT(result.message, HasSubstr("mine.txt:1"));
}

TEST_F(ExpectationsTest, AnotherVerdictIsNeverAbsorbed) {
  EXPECT_EQ(applied("QUEUE-001 fail because\n", Verdict::hang).verdict, Verdict::hang);
  EXPECT_EQ(applied("QUEUE-001 fail because\n", Verdict::unsupported).verdict,
            Verdict::unsupported);
  EXPECT_EQ(applied("", Verdict::fail).verdict, Verdict::fail);
}

TEST_F(ExpectationsTest, BadLinesAreNamed) {
  EXPECT_THAT(complaint("QUEUE-999 fail because\n"),
              HasSubstr("mine.txt:1: there is no clause or case 'QUEUE-999'"));
  EXPECT_THAT(complaint("QUEUE-001 pass because\n"),
              HasSubstr("'pass' is no verdict that can be expected"));
  EXPECT_THAT(complaint("QUEUE-001 fail\n"), HasSubstr("needs a reason"));
}

TEST_F(ExpectationsTest, AReleaseLineHasAListOfItsOwn) {
  std::ofstream(folder_ / "mine-3.8.txt") << "QUEUE-001 hang only then\n";
  EXPECT_EQ(applied("", Verdict::hang).verdict, Verdict::known);
  std::filesystem::rename(folder_ / "mine-3.8.txt", folder_ / "mine-3.9.txt");
  EXPECT_EQ(applied("", Verdict::hang).verdict, Verdict::hang);
}

}  // namespace
}  // namespace mpspec
