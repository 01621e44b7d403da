// Objects with the mistakes that the sweep is there to find: it has to find them.
#include <gtest/gtest.h>

#include "base/identity.hpp"
#include "shm/parking.hpp"
#include "shm/segment.hpp"
#include "sweep/sweep.hpp"
#include "sweep/victim.hpp"
#include "sync/robust_lock.hpp"

namespace mp::sweep {
namespace {

using shm::FutexWord;

template <class State>
std::shared_ptr<State> make_shared() {
  return require(shm::make_shared_state<State>(), "memory is there");
}

Report sweep_every_instruction(std::function<World()> make) {
  return sweep({"planted", std::move(make)}, {.failures_max = 1});
}
Report sweep_samples(std::function<World()> make) {
  return sweep({"planted", std::move(make)},
               {.points = Points::Sampled, .spread_max = 0, .failures_max = 1});
}

/// A lock that says who holds it in a second step: between the two it is held by nobody.
struct ForgetfulLock {
  static constexpr shm::Kind kKind = shm::Kind::Lock;
  static constexpr std::uint16_t kLayoutVersion = 1;
  FutexWord taken{0};
  FutexWord holder{0};

  bool acquire(const Deadline& deadline) {
    std::uint32_t free = 0;
    while (!taken.compare_exchange_strong(free, 1)) {
      const base::Identity seen = base::Identity::from_bits(holder.load());
      if (!seen.is_nobody() && !base::is_process_alive(seen)) break;
      if (deadline.passed()) return false;
      free = 0;
    }
    holder.store(base::this_process().bits());
    return true;
  }
  void release() {
    holder.store(0);
    taken.store(0);
  }
};

World forgetful_lock() {
  const auto lock = make_shared<ForgetfulLock>();
  World world;
  world.operate = [lock] { lock->acquire(Deadline::never()); };
  world.inspect = [lock] {
    require(lock->acquire(Deadline::after(std::chrono::milliseconds(20))), "the lock is to be had");
    lock->release();
  };
  return world;
}

/// A register of two halves under a robust lock, whose user does not look for OwnerDied.
struct Halves {
  static constexpr shm::Kind kKind = shm::Kind::Value;
  static constexpr std::uint16_t kLayoutVersion = 1;
  sync::RobustLock lock;
  std::atomic<std::uint32_t> first{0};
  std::atomic<std::uint32_t> second{0};
};

World torn_halves() {
  const auto halves = make_shared<Halves>();
  World world;
  world.operate = [halves] {
    const sync::RobustGuard guard(halves->lock);
    halves->first.store(1);
    halves->second.store(1);
  };
  world.inspect = [halves] {
    const sync::RobustGuard guard(halves->lock);
    require(halves->first == halves->second, "the halves belong together");
  };
  return world;
}

/// A message that counts as there before it is written: a queue's put with two stores swapped.
struct HastyMailbox {
  static constexpr shm::Kind kKind = shm::Kind::Queue;
  static constexpr std::uint16_t kLayoutVersion = 1;
  std::atomic<std::uint32_t> is_there{0};
  std::atomic<std::uint32_t> message{0};
};

World hasty_mailbox() {
  const auto mailbox = make_shared<HastyMailbox>();
  World world;
  world.operate = [mailbox] {
    mailbox->is_there.store(1);
    mailbox->message.store(7);
  };
  world.inspect = [mailbox] {
    require(mailbox->is_there == 0 || mailbox->message == 7, "a message that is there is written");
  };
  return world;
}

/// A flag whose waiters rely on being woken.
struct TrustingFlag {
  static constexpr shm::Kind kKind = shm::Kind::Event;
  static constexpr std::uint16_t kLayoutVersion = 1;
  FutexWord flag{0};
};

World lost_wake_up() {
  const auto state = make_shared<TrustingFlag>();
  World world;
  world.bystanders = {[state] { shm::futex_wait(state->flag, 0, std::chrono::minutes(1)); }};
  world.operate = [state] {
    state->flag.store(1);
    shm::futex_wake_all(state->flag);
  };
  world.inspect = [state] {
    if (state->flag.exchange(1) == 0) shm::futex_wake_all(state->flag);
  };
  return world;
}

class PlantedMistake : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Victim::is_possible())
      GTEST_SKIP() << "this system does not let a process trace its child";
  }
};

TEST_F(PlantedMistake, AnOwnerThatIsRecordedTooLate) {
  EXPECT_EQ(sweep_every_instruction(forgetful_lock).broken, 1);
  EXPECT_EQ(sweep_samples(forgetful_lock).broken, 1);
}

TEST_F(PlantedMistake, AnUpdateThatIsTorn) {
  EXPECT_EQ(sweep_every_instruction(torn_halves).broken, 1);
  EXPECT_EQ(sweep_samples(torn_halves).broken, 1);
}

TEST_F(PlantedMistake, ACommitBeforeTheData) {
  EXPECT_EQ(sweep_every_instruction(hasty_mailbox).broken, 1);
  EXPECT_EQ(sweep_samples(hasty_mailbox).broken, 1);
}

TEST_F(PlantedMistake, AWakeUpThatIsLost) {
  const Report report = sweep({"planted", lost_wake_up}, {.points = Points::Sampled,
                                                          .spread_max = 0,
                                                          .failures_max = 1,
                                                          .deadline = std::chrono::seconds(1)});
  EXPECT_EQ(report.stuck, 1);
}

}  // namespace
}  // namespace mp::sweep
