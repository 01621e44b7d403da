#include "mp/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace mp {
namespace {

Result<int> halve(int number) {
  if (number % 2 != 0) return Error{ErrorCode::InvalidArgument, "odd"};
  return number / 2;
}

Result<std::string> describe_half(int number) {
  MP_TRY_ASSIGN(const int half, halve(number));
  return std::to_string(half);
}

Result<void> check_even(int number) {
  MP_TRY(halve(number));
  return {};
}

TEST(Result, CarriesAValueOrAnError) {
  const Result<int> good = halve(8);
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, 4);
  EXPECT_EQ(good.value_or(9), 4);

  const Result<int> bad = halve(7);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error(), (Error{ErrorCode::InvalidArgument, "odd"}));
  EXPECT_EQ(bad.value_or(9), 9);
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 3);
}

TEST(Result, PropagatesErrors) {
  EXPECT_EQ(*describe_half(8), "4");
  EXPECT_EQ(describe_half(7).error().message, "odd");
  EXPECT_TRUE(check_even(2));
  EXPECT_EQ(check_even(3).error().code, ErrorCode::InvalidArgument);
}

TEST(ResultDeathTest, LookingAtWhatIsNotThereStopsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(*halve(7)), "broken invariant");
  EXPECT_DEATH(static_cast<void>(halve(8).error()), "broken invariant");
  EXPECT_DEATH(check_even(3).value(), "broken invariant");
}

TEST(ErrorCode, TheIndefiniteOnesComeLast) {
  EXPECT_TRUE(is_definite(ErrorCode::Empty));
  EXPECT_TRUE(is_definite(ErrorCode::Remote));
  EXPECT_FALSE(is_definite(ErrorCode::OwnerDied));
  EXPECT_FALSE(is_definite(ErrorCode::System));
}

TEST(ErrorCode, NamesItself) {
  EXPECT_EQ(to_string(ErrorCode::BrokenBarrier), "BrokenBarrier");
  EXPECT_EQ(to_string(ErrorCode::Empty), "Empty");
  EXPECT_EQ(to_string(ErrorCode::System), "System");
}

}  // namespace
}  // namespace mp
