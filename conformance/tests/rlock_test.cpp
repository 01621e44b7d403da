// RLOCK: one thread of one process at a time, as often as it likes.
#include "tests/support/holders.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class RLockConformance : public Conformance {
 protected:
  static Outcome acquire(Actor& actor, const Object& lock, const Args& args = {}) {
    return actor.call(lock, "acquire", args);
  }
  static Outcome release(Actor& actor, const Object& lock) { return actor.call(lock, "release"); }

  /// A lock that the main process holds at this level.
  Object held_lock(int level = 1) {
    const Object lock = main().make("RLock");
    for (int i = 0; i < level; ++i) EXPECT_THAT(acquire(main(), lock), Returns(true));
    return lock;
  }
  /// Told by another actor than the holder.
  static void expect_held(Actor& other, const Object& lock) {
    EXPECT_THAT(acquire(other, lock, {false}), Returns(false));
  }
  static void expect_free(Actor& actor, const Object& lock) {
    EXPECT_THAT(acquire(actor, lock, {false}), Returns(true));
    EXPECT_THAT(release(actor, lock), Returns(Value()));
  }
  /// The main process holds the lock at exactly this level; then it is free.
  void expect_level(int level, const Object& lock, Actor& other) {
    for (int i = 0; i < level; ++i) {
      expect_held(other, lock);
      EXPECT_THAT(release(main(), lock), Returns(Value()));
    }
    expect_free(other, lock);
  }
};

TEST_F(RLockConformance, RLOCK_001_TheHolderAcquiresAgain) {
  const Object lock = held_lock();
  EXPECT_THAT(acquire(main(), lock), Returns(true));
  EXPECT_THAT(acquire(main(), lock), Returns(true));
}

TEST_F(RLockConformance, RLOCK_001_AThreadAcquiresAgain) {
  main().need_feature("threads");
  const Object lock = main().make("RLock");
  EXPECT_THAT(main().begin_on("t1", lock, "acquire").wait(), Returns(true));
  EXPECT_THAT(main().begin_on("t1", lock, "acquire").wait(), Returns(true));
}

TEST_F(RLockConformance, RLOCK_002_FreeWithTheLastRelease) {
  for (const int level : {1, 2, 5}) {
    const Object lock = held_lock(level);
    const Child child = main().spawn({lock});
    expect_level(level, lock, child.actor);
  }
}

TEST_F(RLockConformance, RLOCK_002_AcquiresThatFailedDoNotCount) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  for (int i = 0; i < 3; ++i) expect_held(child.actor, lock);
  EXPECT_THAT(release(main(), lock), Returns(Value()));
  EXPECT_THAT(acquire(child.actor, lock), Returns(true));
  EXPECT_THAT(release(child.actor, lock), Returns(Value()));
  expect_free(main(), lock);
}

TEST_F(RLockConformance, RLOCK_003_AnotherProcessWaits) {
  const Object lock = main().make("RLock");
  const Child child = main().spawn({lock});
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), lock), Returns(true));
        return child.actor.begin(lock, "acquire");
      },
      [&] { return release(main(), lock); }, [&] { release(child.actor, lock); });
  EXPECT_THAT(outcome, Returns(true));
  expect_held(main(), lock);
}

TEST_F(RLockConformance, RLOCK_003_AnotherThreadWaits) {
  main().need_feature("threads");
  const Object lock = main().make("RLock");
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), lock), Returns(true));
        return main().begin_on("t1", lock, "acquire");
      },
      [&] { return release(main(), lock); },
      [&] { static_cast<void>(main().begin_on("t1", lock, "release").wait()); });
  EXPECT_THAT(outcome, Returns(true));
  expect_held(main(), lock);
}

TEST_F(RLockConformance, RLOCK_003_FalseWithoutWaiting) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  for (const Value& timeout : {Value(), Value(-1), Value(3600.0)}) {
    EXPECT_THAT(acquire(child.actor, lock, {false, timeout}), Returns(false)) << timeout;
  }
}

TEST_F(RLockConformance, RLOCK_003_FalseAfterTheTimeout) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  const Outcome outcome = acquire(child.actor, lock, {true, 0.05});
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_GE(duration(outcome), 50ms);
}

TEST_F(RLockConformance, RLOCK_003_FalseForAnotherThread) {
  main().need_feature("threads");
  const Object lock = held_lock();
  EXPECT_THAT(main().begin_on("t1", lock, "acquire", {false}).wait(), Returns(false));
  const Outcome outcome = main().begin_on("t1", lock, "acquire", {true, 0.05}).wait();
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_GE(duration(outcome), 50ms);
}

TEST_F(RLockConformance, RLOCK_004_AnotherProcessMayNotRelease) {
  const Object lock = held_lock(2);
  const Child child = main().spawn({lock});
  EXPECT_THAT(release(child.actor, lock), FailsWith("AssertionError"));
  expect_level(2, lock, child.actor);
}

TEST_F(RLockConformance, RLOCK_004_AParentMayNotReleaseForItsChild) {
  const Object lock = main().make("RLock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(child.actor, lock), Returns(true));
  EXPECT_THAT(release(main(), lock), FailsWith("AssertionError"));
  expect_held(main(), lock);
  EXPECT_THAT(release(child.actor, lock), Returns(Value()));
  expect_free(main(), lock);
}

TEST_F(RLockConformance, RLOCK_004_AnotherThreadMayNotRelease) {
  main().need_feature("threads");
  const Object lock = held_lock(2);
  const Child child = main().spawn({lock});
  EXPECT_THAT(main().begin_on("t1", lock, "release").wait(), FailsWith("AssertionError"));
  expect_level(2, lock, child.actor);
}

TEST_F(RLockConformance, RLOCK_005_AFreeLockIsNotReleased) {
  const Object lock = main().make("RLock");
  const Child child = main().spawn({lock});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(release(main(), lock), FailsWith("AssertionError"));
    EXPECT_THAT(release(child.actor, lock), FailsWith("AssertionError"));
    EXPECT_THAT(acquire(main(), lock), Returns(true));
    expect_held(child.actor, lock);
    EXPECT_THAT(release(main(), lock), Returns(Value()));
  }
}

TEST_F(RLockConformance, RLOCK_006_AChildDoesNotHoldWhatItsParentHolds) {
  const Object lock = held_lock(2);
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(child.actor, lock, {false}), Returns(false));
  EXPECT_THAT(release(child.actor, lock), FailsWith("AssertionError"));
  expect_level(2, lock, child.actor);
}

TEST_F(RLockConformance, RLOCK_007_TheHolderNeverWaits) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  const std::vector<Args> ways = {{false},      {true, 0},      {true, -1},
                                  {true, 0.05}, {true, 3600.0}, {false, 3600.0}};
  for (const Args& way : ways) EXPECT_THAT(acquire(main(), lock, way), Returns(true));
  expect_level(1 + static_cast<int>(ways.size()), lock, child.actor);
}

TEST_F(RLockConformance, RLOCK_008_NeverTwoHolders) {
  const Object lock = main().make("RLock");
  const Child one = main().spawn({lock});
  const Child other = main().spawn({lock});
  EXPECT_LE(race_for(adapter(), {&main(), &one.actor, &other.actor}, lock), 1U);
}

TEST_F(RLockConformance, RLOCK_008_NeverTwoHoldersOfSeveralLevels) {
  const Object lock = main().make("RLock");
  const Child one = main().spawn({lock});
  const Child other = main().spawn({lock});
  EXPECT_LE(race_for(adapter(), {&main(), &one.actor, &other.actor}, lock, 1, 3), 1U);
}

}  // namespace
}  // namespace mpspec
