#include "mp/clock.hpp"

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, ForeverNeverPasses) {
  const Deadline deadline = Deadline::after(kForever);
  EXPECT_TRUE(deadline.is_never());
  EXPECT_FALSE(deadline.passed());
  EXPECT_EQ(deadline.remaining(), kForever);
}

TEST(Deadline, ATimeoutBeyondTheClockIsForever) {
  EXPECT_TRUE(Deadline::after(kForever - 1ns).is_never());
}

TEST(Deadline, ZeroAndNegativeHavePassedAtOnce) {
  EXPECT_TRUE(Deadline::after(kPoll).passed());
  EXPECT_TRUE(Deadline::after(-5s).passed());
  EXPECT_EQ(Deadline::after(Timeout::min()).remaining(), 0ns);
}

TEST(Deadline, AFutureMomentHasNotPassed) {
  const Deadline deadline = Deadline::after(1h);
  EXPECT_FALSE(deadline.passed());
  EXPECT_GT(deadline.remaining(), 59min);
  EXPECT_LE(deadline.remaining(), 1h);
}

}  // namespace
}  // namespace mp
