// MSYNC: recursive locks and semaphores in a manager's server.
#include "tests/support/managed.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class ManagedSyncConformance : public ManagedConformance {
 protected:
  static Outcome acquire(Actor& actor, const Object& lock) { return actor.call(lock, "acquire"); }
  static Outcome try_acquire(Actor& actor, const Object& lock) {
    return actor.call(lock, "acquire", {}, {{"blocking", false}});
  }
  static Outcome release(Actor& actor, const Object& lock) { return actor.call(lock, "release"); }
  /// The same operation on another thread of actor 0.
  Outcome in_thread(const Object& lock, const std::string& method, const Args& args = {}) {
    return main().begin_on("other", lock, method, args).wait();
  }
};

TEST_F(ManagedSyncConformance, MSYNC_001_TheHolderAcquiresAgainAndReleasesAsOften) {
  const Object lock = make("RLock");
  const Child child = main().spawn({lock});
  for (int level = 0; level < 3; ++level) EXPECT_THAT(acquire(main(), lock), Returns(true));
  for (int level = 0; level < 3; ++level) {
    EXPECT_THAT(try_acquire(child.actor, lock), Returns(false));
    EXPECT_THAT(release(main(), lock), Returns(kNone));
  }
  EXPECT_THAT(try_acquire(child.actor, lock), Returns(true));
}

TEST_F(ManagedSyncConformance, MSYNC_002_AnotherProcessWaits) {
  const Object lock = make("RLock");
  const Child child = main().spawn({lock});
  acquire(main(), lock);
  EXPECT_THAT(try_acquire(child.actor, lock), Returns(false));
  const auto give_back = [&] {
    release(child.actor, lock);
    acquire(main(), lock);
  };
  const Outcome acquired = expect_waits([&] { return child.actor.begin(lock, "acquire"); },
                                        [&] { return release(main(), lock); }, give_back);
  EXPECT_THAT(acquired, Returns(true));
  EXPECT_THAT(try_acquire(main(), lock), Returns(false));
}

TEST_F(ManagedSyncConformance, MSYNC_002_AnotherThreadWaits) {
  main().need_feature("threads");
  const Object lock = make("RLock");
  acquire(main(), lock);
  EXPECT_THAT(in_thread(lock, "acquire", {false}), Returns(false));
  const auto give_back = [&] {
    in_thread(lock, "release");
    acquire(main(), lock);
  };
  const Outcome acquired = expect_waits([&] { return main().begin_on("other", lock, "acquire"); },
                                        [&] { return release(main(), lock); }, give_back);
  EXPECT_THAT(acquired, Returns(true));
  EXPECT_THAT(try_acquire(main(), lock), Returns(false));
}

TEST_F(ManagedSyncConformance, MSYNC_003_OnlyTheHolderReleases) {
  main().need_feature("threads");
  const Object lock = make("RLock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(release(main(), lock), FailsWith("RuntimeError"));
  acquire(main(), lock);
  acquire(main(), lock);
  for (int level = 0; level < 2; ++level) {
    EXPECT_THAT(release(child.actor, lock), FailsWith("RuntimeError"));
    EXPECT_THAT(in_thread(lock, "release"), FailsWith("RuntimeError"));
    EXPECT_THAT(try_acquire(child.actor, lock), Returns(false));
    EXPECT_THAT(release(main(), lock), Returns(kNone));
  }
  EXPECT_THAT(release(main(), lock), FailsWith("RuntimeError"));
  EXPECT_THAT(try_acquire(child.actor, lock), Returns(true));
}

TEST_F(ManagedSyncConformance, MSYNC_004_ASemaphoreLetsAsManyInAsItsValue) {
  const Object semaphore = make("Semaphore", {3});
  const Child child = main().spawn({semaphore});
  EXPECT_THAT(acquire(main(), semaphore), Returns(true));
  EXPECT_THAT(acquire(child.actor, semaphore), Returns(true));
  EXPECT_THAT(acquire(main(), semaphore), Returns(true));
  EXPECT_THAT(try_acquire(main(), semaphore), Returns(false));
  EXPECT_THAT(try_acquire(child.actor, semaphore), Returns(false));
  const Outcome acquired = expect_waits([&] { return child.actor.begin(semaphore, "acquire"); },
                                        [&] { return release(main(), semaphore); });
  EXPECT_THAT(acquired, Returns(true));
  EXPECT_THAT(try_acquire(main(), semaphore), Returns(false));
}

TEST_F(ManagedSyncConformance, MSYNC_004_ReleaseMayExceedTheInitialValue) {
  const Object semaphore = make("Semaphore");
  EXPECT_THAT(release(main(), semaphore), Returns(kNone));
  EXPECT_THAT(release(main().spawn({semaphore}).actor, semaphore), Returns(kNone));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(try_acquire(main(), semaphore), Returns(true));
  EXPECT_THAT(try_acquire(main(), semaphore), Returns(false));
}

TEST_F(ManagedSyncConformance, MSYNC_005_ABoundedSemaphoreLetsAsManyInAsItsValue) {
  const Object semaphore = make("BoundedSemaphore", {2});
  const Child child = main().spawn({semaphore});
  EXPECT_THAT(acquire(main(), semaphore), Returns(true));
  EXPECT_THAT(acquire(main(), semaphore), Returns(true));
  EXPECT_THAT(try_acquire(child.actor, semaphore), Returns(false));
  const Outcome acquired = expect_waits([&] { return child.actor.begin(semaphore, "acquire"); },
                                        [&] { return release(main(), semaphore); });
  EXPECT_THAT(acquired, Returns(true));
}

TEST_F(ManagedSyncConformance, MSYNC_005_ABoundedSemaphoreIsNotReleasedTooOften) {
  const Object semaphore = make("BoundedSemaphore", {2});
  EXPECT_THAT(release(main(), semaphore), FailsWith("ValueError"));
  acquire(main(), semaphore);
  EXPECT_THAT(release(main(), semaphore), Returns(kNone));
  EXPECT_THAT(release(main().spawn({semaphore}).actor, semaphore), FailsWith("ValueError"));
  for (int i = 0; i < 2; ++i) EXPECT_THAT(try_acquire(main(), semaphore), Returns(true));
  EXPECT_THAT(try_acquire(main(), semaphore), Returns(false));
}

TEST_F(ManagedSyncConformance, MSYNC_006_NotBeforeTheTimeoutHasPassed) {
  for (const std::string type : {"RLock", "Semaphore", "BoundedSemaphore"}) {
    const Object lock = make(type);
    const Child child = main().spawn({lock});
    acquire(main(), lock);
    const Outcome timed = child.actor.call(lock, "acquire", {}, {{"timeout", 0.05}});
    EXPECT_THAT(timed, Returns(false)) << type;
    EXPECT_GE(duration(timed), 50ms) << type;
    EXPECT_THAT(try_acquire(child.actor, lock), Returns(false)) << type;
    EXPECT_THAT(release(main(), lock), Returns(kNone)) << type;
    EXPECT_THAT(try_acquire(child.actor, lock), Returns(true)) << type;
    EXPECT_THAT(try_acquire(main(), lock), Returns(false)) << type;
  }
}

}  // namespace
}  // namespace mpspec
