// A case that fails leaves what it takes to understand it and to run it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string planted(const std::string& bug) {
  return std::string("python3 ") + MPSPEC_SELFTEST + "/planted/planted_adapter.py --bug " + bug;
}

class Replay : public ::testing::Test {
 protected:
  /// Runs the filter's cases and gives the only bundle.
  fs::path keep(const std::string& backend, const std::string& filter) {
    const Finished run = run_mpspec({"run", "--quiet", "--backend", backend, "--filter", filter,
                                     "--expectations", scratch.path().string(), "--seed", "5",
                                     "--bundles", (scratch / "kept").string()});
    EXPECT_EQ(run.status, 1) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("again: mpspec replay " + (scratch / "kept").string()));
    return only_bundle(scratch / "kept");
  }
  static fs::path only_bundle(const fs::path& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().filename() == "bundle.json") return entry.path().parent_path();
    }
    return {};
  }

  ScratchFolder scratch;
};

TEST_F(Replay, FailsAgainOnTheSameBackendAndPassesOnAGoodOne) {
  const fs::path bundle = keep(bad_adapter("wrong_error_type"), "QUEUE-008");
  const std::string log = text_of(bundle / "operations.log");
  EXPECT_THAT(log, HasSubstr("actor 0: "));
  EXPECT_THAT(text_of(bundle / "actor-0.log"), HasSubstr(" -> "));
  const Finished again = run_mpspec({"replay", bundle.string(), "--runs", "2"});
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_THAT(again.out, HasSubstr("it was fail"));
  EXPECT_THAT(again.out, HasSubstr("2 of 2 runs were not good"));
  const Finished good = run_mpspec({"replay", bundle.string(), "--backend", "cpython"});
  EXPECT_EQ(good.status, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("0 of 1 runs were not good"));
}

TEST_F(Replay, KeepsWhatItRanUnderTheNameOfTheBackendThatItRanOn) {
  const fs::path bundle = keep(bad_adapter("wrong_error_type"), "QUEUE-008");
  const Finished again = run_mpspec({"replay", bundle.string(), "--backend", "cpython:spawn",
                                     "--bundles", (scratch / "again").string()});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
  const std::string kept = text_of(only_bundle(scratch / "again") / "bundle.json");
  EXPECT_THAT(kept, HasSubstr("\"name\": \"cpython:spawn\""));
  EXPECT_THAT(kept, Not(HasSubstr("bad_adapter.py")));
}

TEST_F(Replay, AHangTellsWhereEveryProcessIs) {
  const fs::path bundle = keep(bad_adapter("hang"), "QUEUE-008");
  const std::string stacks = text_of(bundle / "stacks.txt");
  EXPECT_THAT(stacks, HasSubstr("bad_adapter.py"));
  EXPECT_THAT(stacks, HasSubstr("sleeps in"));
  EXPECT_THAT(text_of(bundle / "stderr"), HasSubstr("Fatal Python error: Aborted"))
      << "Python prints its stacks when it is aborted";
}

TEST_F(Replay, ConcurrentCallsAreRunAgainAsTheyWere) {
  const fs::path bundle =
      keep(planted("mvalue_set_returns_the_value"), "GUAR_027_CallsOnAValueHappenOneAfterAnother");
  ASSERT_TRUE(fs::exists(bundle / "program.json"));
  const Finished judged = run_mpspec({"judge", bundle.string()});
  EXPECT_EQ(judged.status, 1) << judged.err;
  EXPECT_THAT(judged.out, HasSubstr("no order of the calls"));
  const Finished again = run_mpspec({"replay", bundle.string()});
  EXPECT_EQ(again.status, 1) << again.out << again.err;
  EXPECT_THAT(again.out, HasSubstr(" of 50 times"));

  std::string program = text_of(bundle / "program.json");
  const std::size_t type = program.find("manager.Value");
  ASSERT_NE(type, std::string::npos);
  std::ofstream(bundle / "program.json") << program.replace(type, 13, "manager.list");
  const Finished another = run_mpspec({"replay", bundle.string()});
  EXPECT_EQ(another.status, 1) << "a program that the case has no object for was not run";
  EXPECT_THAT(another.out, HasSubstr("inconclusive: the program that failed is of an object"));
}

TEST_F(Replay, WhatIsNoBundleIsRefused) {
  const Finished none = run_mpspec({"replay", scratch.path().string()});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("bundle.json"));
  const Finished judged = run_mpspec({"judge", scratch.path().string()});
  EXPECT_EQ(judged.status, 2);
  EXPECT_THAT(judged.err, HasSubstr("history.json"));
}

}  // namespace
}  // namespace mpspec::selftest
