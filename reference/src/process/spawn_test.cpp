#include "mp/spawn.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <thread>

#include "base/poll.hpp"
#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "process/spawn.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::kTestDeadline;
using mp::testing::sleep_for_ever;
using ::testing::HasSubstr;

/// The text of a Result's error; empty when it has none.
template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "" : result.error().message;
}

/// A descriptor as an argument: the child's own copy of it.
struct Descriptor {
  int fd;

  Result<void> pack(Packer& packer) const { return packer.descriptor(fd); }
  static Result<Descriptor> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(const int fd, unpacker.descriptor());
    return Descriptor{fd};
  }
};

struct Ends {
  Ends() { EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0); }
  ~Ends() {
    ::close(fds[0]);
    ::close(fds[1]);
  }
  std::string read() const {
    std::string text(4096, '\0');
    const ssize_t length = ::read(fds[0], text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return text;
  }

  int fds[2];
};

void write_text(const Descriptor& to, const std::string& text) {
  EXPECT_EQ(::write(to.fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

int exitcode_of(SpawnCall call) {
  Process child(std::move(call));
  EXPECT_EQ(error_of(child.start()), "");
  EXPECT_TRUE(child.join(kTestDeadline).value_or(false));
  return child.exitcode().value_or(std::nullopt).value_or(-1000);
}

void add(Descriptor to, int a, std::vector<int> more, std::string name) {
  for (const int number : more) a += number;
  write_text(to, name + std::to_string(a));
}
const SpawnFunction kAdd("add", add);

TEST(Spawn, CallsTheFunctionWithItsArguments) {
  const Ends ends;
  EXPECT_EQ(exitcode_of(kAdd.call(Descriptor{ends.fds[1]}, 1, std::vector{20, 300}, "sum=")), 0);
  EXPECT_EQ(ends.read(), "sum=321");
}

void end_as_asked(std::string how, int number) {
  if (how == "exit") throw SystemExit(number);
  if (how == "throw") throw std::runtime_error("meant to happen");
  if (how == "signal") {
    ::signal(number, SIG_DFL);
    ::raise(number);
  }
}
const SpawnFunction kEnd("end_as_asked", end_as_asked);

TEST(Spawn, ExitCodesAreThoseOfForkedChildren) {
  EXPECT_EQ(exitcode_of(kEnd.call("return", 0)), 0);
  EXPECT_EQ(exitcode_of(kEnd.call("exit", 3)), 3);
  EXPECT_EQ(exitcode_of(kEnd.call("exit", -1)), 255);
  EXPECT_EQ(exitcode_of(kEnd.call("throw", 0)), 1);
  EXPECT_EQ(exitcode_of(kEnd.call("signal", SIGKILL)), -SIGKILL);
}

void tell_who_it_is(Descriptor to) {
  write_text(to, current_process().name + " " + (current_process().daemon ? "daemon" : "plain") +
                     " " + std::to_string(current_process().pid == ::getpid()) + " of " +
                     parent_process()->name + " " +
                     std::to_string(parent_process()->pid == ::getppid()) +
                     std::to_string(parent_process()->is_alive()) + " makes " + Process().name());
}
const SpawnFunction kTellWhoItIs("tell_who_it_is", tell_who_it_is);

TEST(Spawn, AChildKnowsItselfAndItsParent) {
  const Ends ends;
  Process child(kTellWhoItIs.call(Descriptor{ends.fds[1]}), {.name = "kid", .daemon = true});
  ASSERT_EQ(error_of(child.start()), "");
  EXPECT_EQ(child.name(), "kid");
  ASSERT_TRUE(*child.join(kTestDeadline));
  EXPECT_THAT(ends.read(), ::testing::StartsWith("kid daemon 1 of MainProcess 11 makes Process-"));

  Process unnamed(kTellWhoItIs.call(Descriptor{ends.fds[1]}));
  ASSERT_EQ(error_of(unnamed.start()), "");
  ASSERT_TRUE(*unnamed.join(kTestDeadline));
  EXPECT_EQ(ends.read(),
            unnamed.name() + " plain 1 of MainProcess 11 makes " + unnamed.name() + ":1");
}

void list_descriptors(Descriptor to) {
  std::string open;
  DIR* folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != ::dirfd(folder)) open += entry->d_name + std::string(" ");
  }
  ::closedir(folder);
  char byte = 0;
  open += ::read(STDIN_FILENO, &byte, 1) == 0 ? "empty" : "not empty";
  write_text(to, open);
}
const SpawnFunction kListDescriptors("list_descriptors", list_descriptors);

TEST(Spawn, AChildHasNoDescriptorsButItsOwn) {
  const Ends ends;
  const int leaking = ::open("/dev/null", O_RDONLY);  // not closed by exec
  EXPECT_EQ(exitcode_of(kListDescriptors.call(Descriptor{ends.fds[1]})), 0);
  EXPECT_EQ(ends.read(), "0 1 2 4 empty");
  ::close(leaking);
}

void count_descriptors(std::vector<Descriptor> all) {
  for (const Descriptor& one : all) write_text(one, "x");
}
const SpawnFunction kCountDescriptors("count_descriptors", count_descriptors);

TEST(Spawn, PassesManyDescriptorsInAnyOrder) {
  const Ends ends;
  std::vector<Descriptor> all;
  for (int n = 0; n < 50; ++n) all.push_back({n % 3 == 0 ? ends.fds[1] : ::dup(ends.fds[1])});
  EXPECT_EQ(exitcode_of(kCountDescriptors.call(all)), 0);
  EXPECT_EQ(ends.read(), std::string(50, 'x'));
  for (int n = 0; n < 50; ++n) {
    if (n % 3 != 0) ::close(all[static_cast<std::size_t>(n)].fd);
  }
}

void spawn_another(Descriptor to) {
  Process child(kTellWhoItIs.call(to));
  if (!child.start() || !child.join(kTestDeadline).value_or(false)) throw SystemExit(1);
}
const SpawnFunction kSpawnAnother("spawn_another", spawn_another);

TEST(Spawn, AChildSpawnsItsOwn) {
  const Ends ends;
  Process child(kSpawnAnother.call(Descriptor{ends.fds[1]}), {.name = "middle"});
  ASSERT_EQ(error_of(child.start()), "");
  ASSERT_TRUE(*child.join(kTestDeadline));
  EXPECT_EQ(*child.exitcode(), 0);
  EXPECT_THAT(ends.read(), HasSubstr("of middle 11"));
}

TEST(Spawn, RulesAreThoseOfForkedChildren) {
  Process child(kEnd.call("return", 0));
  EXPECT_THAT(error_of(child.join()), HasSubstr("can only join a started process"));
  ASSERT_EQ(error_of(child.start()), "");
  EXPECT_EQ(error_of(child.start()), "cannot start a process twice");
  ASSERT_TRUE(*child.join(kTestDeadline));
  EXPECT_TRUE(child.close());
}

/// An argument that cannot be passed.
struct Stubborn {
  Result<void> pack(Packer&) const { return Error{ErrorCode::InvalidArgument, "not this one"}; }
  static Result<Stubborn> unpack(Unpacker&) {
    return Error{ErrorCode::Malformed, "nor the other way"};
  }
};
void take_stubborn(Stubborn) {}
const SpawnFunction kTakeStubborn("take_stubborn", take_stubborn);

TEST(Spawn, WhatCannotBePassedStartsNoChild) {
  Process child(kTakeStubborn.call(Stubborn()));
  EXPECT_EQ(error_of(child.start()), "not this one");
  EXPECT_EQ(*child.pid(), std::nullopt);
  EXPECT_TRUE(active_children().empty());
}

TEST(Spawn, AnUnknownFunctionIsTheChildsError) {
  EXPECT_EQ(exitcode_of(SpawnCall("nobody knows it", [](Packer&) { return Result<void>(); })), 1);
}

TEST(Spawn, TheMarkAloneIsNoPayload) {
  const Ends ends;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends.fds[1], STDERR_FILENO);
    ::close(3);
    ::execl("/proc/self/exe", "test", "--mp-spawned", nullptr);
    ::_exit(9);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_THAT(ends.read(), HasSubstr("only mp::Process passes --mp-spawned"));
}

std::string g_setting = "the parent's";
const process::Inherited kSetting(
    "setting", [] { return g_setting; }, [](std::string value) { g_setting = std::move(value); });
void tell_setting(Descriptor to) { write_text(to, g_setting); }
const SpawnFunction kTellSetting("tell_setting", tell_setting);

TEST(Spawn, InheritsWhatIsRegistered) {
  const Ends ends;
  g_setting = "changed";
  EXPECT_EQ(exitcode_of(kTellSetting.call(Descriptor{ends.fds[1]})), 0);
  EXPECT_EQ(ends.read(), "changed");
}

// The parent's death.

void await_parents_end(Descriptor to) {
  const auto parent = parent_process();
  if (parent->join(kPoll).value_or(true)) throw SystemExit(1);
  const int sentinel = *parent->sentinel();
  write_text(to, "waits\n");
  const bool ended = *parent->join(kTestDeadline) &&
                     *base::poll_readable(sentinel, Deadline::after(kPoll)) && !parent->is_alive();
  write_text(to, ended ? "ended" : "?");
}
const SpawnFunction kAwaitParentsEnd("await_parents_end", await_parents_end);

void sleep_after(Descriptor to) {
  write_text(to, "sleeps\n");
  sleep_for_ever();
}
const SpawnFunction kSleepAfter("sleep_after", sleep_after);

enum class Method { Fork, Spawn };

/// A process that starts a child and then waits to be killed; what the child writes is `ends`'.
template <class Function>
Forked parent_of(const Ends& ends, Method method, const Function& function,
                 void (*forked)(Descriptor), ProcessOptions options = {}) {
  return Forked([&, method, forked, options] {
    ::close(ends.fds[0]);
    const Descriptor to{ends.fds[1]};
    Process child = method == Method::Spawn ? Process(function.call(to), options)
                                            : Process([=] { forked(to); }, options);
    EXPECT_EQ(error_of(child.start()), "");
    ::close(ends.fds[1]);
    sleep_for_ever();
  });
}

TEST(ParentsDeath, AChildLearnsOfIt) {
  for (const Method method : {Method::Fork, Method::Spawn}) {
    const Ends ends;
    Forked parent = parent_of(ends, method, kAwaitParentsEnd, await_parents_end);
    EXPECT_EQ(ends.read(), "waits\n");
    parent.kill_and_reap();
    EXPECT_EQ(ends.read(), "ended");
  }
}

TEST(ParentsDeath, AChildMayAskToBeKilledWithIt) {
  for (const Method method : {Method::Fork, Method::Spawn}) {
    Ends ends;
    Forked parent =
        parent_of(ends, method, kSleepAfter, sleep_after, {.parent_death_signal = SIGKILL});
    EXPECT_EQ(ends.read(), "sleeps\n");
    ::close(ends.fds[1]);
    parent.kill_and_reap();
    EXPECT_EQ(ends.read(), "") << "nobody is left who holds the other end";
    ends.fds[1] = ::dup(ends.fds[0]);
  }
}

TEST(ParentsDeath, OfAThreadThatStartedTheChildIsNone) {
  Process child([] { sleep_for_ever(); }, {.parent_death_signal = SIGKILL});
  std::thread([&] { EXPECT_TRUE(child.start()); }).join();
  EXPECT_FALSE(*child.join(std::chrono::milliseconds(50)));
  EXPECT_TRUE(child.kill());
  EXPECT_TRUE(*child.join(kTestDeadline));
}

}  // namespace
}  // namespace mp

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--without-spawn-main") {
    mp::Process child(mp::kEnd.call("return", 0));
    const auto started = child.start();
    return !started && started.error().message.find("mp::spawn_main") != std::string::npos ? 0 : 1;
  }
  mp::spawn_main(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
