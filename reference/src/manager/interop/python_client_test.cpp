#include <gtest/gtest.h>

#include "manager/testing/child_program.hpp"
#include "manager/testing/pythons.hpp"
#include "mp/manager.hpp"

// Unmodified CPythons as clients of this library's server. The cases are in client.py.
namespace mp::manager::testing {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

void run_client(const std::string& python, const Manager& server,
                const std::vector<std::string>& cases = {}) {
  std::vector<std::string> command = {python, "-B", MP_INTEROP_FOLDER "/client.py",
                                      to_string(server.address()), hex(server.authkey())};
  command.insert(command.end(), cases.begin(), cases.end());
  ChildProgram client(command);
  EXPECT_EQ(client.read_all(), "ok\n");
  EXPECT_EQ(client.wait(), 0);
  // The references of the clients that were killed go a moment after them.
  const Deadline deadline = Deadline::after(ChildProgram::kDeadline);
  while (*server.number_of_objects() != 0) ASSERT_FALSE(deadline.passed()) << *server.debug_info();
}

TEST(PythonClient, UsesThisServerUnchanged) {
  const Result<Manager> server = Manager::start();
  ASSERT_TRUE(server) << server.error().message;
  with_each_python([&](const std::string& python) { run_client(python, *server); });
}

TEST(PythonClient, UsesThisServerOverTcp) {
  const Result<Manager> server = Manager::start({.address = InetAddress{"127.0.0.1", 0}});
  ASSERT_TRUE(server) << server.error().message;
  // Over TCP the server cannot know whose death leaves what behind: those cases are for Unix
  // sockets.
  const std::vector<std::string> cases = {"Dict",
                                          "List",
                                          "Values",
                                          "Queue.test_like_a_queue",
                                          "Queue.test_get_waits_for_another_client",
                                          "Sync.test_condition",
                                          "Sync.test_barrier",
                                          "Proxies.test_nested",
                                          "Proxies.test_children"};
  with_each_python([&](const std::string& python) { run_client(python, *server, cases); });
}

}  // namespace
}  // namespace mp::manager::testing
