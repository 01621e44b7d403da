#include "mpspec/bundle.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "mpspec/run_folder.hpp"

namespace mpspec {
namespace {

namespace fs = std::filesystem;

class Bundles : public ::testing::Test {
 protected:
  Bundles() { fs::create_directories(case_folder); }

  void leave(const std::string& name, const std::string& text) {
    std::ofstream(case_folder / name) << text;
  }
  static Bundle bundle_of(const std::string& backend) {
    CaseResult result{backend, "LOCK-001", "MUST", "LOCK_001_X", Verdict::fail, 1.5, "no \"lock\""};
    return {{"0.1", "abc", 7, "Linux"}, {backend, "1.0", "python3 a.py"}, "", "", result, 42, 2.5};
  }

  RunFolder run;
  fs::path case_folder = run.path() / "case";
  fs::path bundles = run.path() / "bundles";
};

TEST_F(Bundles, KeepWhatItTakesToRunAgain) {
  const fs::path folder = keep_bundle(bundles, case_folder, bundle_of("good"));
  EXPECT_EQ(folder, bundles / "good" / "LOCK_001_X");
  const Bundle read = read_bundle(folder);
  EXPECT_EQ(read.backend.command, "python3 a.py");
  EXPECT_EQ(read.result.case_name, "LOCK_001_X");
  EXPECT_EQ(read.result.verdict, Verdict::fail);
  EXPECT_EQ(read.result.message, "no \"lock\"");
  EXPECT_EQ(read.seed, 42U);
  EXPECT_EQ(read.deadline, 2.5);
  EXPECT_EQ(read.suite.commit, "abc");
}

TEST_F(Bundles, KeepTheCasesFilesAndNothingElse) {
  leave("operations.log", "lock.acquire()\n");
  leave("actor-1.log", "1 2 lock.acquire() -> True\n");
  leave("history.json", "{}");
  leave("stderr", "");
  leave("left-by-the-backend", "x");
  fs::create_symlink("/etc/passwd", case_folder / "stdout");
  const fs::path folder = keep_bundle(bundles, case_folder, bundle_of("good"));
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"actor-1.log", "bundle.json", "history.json",
                                          "operations.log"}));
}

TEST_F(Bundles, ABackendsNameDoesNotLeaveTheFolder) {
  const fs::path folder = keep_bundle(bundles, case_folder, bundle_of("../../evil/x"));
  EXPECT_EQ(folder.parent_path().parent_path(), bundles);
  EXPECT_EQ(folder.lexically_normal(), folder);
}

TEST_F(Bundles, OfTwoBackendsAreTwo) {
  EXPECT_EQ(as_file_name("cpython-on_1.2"), "cpython-on_1.2");
  const std::set<std::string> names = {as_file_name("a:b"),
                                       as_file_name("a_b"),
                                       as_file_name("a/b"),
                                       as_file_name(""),
                                       as_file_name(std::string(100, 'x')),
                                       as_file_name(std::string(101, 'x'))};
  EXPECT_EQ(names.size(), 6U);
  EXPECT_FALSE(names.contains(""));
}

TEST_F(Bundles, OfAnEarlierRunAreReplaced) {
  leave("stacks.txt", "process 1");
  const fs::path folder = keep_bundle(bundles, case_folder, bundle_of("good"));
  fs::remove(case_folder / "stacks.txt");
  keep_bundle(bundles, case_folder, bundle_of("good"));
  EXPECT_FALSE(fs::exists(folder / "stacks.txt"));
}

TEST_F(Bundles, ThatAreNoneAreRefused) {
  EXPECT_THROW(read_bundle(run.path()), UsageError);
  for (const char* text : {"", "[]", "{}", R"({"mpspec_bundle": 2})", R"({"mpspec_bundle": 1})"}) {
    std::ofstream(case_folder / "bundle.json") << text;
    EXPECT_THROW(read_bundle(case_folder), UsageError) << text;
  }
}

TEST_F(Bundles, ThatCannotBeWrittenAreAnError) {
  std::ofstream(run.path() / "file") << "x";
  EXPECT_THROW(keep_bundle(run.path() / "file", case_folder, bundle_of("good")), UsageError);
}

}  // namespace
}  // namespace mpspec
