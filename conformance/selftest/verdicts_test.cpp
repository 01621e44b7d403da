// Each way in which an adapter can be bad gets the verdict it should, and the run goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

using ::testing::HasSubstr;

struct BadAdapter {
  const char* bug;
  const char* clause;  // a clause whose cases use what the bug breaks
  Verdict verdict;
  const char* says;
};

void PrintTo(const BadAdapter& bad, std::ostream* out) { *out << bad.bug; }

class BadAdapters : public ::testing::TestWithParam<BadAdapter> {};

TEST_P(BadAdapters, GetTheirVerdict) {
  const BadAdapter& bad = GetParam();
  const Judged judged = judge_bug(bad.bug, {"--filter", bad.clause});
  ASSERT_FALSE(judged.run.results.empty()) << judged.finished.err;
  bool seen = false;
  for (const CaseResult& result : judged.run.results) {
    seen |= result.verdict == bad.verdict && result.message.find(bad.says) != std::string::npos;
  }
  EXPECT_TRUE(seen) << "expected " << to_string(bad.verdict) << " with '" << bad.says << "', got:\n"
                    << judged.finished.out;
  EXPECT_EQ(judged.finished.status, bad.verdict == Verdict::pass ? 0 : 1);
}

// What the adapter itself does wrong: never blamed on another clause's promise, never a hang of the
// suite.
INSTANTIATE_TEST_SUITE_P(
    Protocol, BadAdapters,
    ::testing::Values(
        BadAdapter{"crash", "QUEUE-002", Verdict::crash, "was gone while"},
        BadAdapter{"hang", "QUEUE-008", Verdict::hang, "has no answer by the deadline"},
        BadAdapter{"garbage", "QUEUE-019", Verdict::fail, "a line that is no JSON object"},
        BadAdapter{"closes_socket", "QUEUE-016", Verdict::crash, "was gone while"},
        BadAdapter{"wrong_id", "QUEUE-020", Verdict::fail, "which nobody waits for"},
        BadAdapter{"lies", "LOCK-001", Verdict::fail,
                   "lists an operation in its hello that it does not support"},
        BadAdapter{"two_replies", "LOCK-001", Verdict::fail, "which nobody waits for"},
        BadAdapter{"huge_line", "LOCK-001", Verdict::fail, "a line of more than 64 MiB"},
        BadAdapter{"deep_json", "EVENT-001", Verdict::fail, "nested deeper"},
        BadAdapter{"leaks_process", "LOCK-001", Verdict::leak, "process"},
        BadAdapter{"leaks_shm", "LOCK-001", Verdict::leak, "shared memory"},
        BadAdapter{"leaks_file", "LOCK-001", Verdict::leak, "file"},
        BadAdapter{"wrong_error_type", "QUEUE-008", Verdict::fail, "Exception"},
        BadAdapter{"dead_server_pid", "CRASH-034", Verdict::inconclusive, "cannot limit"},
        BadAdapter{"noisy", "QUEUE-001", Verdict::pass, ""},
        BadAdapter{"slow_bytes", "QUEUE-002", Verdict::pass, ""}),
    [](const auto& chosen) { return std::string(chosen.param.bug); });

struct NeverReady {
  const char* bug;
  const char* says;
};
void PrintTo(const NeverReady& bad, std::ostream* out) { *out << bad.bug; }

class NeverReadyAdapters : public ::testing::TestWithParam<NeverReady> {};

TEST_P(NeverReadyAdapters, EndTheRunWithStatusFour) {
  const Judged judged = judge_bug(GetParam().bug, {"--filter", "ADAPTER-001"});
  EXPECT_EQ(judged.finished.status, 4);
  EXPECT_THAT(judged.finished.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Protocol, NeverReadyAdapters,
    ::testing::Values(NeverReady{"wrong_hello", "speaks protocol version 99, not 1"},
                      NeverReady{"silent", "said no hello"},
                      NeverReady{"no_connect", "did not connect by the deadline"},
                      NeverReady{"exits_at_once", "exit status 7"}),
    [](const auto& chosen) { return std::string(chosen.param.bug); });

TEST(BadAdapter, ABrokenCaseLeavesTheOthersAlone) {
  const Judged judged = judge_bug("crash", {"--filter", "QUEUE-002", "--filter", "ADAPTER-001",
                                            "--filter", "QUEUE-008", "-j", "1"});
  std::map<std::string, Verdict> worst;
  for (const CaseResult& result : judged.run.results) {
    const auto [known, fresh] = worst.try_emplace(result.clause, result.verdict);
    if (!fresh) known->second = worse(known->second, result.verdict);
  }
  EXPECT_EQ(worst.at("ADAPTER-001"), Verdict::pass);
  EXPECT_EQ(worst.at("QUEUE-002"), Verdict::crash);
}

TEST(BadAdapter, OneBrokenAdapterDoesNotKeepTheOtherFromBeingJudged) {
  const ScratchFolder folder;
  const Finished finished = run_mpspec({"run", "--quiet", "--backend", bad_adapter("exits_at_once"),
                                        "--backend", "cpython", "--filter", "ADAPTER-001"});
  EXPECT_EQ(finished.status, 4);
  EXPECT_THAT(finished.out, HasSubstr("1 clauses: 1 pass"));
}

}  // namespace
}  // namespace mpspec::selftest
