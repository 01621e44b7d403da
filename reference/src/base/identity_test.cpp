#include "base/identity.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"

namespace mp::base {
namespace {

using mp::testing::Forked;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;

/// One word that a forked child shares with its parent.
class SharedWord {
 public:
  SharedWord()
      : word_(static_cast<std::uint32_t*>(::mmap(nullptr, sizeof(std::uint32_t),
                                                 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                                                 -1, 0))) {}
  ~SharedWord() { ::munmap(word_, sizeof(std::uint32_t)); }
  void store(Identity identity) { *word_ = identity.bits(); }
  Identity load() const { return Identity::from_bits(*word_); }

 private:
  std::uint32_t* word_;
};

TEST(Identity, FitsBesideAFlag) {
  const Identity largest((1 << Identity::kNumberBits) - 1, ~std::uint64_t{0});
  EXPECT_EQ(largest.bits() >> 31, 0u);
  EXPECT_EQ(largest.number(), (1 << Identity::kNumberBits) - 1);
  EXPECT_EQ(Identity::from_bits(largest.bits()), largest);
  EXPECT_TRUE(Identity().is_nobody());
}

TEST(Identity, TheMainThreadHasTheNumberOfItsProcess) {
  EXPECT_EQ(this_process().number(), ::getpid());
  EXPECT_EQ(this_thread().number(), ::gettid());
  EXPECT_TRUE(is_process_alive(this_process()));
  EXPECT_TRUE(is_thread_alive(this_thread()));
}

TEST(Identity, AForkedChildIsSomebodyElse) {
  const Identity parent = this_process();
  const Identity parent_thread = this_thread();
  Forked child([&] {
    EXPECT_EQ(this_process().number(), ::getpid());
    EXPECT_NE(this_process(), parent);
    EXPECT_NE(this_thread(), parent_thread);
    EXPECT_TRUE(is_process_alive(parent));
    EXPECT_TRUE(is_thread_alive(parent_thread));
  });
  EXPECT_EQ(child.reap(), 0);
}

TEST(Identity, AKilledProcessIsDeadBeforeAndAfterItIsReaped) {
  SharedWord word;
  Signal ready;
  Forked child([&] {
    word.store(this_process());
    ready.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(ready.await());
  const Identity identity = word.load();
  EXPECT_TRUE(is_process_alive(identity));
  child.kill();
  child.await_end();
  EXPECT_FALSE(is_process_alive(identity)) << "a zombie has ended";
  EXPECT_EQ(child.reap(), -SIGKILL);
  EXPECT_FALSE(is_process_alive(identity));
}

TEST(Identity, AProcessWhoseFirstThreadEndedLivesOn) {
  SharedWord process;
  Signal ready;
  Forked child([&] {
    process.store(this_process());
    std::thread([&] {
      // The first thread is a zombie as soon as its state says so; until then it merely is about to
      // be.
      while (is_thread_alive(process.load())) std::this_thread::yield();
      ready.raise();
      sleep_for_ever();
    }).detach();
    ::syscall(SYS_exit,
              0);  // this thread alone; pthread_exit would unwind through the test's frames
  });
  ASSERT_TRUE(ready.await());
  EXPECT_TRUE(is_process_alive(process.load()));
  EXPECT_FALSE(is_thread_alive(process.load()));
}

TEST(Identity, AThreadThatEndedIsDeadWhileItsProcessLives) {
  Identity identity;
  std::thread([&] { identity = this_thread(); }).join();
  EXPECT_NE(identity, this_thread());
  EXPECT_FALSE(is_thread_alive(identity));
}

TEST(Identity, AnotherProcessWithTheSameNumberIsNotTheSame) {
  const Identity mine = this_process();
  const Identity namesake = Identity::from_bits(mine.bits() ^ (1u << Identity::kNumberBits));
  EXPECT_EQ(namesake.number(), mine.number());
  EXPECT_FALSE(is_process_alive(namesake));
}

TEST(Identity, ANameWithParenthesesDoesNotConfuseIt) {
  SharedWord word;
  Signal ready;
  Forked child([&] {
    ::prctl(PR_SET_NAME, ") Z 1 (");
    word.store(this_process());
    ready.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(ready.await());
  EXPECT_TRUE(is_process_alive(word.load()));
}

}  // namespace
}  // namespace mp::base
