// mp-ipc as its users meet it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/introspection.hpp"
#include "mp/lock.hpp"
#include "mp/semaphore.hpp"
#include "mp/shared_memory.hpp"

namespace mp::introspection {
namespace {

using mp::testing::Forked;
using mp::testing::Signal;
using ::testing::HasSubstr;
using ::testing::Not;

struct Printed {
  int status;
  std::string output;  ///< standard output and error
};

Printed mp_ipc(const std::string& arguments) {
  Printed run{};
  FILE* pipe = ::popen((MP_IPC_PROGRAM " " + arguments + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t length = std::fread(buffer, 1, sizeof buffer, pipe)) {
    run.output.append(buffer, length);
  }
  run.status = WEXITSTATUS(::pclose(pipe));
  return run;
}

template <class T>
std::string id_of(const T& object) {
  const std::string name = inspect(object)->front().name;
  return name.substr(name.find(' ') + 1);
}

TEST(MpIpc, ListsShowsAndSelects) {
  const Lock lock = *Lock::create();
  EXPECT_TRUE(lock.acquire());
  const std::string id = id_of(lock), self = std::to_string(::getpid());
  const Printed ls = mp_ipc("ls --kind Lock");
  EXPECT_EQ(ls.status, 0);
  EXPECT_THAT(ls.output, HasSubstr("Lock " + id));
  EXPECT_THAT(ls.output, HasSubstr("lock by " + self));
  EXPECT_THAT(mp_ipc("ls --kind Queue").output, Not(HasSubstr(id)));
  EXPECT_THAT(mp_ipc("ls --dead").output, Not(HasSubstr(id)));

  const Printed shown = mp_ipc("show " + id);
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.output, ::testing::StartsWith("Lock " + id + "\n"));
  EXPECT_THAT(shown.output, HasSubstr("lock by " + self));
  const auto json = nlohmann::json::parse(mp_ipc("show --json " + id).output);
  EXPECT_EQ(json.at("id"), id);
  EXPECT_EQ(json.at("holders").at(0).at("process"), ::getpid());
  EXPECT_TRUE(nlohmann::json::parse(mp_ipc("ls --json").output).is_array());
  EXPECT_TRUE(lock.release());
}

TEST(MpIpc, GivesBackPermitsAndRemovesBlocks) {
  const Semaphore semaphore = *Semaphore::create(1);
  Signal holds;
  Forked dead([&] {
    EXPECT_TRUE(semaphore.acquire());
    holds.raise();
    mp::testing::sleep_for_ever();
  });
  ASSERT_TRUE(holds.await());
  dead.kill_and_reap();
  const std::string id = id_of(semaphore);
  EXPECT_THAT(mp_ipc("ls --dead").output, HasSubstr(id));
  EXPECT_THAT(mp_ipc("clean --dry-run --permits " + id).output, Not(HasSubstr("given back")));
  EXPECT_EQ(semaphore.get_value(), 0);
  EXPECT_EQ(mp_ipc("clean --dry-run").status, 0);

  // By name: without one it would remove what other tests have just let go.
  const SharedMemory memory = *SharedMemory::create(10);
  const Printed attached = mp_ipc("clean " + memory.name());
  EXPECT_EQ(attached.status, 1);
  EXPECT_THAT(attached.output, HasSubstr("process " + std::to_string(::getpid()) + " has"));
  memory.close();
  const Printed cleaned = mp_ipc("clean " + memory.name() + " --permits " + id);
  EXPECT_EQ(cleaned.status, 0) << cleaned.output;
  EXPECT_THAT(cleaned.output, HasSubstr("removed SharedMemory " + memory.name()));
  EXPECT_THAT(cleaned.output, HasSubstr("1 permits of the dead given back"));
  EXPECT_EQ(semaphore.get_value(), 1);
  EXPECT_EQ(SharedMemory::open(memory.name()).error().code, ErrorCode::NotFound);
  EXPECT_EQ(mp_ipc("clean " + memory.name()).status, 1);
}

TEST(MpIpc, ErrorsAreClear) {
  EXPECT_EQ(mp_ipc("").status, 2);
  EXPECT_EQ(mp_ipc("ls --kind Nothing").status, 2);
  EXPECT_THAT(mp_ipc("--help").output, HasSubstr("Exit status"));
  EXPECT_EQ(mp_ipc("clean --help").status, 0);
  const Printed missing = mp_ipc("show nothing");
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.output, HasSubstr("mp-ipc: no object with an id that begins with 'nothing'"));
}

}  // namespace
}  // namespace mp::introspection
