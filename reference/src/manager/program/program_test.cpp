#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/testing/signal.hpp"
#include "manager/client/channel.hpp"
#include "manager/net/pidfd.hpp"
#include "manager/testing/child_program.hpp"
#include "mp/manager.hpp"

namespace mp::manager::testing {
namespace {

class Program : public ::testing::Test {
 protected:
  Program() {
    std::string pattern = ::testing::TempDir() + "mp-program-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Program() override { std::filesystem::remove_all(folder_); }

  static std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MP_MANAGER_PROGRAM);
    return arguments;
  }
  std::string socket() const { return folder_ + "/socket"; }
  std::vector<std::string> serving(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"--address", socket(), "--authkey-env", "MP_TEST_KEY"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return command(arguments);
  }
  static std::vector<std::string> key() { return {"MP_TEST_KEY=secret"}; }
  /// What it says when it cannot start, all of it.
  static std::pair<int, std::string> refusal(const std::vector<std::string>& arguments) {
    ChildProgram program(arguments, key(), /*keep_errors=*/true);
    std::string text = program.read_all();
    return {program.wait(), text};
  }

  std::string folder_;
};

TEST_F(Program, PrintsItsAddressAndEndsOnSignals) {
  for (const int number : {SIGTERM, SIGINT}) {
    ChildProgram program(serving(), key());
    EXPECT_EQ(program.read_line(), socket());
    EXPECT_TRUE(Manager::connect(UnixAddress{socket()}, "secret"));
    program.signal(number);
    EXPECT_EQ(program.wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(socket()));
  }
}

TEST_F(Program, PrintsThePortItGot) {
  ChildProgram program(command({"--address", "127.0.0.1:0", "--authkey-env", "MP_TEST_KEY"}),
                       key());
  const std::optional<std::string> line = program.read_line();
  ASSERT_TRUE(line);
  const Result<Address> address = parse_address(*line);
  ASSERT_TRUE(address);
  EXPECT_TRUE(Manager::connect(*address, "secret"));
}

TEST_F(Program, ReadsTheKeyFromAFile) {
  const std::string file = folder_ + "/key";
  std::ofstream(file) << "from a file\n";
  ChildProgram program(command({"--address", socket(), "--authkey-file", file}));
  ASSERT_TRUE(program.read_line());
  EXPECT_TRUE(Manager::connect(UnixAddress{socket()}, "from a file"));
}

TEST_F(Program, AsksAServer) {
  const auto ask = [&](const std::string& what) {
    ChildProgram client(serving({"--ask", what}), key(), /*keep_errors=*/true);
    std::string text = client.read_all();
    return std::pair{client.wait(), text};
  };
  ChildProgram program(serving(), key());
  ASSERT_TRUE(program.read_line());
  const auto manager = Manager::connect(UnixAddress{socket()}, "secret");
  ASSERT_TRUE(manager);
  EXPECT_EQ(ask("health"), (std::pair{0, socket() + " answers; objects: 0\n"}));
  const ManagedList list = *manager->list(Object::list({Object::integer(7)}));
  EXPECT_EQ(ask("health"), (std::pair{0, socket() + " answers; objects: 1\n"}));
  const auto [status, table] = ask("objects");
  EXPECT_EQ(status, 0);
  EXPECT_NE(table.find(list.ident()), std::string::npos) << table;
  EXPECT_NE(table.find(" 1  [7]\n"), std::string::npos) << table;
  EXPECT_EQ(ask("shutdown").first, 0);
  EXPECT_EQ(program.wait(), 0);
  const auto [failed, why] = ask("health");
  EXPECT_EQ(failed, 1);
  EXPECT_TRUE(why.starts_with("mp-manager: ") && why.find(socket()) != why.npos) << why;
  EXPECT_EQ(ask("everything").first, 2);
}

TEST_F(Program, EndsWhenAClientAsksForIt) {
  ChildProgram program(serving(), key());
  ASSERT_TRUE(program.read_line());
  const auto channel = Channel::open({UnixAddress{socket()}, "secret"}, std::chrono::seconds(30));
  ASSERT_TRUE(channel);
  EXPECT_TRUE(
      (*channel)->exchange(*encode_request(Object(), "shutdown", Object::tuple(), Object::dict())));
  EXPECT_EQ(program.wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

TEST_F(Program, ReplacesTheFileOfAKilledServerOnly) {
  {
    ChildProgram killed(serving(), key());
    ASSERT_TRUE(killed.read_line());
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait(), -SIGKILL);
  }
  EXPECT_TRUE(std::filesystem::exists(socket()));
  ChildProgram second(serving(), key());
  EXPECT_EQ(second.read_line(), socket());
  const auto [status, text] = refusal(serving());
  EXPECT_EQ(status, 1);
  EXPECT_EQ(text, "mp-manager: " + socket() + ": address already in use\n");
}

TEST_F(Program, SaysInOneLineWhatIsWrong) {
  const std::string none = folder_ + "/none";
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {},
           {"--address", socket()},
           {"--address", socket(), "--authkey-env", "MP_TEST_NO_SUCH_KEY"},
           {"--address", socket(), "--authkey-file", none},
           {"--address", "host:port", "--authkey-env", "MP_TEST_KEY"},
           {"--address", socket(), "--authkey-env", "MP_TEST_KEY", "--max-depth", "deep"},
           {"--address", socket(), "--authkey-env", "MP_TEST_KEY", "--surprise"}}) {
    const auto [status, text] = refusal(command(wrong));
    EXPECT_EQ(status, 2) << text;
    EXPECT_TRUE(text.starts_with("mp-manager: ")) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  }
  const auto [status, text] =
      refusal(command({"--address", none + "/socket", "--authkey-env", "MP_TEST_KEY"}));
  EXPECT_EQ(status, 1);
  EXPECT_EQ(text, "mp-manager: " + none + "/socket: No such file or directory\n");
}

TEST_F(Program, SaysWhatItHasDone) {
  ChildProgram program(serving({"--stats"}), key(), /*keep_errors=*/true);
  ASSERT_TRUE(program.read_line());
  EXPECT_FALSE(Manager::connect(UnixAddress{socket()}, "wrong"));
  {
    const auto manager = Manager::connect(UnixAddress{socket()}, "secret");  // 1 request: dummy
    ASSERT_TRUE(manager);
    const auto queue = manager->queue();         // 1: create
    EXPECT_FALSE(queue && queue->get_nowait());  // 2: accept_connection, get_nowait
  }                                              // 1: decref
  program.signal(SIGTERM);
  EXPECT_EQ(program.read_all(),
            "mp-manager: 5 connections, 0 turned away, 1 unauthenticated, 5 requests, 1 errors, 1 "
            "objects\n");
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(Program, EndsWhenNobodyCanBeToldItsAddress) {
  ChildProgram program({"sh", "-c",
                        "exec " + std::string(MP_MANAGER_PROGRAM) + " --address " + socket() +
                            " --authkey-env MP_TEST_KEY 2>&1 > /dev/full"},
                       key());
  EXPECT_EQ(program.read_all(), "mp-manager: standard output: No space left on device\n");
  EXPECT_EQ(program.wait(), 1);
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

TEST_F(Program, Helps) {
  const auto [status, text] = refusal(command({"--help"}));
  EXPECT_EQ(status, 0);
  for (const std::string_view option :
       {"--address", "--authkey-file", "--authkey-env", "--strict-auth", "--exit-with-parent",
        "--max-message", "--max-depth", "--max-clients", "--stats"}) {
    EXPECT_NE(text.find(option), std::string::npos) << option;
  }
}

TEST_F(Program, EndsWithItsParent) {
  // The shell is its parent, says who the server is, and is killed.
  ChildProgram parent({"sh", "-c",
                       std::string(MP_MANAGER_PROGRAM) + " --address " + socket() +
                           " --authkey-env MP_TEST_KEY --exit-with-parent & echo $!; wait"},
                      key());
  std::optional<std::string> pid = parent.read_line();
  std::optional<std::string> address = parent.read_line();
  ASSERT_TRUE(pid && address);
  if (*address != socket()) std::swap(pid, address);  // either may come first
  const base::UniqueFd server = open_pidfd(std::stoi(*pid));
  ASSERT_TRUE(server);
  parent.signal(SIGKILL);
  EXPECT_TRUE(*base::poll_readable(server.get(), Deadline::after(mp::testing::kTestDeadline)));
  EXPECT_FALSE(std::filesystem::exists(socket()));
}

}  // namespace
}  // namespace mp::manager::testing
