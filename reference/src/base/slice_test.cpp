#include "mp/slice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace mp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::size_t> selected(Slice slice, std::size_t length) {
  const SliceRange range = *select(slice, length);
  std::vector<std::size_t> indices;
  for (std::size_t n = 0; n < range.count; ++n) indices.push_back(range[n]);
  return indices;
}

constexpr std::nullopt_t kNone = std::nullopt;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(Slice, SelectsAsPythonDoes) {
  EXPECT_THAT(selected({}, 4), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(selected({1, 3}, 4), ElementsAre(1, 2));
  EXPECT_THAT(selected({-2, kNone}, 4), ElementsAre(2, 3));
  EXPECT_THAT(selected({kNone, -1}, 4), ElementsAre(0, 1, 2));
  EXPECT_THAT(selected({kNone, kNone, 2}, 5), ElementsAre(0, 2, 4));
  EXPECT_THAT(selected({kNone, kNone, -1}, 3), ElementsAre(2, 1, 0));
  EXPECT_THAT(selected({4, 0, -2}, 5), ElementsAre(4, 2));
  EXPECT_THAT(selected({3, 1}, 4), IsEmpty());
  EXPECT_THAT(selected({}, 0), IsEmpty());
  EXPECT_THAT(selected({kNone, kNone, -1}, 0), IsEmpty());
}

TEST(Slice, CutsOffWhatLiesOutside) {
  EXPECT_THAT(selected({-100, 100}, 2), ElementsAre(0, 1));
  EXPECT_THAT(selected({100, -100, -1}, 2), ElementsAre(1, 0));
  EXPECT_THAT(selected({kLeast, kMost, kMost}, 2), ElementsAre(0));
  EXPECT_THAT(selected({kMost, kLeast, kLeast}, 2), ElementsAre(1));
}

TEST(Slice, AStepOfZeroIsAnError) {
  EXPECT_EQ(select(Slice{kNone, kNone, 0}, 3).error().code, ErrorCode::InvalidArgument);
}

TEST(Index, CountsFromTheEndWhenNegative) {
  EXPECT_EQ(*select(0, 3), 0u);
  EXPECT_EQ(*select(-1, 3), 2u);
  EXPECT_EQ(*select(-3, 3), 0u);
  EXPECT_EQ(select(3, 3).error().code, ErrorCode::OutOfRange);
  EXPECT_EQ(select(-4, 3).error().code, ErrorCode::OutOfRange);
  EXPECT_EQ(select(kLeast, 3).error().code, ErrorCode::OutOfRange);
  EXPECT_EQ(select(0, 0).error().code, ErrorCode::OutOfRange);
}

}  // namespace
}  // namespace mp
