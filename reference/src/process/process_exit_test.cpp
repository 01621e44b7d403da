// What the normal exit of a program does with its children. The program is a bare forked process
// that leaves by std::exit, as main does.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/process.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;

TEST(ProcessExit, NonDaemonicChildrenAreJoined) {
  Signal go;
  Signal child_done;
  Forked program([&] {
    Process child([&] {
      go.await();
      child_done.raise();
    });
    EXPECT_TRUE(child.start());
    std::exit(3);
  });
  go.raise();
  EXPECT_EQ(program.reap(), 3);
  EXPECT_TRUE(child_done.came_within(kPoll)) << "the program ended before its child";
}

TEST(ProcessExit, DaemonicChildrenAreTerminated) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Forked program([&] {
    Process child(sleep_for_ever, {.daemon = true});
    EXPECT_TRUE(child.start());
    std::exit(0);
  });
  EXPECT_EQ(program.reap(), 0) << "it did not wait for the daemonic child for ever";
  ::close(ends[1]);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0) << "nobody is left who holds the other end";
  ::close(ends[0]);
}

TEST(ProcessExit, AChildJoinsItsOwnChildren) {
  Signal go;
  Signal grandchild_done;
  Process child([&] {
    Process grandchild([&] {
      go.await();
      grandchild_done.raise();
    });
    EXPECT_TRUE(grandchild.start());
    throw SystemExit(5);
  });
  ASSERT_TRUE(child.start());
  EXPECT_FALSE(*child.join(std::chrono::milliseconds(20)));
  go.raise();
  ASSERT_TRUE(*child.join(mp::testing::kTestDeadline));
  EXPECT_EQ(*child.exitcode(), 5);
  EXPECT_TRUE(grandchild_done.came_within(kPoll));
}

TEST(ProcessExit, AForkByOtherMeansDoesNotFinishTheChildrenOfItsParent) {
  Signal go;
  Process child([&] { go.await(); });
  ASSERT_TRUE(child.start());
  Forked stranger([] { std::exit(0); });
  EXPECT_EQ(stranger.reap(), 0) << "it waited for a child that is not its own";
  EXPECT_TRUE(*child.is_alive());
  go.raise();
  EXPECT_TRUE(*child.join(mp::testing::kTestDeadline));
}

TEST(ProcessExit, BufferedOutputIsWrittenOnce) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Forked program([&] {
    ::dup2(ends[1], STDOUT_FILENO);
    std::printf("parent;");
    Process child([] { std::printf("child;"); });
    EXPECT_TRUE(child.start());
    EXPECT_TRUE(child.join(mp::testing::kTestDeadline));
    std::fflush(stdout);
  });
  EXPECT_EQ(program.reap(), 0);
  char text[64] = {};
  EXPECT_GT(::read(ends[0], text, sizeof text - 1), 0);
  EXPECT_STREQ(text, "parent;child;");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace mp
