#include "base/poll.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace mp::base {
namespace {

using namespace std::chrono_literals;

class Poll : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }

  UniqueFd reader_;
  UniqueFd writer_;
};

TEST_F(Poll, WaitsItsTimeoutOut) {
  const Clock::time_point started = Clock::now();
  const Result<bool> readable = poll_readable(reader_.get(), Deadline::after(20ms));
  EXPECT_GE(Clock::now() - started, 20ms);
  ASSERT_TRUE(readable);
  EXPECT_FALSE(*readable);
}

TEST_F(Poll, SeesDataAndTheEnd) {
  ASSERT_EQ(::write(writer_.get(), "x", 1), 1);
  EXPECT_TRUE(*poll_readable(reader_.get(), Deadline::never()));
  char byte = 0;
  ASSERT_EQ(::read(reader_.get(), &byte, 1), 1);
  EXPECT_FALSE(*poll_readable(reader_.get(), Deadline::after(-1s)));
  writer_.reset();
  EXPECT_TRUE(*poll_readable(reader_.get(), Deadline::never()));
}

TEST_F(Poll, AClosedDescriptorIsAnError) {
  const int number = reader_.get();
  reader_.reset();
  EXPECT_EQ(poll_readable(number, Deadline::never()).error().code, ErrorCode::System);
}

TEST(ToTimespec, IsBoundedAndNeverNegative) {
  EXPECT_EQ(to_timespec(-1s).tv_sec, 0);
  EXPECT_EQ(to_timespec(1500ms).tv_sec, 1);
  EXPECT_EQ(to_timespec(1500ms).tv_nsec, 500'000'000);
  EXPECT_EQ(to_timespec(kForever).tv_sec, 3600);
}

}  // namespace
}  // namespace mp::base
