// What mpspec says to wrong input: one clear line on standard error and a status of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

using ::testing::HasSubstr;

void expect_refusal(const Finished& finished, const std::string& says, int status = 2) {
  EXPECT_EQ(finished.status, status) << finished.out;
  EXPECT_THAT(finished.err, HasSubstr(says));
  EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 1) << finished.err;
}

TEST(Usage, UnknownBackend) {
  expect_refusal(run_mpspec({"run", "--backend", "nonsense"}), "there is no backend 'nonsense'");
}

TEST(Usage, VariantsAndInterpretersOfABackend) {
  expect_refusal(run_mpspec({"run", "--backend", "cpython:thread"}),
                 "cpython has no variant 'thread'");
  expect_refusal(run_mpspec({"run", "--backend", "reference=/usr/bin/python3"}),
                 "reference takes no interpreter");
  expect_refusal(run_mpspec({"run", "--quiet", "--backend", "cpython:spawn=/no/such/python"}),
                 "cannot start /no/such/python");
  const Finished spawned =
      run_mpspec({"run", "--quiet", "--backend", "cpython:spawn", "--filter", "ADAPTER-008"});
  EXPECT_EQ(spawned.status, 0) << spawned.err;
  EXPECT_THAT(spawned.out, HasSubstr("\ncpython:spawn "));
}

TEST(Usage, AScriptThatLooksForAnInterpreterIsAskedOnce) {
  const ScratchFolder folder;
  std::ofstream(folder / "python3") << "#!/bin/sh\necho started >>" << (folder / "log").string()
                                    << "\nexec /usr/bin/python3 \"$@\"\n";
  std::filesystem::permissions(folder / "python3", std::filesystem::perms::owner_all);
  const Finished judged =
      run_mpspec({"run", "--quiet", "--backend", "cpython", "--filter", "ADAPTER-001"},
                 {"PATH=" + folder.path().string() + ":" + std::getenv("PATH")});
  EXPECT_EQ(judged.status, 0) << judged.err;
  std::string line, log;
  for (std::ifstream file(folder / "log"); std::getline(file, line);) log += line + ";";
  EXPECT_EQ(log, "started;") << "every adapter was started by the script";
}

TEST(Usage, AnAdapterThatIsNotBuilt) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder / "conformance/adapters");
  std::ofstream(folder / "conformance/adapters/backends.json")
      << R"([{"name": "mine", "about": "", "command": ["/no/such/adapter"], "target": "mine"}])";
  expect_refusal(
      run_mpspec({"adapter", "check", "mine"}, {"MPSPEC_SOURCE=" + folder.path().string()}),
      "the adapter of mine is not built: `conformance/run --backend mine` does");
}

TEST(Usage, CommandThatCannotStart) {
  expect_refusal(run_mpspec({"run", "--quiet", "--backend", "/no/such/program --x"}),
                 "cannot start /no/such/program");
  expect_refusal(run_mpspec({"run", "--quiet", "--backend", "no-such-program --x"}),
                 "there is no program named no-such-program");
}

TEST(Usage, ABackendIsJudgedOnItsAreasOnly) {
  EXPECT_EQ(
      run_mpspec({"run", "--quiet", "--backend", "cpython-on-mp-manager", "--filter", "QUEUE-001"})
          .status,
      3);
}

TEST(Usage, UnclosedQuote) {
  expect_refusal(run_mpspec({"run", "--backend", "python3 'my adapter.py"}),
                 "the quote ' in python3 'my adapter.py is not closed");
}

TEST(Usage, FilterThatMatchesNothing) {
  expect_refusal(run_mpspec({"run", "--backend", "cpython", "--filter", "QUEUE-999"}),
                 "no case matches filter 'QUEUE-999'");
  expect_refusal(run_mpspec({"run", "--backend", "cpython", "--area", "NOWHERE"}),
                 "no case matches area 'NOWHERE'");
}

TEST(Usage, ExpectationsThatNameNoClause) {
  const ScratchFolder folder;
  std::ofstream(folder / "cpython.txt") << "# known\nQUEUE-999 fail because\n";
  expect_refusal(run_mpspec({"run", "--quiet", "--backend", "cpython", "--filter", "ADAPTER-001",
                             "--expectations", folder.path().string()}),
                 "cpython.txt:2: there is no clause or case 'QUEUE-999'");
}

TEST(Usage, BrokenClauseFile) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder / "spec");
  std::ofstream(folder / "spec/queue.md") << "# Queue\n\n### QUEUE-001 order\nsome text\n";
  expect_refusal(run_mpspec({"list", "clauses"}, {"MPSPEC_SOURCE=" + folder.path().string()}),
                 "spec/queue.md:4");
}

TEST(Usage, ReportThatCannotBeWritten) {
  expect_refusal(run_mpspec({"run", "--backend", "cpython", "--filter", "ADAPTER-001", "--json",
                             "/no/such/folder/x.json"}),
                 "cannot write /no/such/folder/x.json");
}

TEST(Usage, ServersThatCannotBeJudged) {
  const ScratchFolder folder;
  const std::string key = (folder / "key").string(), nobody = (folder / "nobody").string();
  std::ofstream(key) << "secret\n";
  expect_refusal(run_mpspec({"run", "--address", "nowhere:at-all", "--authkey-file", key}),
                 "'nowhere:at-all' is no address");
  expect_refusal(run_mpspec({"run", "--address", nobody, "--authkey-file", nobody}),
                 "cannot read the key in " + nobody);
  expect_refusal(run_mpspec({"run", "--address", nobody, "--authkey-file", key}),
                 "cannot connect to " + nobody);
  expect_refusal(run_mpspec({"run", "--address", nobody, "--authkey-file", key, "--area", "QUEUE"}),
                 "judged by the clauses WIRE-* only");
  EXPECT_EQ(run_mpspec({"run", "--address", nobody}).status, 2);
  EXPECT_EQ(run_mpspec({"run", "--authkey-file", key}).status, 2);
}

TEST(Usage, UnknownOptionsAreRefusedAndHelpIsNot) {
  EXPECT_EQ(run_mpspec({"run", "--frobnicate"}).status, 2);
  EXPECT_EQ(run_mpspec({}).status, 2);
  EXPECT_EQ(run_mpspec({"run", "--jobs", "0"}).status, 2);
  const Finished help = run_mpspec({"run", "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status: 0 conformant"));
}

TEST(Usage, VerboseTellsOfEveryCase) {
  const Finished told =
      run_mpspec({"run", "--verbose", "--backend", "cpython", "--filter", "ADAPTER-001"});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_THAT(told.err,
              ::testing::ContainsRegex("^1/1 pass +[0-9]+[.][0-9]+ s  cpython  "
                                       "ADAPTER_001_HelloNamesActorProcessAndBackend\n$"));
  EXPECT_EQ(run_mpspec({"run", "--verbose", "--quiet"}).status, 2);
}

TEST(Usage, AllListsHaveContent) {
  EXPECT_THAT(run_mpspec({"list", "backends"}).out, HasSubstr("cpython"));
  EXPECT_THAT(run_mpspec({"list", "clauses"}).out, HasSubstr("ADAPTER-001"));
  EXPECT_THAT(run_mpspec({"list", "cases"}).out, HasSubstr("ADAPTER_001_"));
}

}  // namespace
}  // namespace mpspec::selftest
