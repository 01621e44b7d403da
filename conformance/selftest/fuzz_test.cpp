// `mpspec fuzz` finds a server that does not withstand it, makes what it found small, and
// `mpspec replay` shows it again; servers that do withstand it pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

using ::testing::HasSubstr;

class LiveFuzz : public ::testing::Test {
 protected:
  LiveFuzz() { std::ofstream(key()) << "the key"; }

  std::string key() const { return (folder_ / "key").string(); }
  std::string reproducer() const { return (folder_ / "found.json").string(); }
  std::string address() const { return (folder_ / "socket").string(); }
  std::string cpython(const std::string& bug) const {
    // What a damaged pickle may ask CPython's unpickler for is no finding, but must not take the
    // machine's memory.
    return std::string("ulimit -v 4000000; exec python3 ") + MPSPEC_SELFTEST +
           "/servers/manager_server.py --address " + address() + " --authkey-file " + key() +
           " --bug " + bug;
  }
  Finished fuzz(const std::string& server, std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"fuzz",       "--address", address(), "--authkey-file",
                                          key(),        "--server",  server,    "--out",
                                          reproducer(), "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_mpspec(arguments);
  }
  nlohmann::json found() const { return nlohmann::json::parse(std::ifstream(reproducer())); }
  void change(const std::string& field, const nlohmann::json& value) const {
    nlohmann::json json = found();
    json[field] = value;
    std::ofstream(reproducer()) << json;
  }

  /// The bug is found.
  void expect_finding(const std::string& bug, const std::string& kind,
                      const std::string& deadline) const {
    const Finished finished =
        fuzz(cpython(bug), {"--seed", "1", "--seconds", "600", "--deadline", deadline});
    ASSERT_EQ(finished.status, 1) << finished.out << finished.err;
    EXPECT_EQ(found().at("kind"), "fuzz");
    EXPECT_EQ(found().at("found"), kind) << finished.out;
  }
  /// It is not seen in a server without it.
  void expect_not_in_a_good_server() const {
    change("server", cpython("none"));
    const Finished good = run_mpspec({"replay", reproducer()});
    EXPECT_EQ(good.status, 0) << good.out << good.err;
  }
  /// It is kept in few steps and seen again.
  void expect_seen_again() const {
    EXPECT_TRUE(found().at("minimised").get<bool>());
    // To create a list and to call its method takes two connections and eight steps; steps that
    // only go together stay.
    EXPECT_LE(found().at("steps").size(), 20u);
    const Finished again = run_mpspec({"replay", reproducer()});
    EXPECT_EQ(again.status, 1) << again.err;
    EXPECT_THAT(again.out, HasSubstr("finding: the server"));
  }

  ScratchFolder folder_;
};

TEST_F(LiveFuzz, AServerThatDies) {
  expect_finding("dies", "gone", "30");
  expect_seen_again();
  expect_not_in_a_good_server();
}

TEST_F(LiveFuzz, AServerThatHangs) {
  expect_finding("hangs", "silent", "10");
  expect_seen_again();
  expect_not_in_a_good_server();
}

// Its threads work off what was sent while the well-behaved client asks already: whether it is seen
// depends on who is first, so it need not be seen again.
TEST_F(LiveFuzz, AServerThatChangesWhatIsOthers) {
  expect_finding("changes", "wrong", "30");
  expect_not_in_a_good_server();
}

TEST_F(LiveFuzz, CPythonWithstands) {
  const Finished finished =
      fuzz(cpython("none"), {"--seed", "2", "--seconds", "4", "--deadline", "30"});
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("served a well-behaved client after every one"));
}

TEST_F(LiveFuzz, MpManagerWithstands) {
  const Finished finished = fuzz(std::string("exec ") + MPSPEC_MANAGER + " --address " + address() +
                                     " --authkey-file " + key() + " >/dev/null",
                                 {"--seed", "3", "--seconds", "4", "--deadline", "30"});
  EXPECT_EQ(finished.status, 0) << finished.out << finished.err;
}

TEST_F(LiveFuzz, NobodyListens) {
  const Finished finished =
      run_mpspec({"fuzz", "--address", address(), "--authkey-file", key(), "--seconds", "1"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr("cannot connect to"));
  const Finished ended = fuzz("exit 1", {"--seconds", "1"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("the server ended at once"));
}

TEST_F(LiveFuzz, WhatIsNoReproducer) {
  std::ofstream(reproducer()) << "{}";
  EXPECT_EQ(run_mpspec({"replay", reproducer()}).status, 2);
  std::ofstream(reproducer()) << R"({"kind": "fuzz"})";
  const Finished finished = run_mpspec({"replay", reproducer()});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr("is no reproducer"));
}

}  // namespace
}  // namespace mpspec::selftest
