// mpspec planted: what it tells of bugs, and what it says to wrong input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

using ::testing::HasSubstr;

struct Told {
  Finished finished;
  nlohmann::json json;
};

Told planted(std::vector<std::string> arguments) {
  const ScratchFolder folder;
  const std::string path = (folder / "planted.json").string();
  arguments.insert(arguments.begin(), {"planted", "--json", path});
  Told told{run_mpspec(arguments), {}};
  std::ifstream file(path);
  told.json = nlohmann::json::parse(file, nullptr, false);
  return told;
}

TEST(Planted, ABugIsCaughtByItsClauseInEveryRun) {
  const Told told = planted({"--filter", "lock_released_while_free", "--runs", "2"});
  EXPECT_EQ(told.finished.status, 0) << told.finished.out << told.finished.err;
  EXPECT_THAT(told.finished.out, HasSubstr("1 of 1 planted bugs caught"));
  const auto& bug = told.json.at("planted").at(0);
  EXPECT_EQ(bug.at("name"), "lock_released_while_free");
  EXPECT_EQ(bug.at("clause"), "LOCK-008");
  EXPECT_EQ(bug.at("caught"), true);
  EXPECT_THAT(bug.at("by").get<std::string>(), HasSubstr("LOCK_008_"));
  EXPECT_EQ(bug.at("verdict"), "fail");
  EXPECT_EQ(bug.at("runs"), 2);
  EXPECT_EQ(bug.at("caught_runs"), 2);
}

TEST(Planted, TheMatrixShowsWhoElseNotices) {
  const Told told = planted({"--filter", "bounded_release_too_often", "--matrix"});
  EXPECT_EQ(told.finished.status, 0) << told.finished.out << told.finished.err;
  const auto& row = told.json.at("matrix").at("bounded_release_too_often");
  EXPECT_EQ(row.at("BOUNDED-001"), "pass");
  EXPECT_EQ(row.at("BOUNDED-002"), "fail");
  EXPECT_EQ(row.at("BOUNDED-003"), "fail");
  EXPECT_THAT(told.finished.out, HasSubstr("002*"));
}

TEST(Planted, AFilterThatMatchesNothingIsRefused) {
  const Told told = planted({"--filter", "no_such_bug"});
  EXPECT_EQ(told.finished.status, 2);
  EXPECT_THAT(told.finished.err, HasSubstr("no planted bug matches 'no_such_bug'"));
}

TEST(Planted, AReportThatCannotBeWrittenIsRefused) {
  const Finished finished = run_mpspec({"planted", "--json", "/no/such/folder/x.json"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr("cannot write /no/such/folder/x.json"));
}

}  // namespace
}  // namespace mpspec::selftest
