// BOUNDED: a semaphore that refuses to grow.
#include "tests/support/holders.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class BoundedSemaphoreConformance : public Conformance {
 protected:
  static Outcome acquire(Actor& actor, const Object& semaphore, const Args& args = {}) {
    return actor.call(semaphore, "acquire", args);
  }
  static Outcome release(Actor& actor, const Object& semaphore) {
    return actor.call(semaphore, "release");
  }
  /// So many can acquire without waiting, and no more; leaves the value at zero.
  static void expect_value(Actor& actor, const Object& semaphore, int value) {
    for (int i = 0; i < value; ++i)
      EXPECT_THAT(acquire(actor, semaphore, {false}), Returns(true)) << i;
    EXPECT_THAT(acquire(actor, semaphore, {false}), Returns(false));
  }
};

TEST_F(BoundedSemaphoreConformance, BOUNDED_001_TheInitialValueIsOneByDefault) {
  expect_value(main(), main().make("BoundedSemaphore"), 1);
  expect_value(main(), main().make("BoundedSemaphore", {3}), 3);
  expect_value(main(), main().make("BoundedSemaphore", {0}), 0);
}

TEST_F(BoundedSemaphoreConformance, BOUNDED_001_AcquireWaitsForARelease) {
  const Object semaphore = main().make("BoundedSemaphore", {2});
  const Child child = main().spawn({semaphore});
  EXPECT_THAT(acquire(child.actor, semaphore), Returns(true));
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), semaphore), Returns(true));
        return child.actor.begin(semaphore, "acquire");
      },
      [&] { return release(main(), semaphore); }, [&] { release(main(), semaphore); });
  EXPECT_THAT(outcome, Returns(true));
}

TEST_F(BoundedSemaphoreConformance, BOUNDED_001_AcquireGivesUp) {
  const Object semaphore = main().make("BoundedSemaphore", {0});
  const Outcome outcome = acquire(main(), semaphore, {true, 0.05});
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_GE(duration(outcome), 50ms);
}

TEST_F(BoundedSemaphoreConformance, BOUNDED_001_NeverMoreThanTwo) {
  const Object semaphore = main().make("BoundedSemaphore", {2});
  std::vector<Actor*> actors = {&main()};
  for (int i = 0; i < 3; ++i) actors.push_back(&main().spawn({semaphore}).actor);
  EXPECT_LE(race_for(adapter(), actors, semaphore, 2), 2U);
}

TEST_F(BoundedSemaphoreConformance, BOUNDED_002_NotAboveTheInitialValue) {
  for (const int n : {0, 1, 3}) {
    const Object semaphore = main().make("BoundedSemaphore", {n});
    EXPECT_THAT(release(main(), semaphore), FailsWith("ValueError")) << n;
    EXPECT_THAT(release(main(), semaphore), FailsWith("ValueError")) << n;
    expect_value(main(), semaphore, n);
    for (int i = 0; i < n; ++i) EXPECT_THAT(release(main(), semaphore), Returns(Value()));
    EXPECT_THAT(release(main(), semaphore), FailsWith("ValueError")) << n;
    expect_value(main(), semaphore, n);
  }
}

TEST_F(BoundedSemaphoreConformance, BOUNDED_003_AllProcessesTogether) {
  const Object semaphore = main().make("BoundedSemaphore", {2});
  const Child one = main().spawn({semaphore});
  const Child other = main().spawn({semaphore});
  EXPECT_THAT(acquire(one.actor, semaphore), Returns(true));
  EXPECT_THAT(acquire(one.actor, semaphore), Returns(true));
  EXPECT_THAT(release(other.actor, semaphore), Returns(Value()));
  EXPECT_THAT(release(main(), semaphore), Returns(Value()));
  for (Actor* actor : {&one.actor, &other.actor, &main()})
    EXPECT_THAT(release(*actor, semaphore), FailsWith("ValueError"));
  expect_value(main(), semaphore, 2);
}

}  // namespace
}  // namespace mpspec
