#include "model/sequence.hpp"

#include <gtest/gtest.h>

namespace mpspec {
namespace {

std::vector<std::size_t> selected(const Value& slice, std::size_t length) {
  return std::get<SliceRange>(slice_range(*slice.get_if<Slice>(), length)).positions();
}

std::string select_error(const Value& slice) {
  return std::get<ModelError>(slice_range(*slice.get_if<Slice>(), 5)).type;
}

using Positions = std::vector<std::size_t>;

TEST(SliceRange, Forwards) {
  EXPECT_EQ(selected(slice({}, {}), 3), (Positions{0, 1, 2}));
  EXPECT_EQ(selected(slice(1, -1), 4), (Positions{1, 2}));
  EXPECT_EQ(selected(slice(-100, 100, 2), 5), (Positions{0, 2, 4}));
  EXPECT_EQ(selected(slice(3, 1), 5), Positions());
  EXPECT_EQ(selected(slice(true, {}), 2), Positions{1});
  EXPECT_EQ(selected(slice({}, {}, BigInt(BigInt(1) << 80)), 5), Positions{0});
}

TEST(SliceRange, Backwards) {
  EXPECT_EQ(selected(slice({}, {}, -1), 3), (Positions{2, 1, 0}));
  EXPECT_EQ(selected(slice(-1, -100, -2), 5), (Positions{4, 2, 0}));
  EXPECT_EQ(selected(slice(1, {}, -1), 5), (Positions{1, 0}));
  EXPECT_EQ(selected(slice({}, {}, -1), 0), Positions());
  EXPECT_EQ(selected(slice(-9, {}, -1), 5), Positions());
  EXPECT_EQ(selected(slice(100, 2, -3), 5), Positions{4});
}

TEST(SliceRange, AnEmptySelectionKeepsWhereItStarts) {
  EXPECT_EQ(std::get<SliceRange>(slice_range(*slice(3, 1).get_if<Slice>(), 5)).start, 3U);
  EXPECT_EQ(std::get<SliceRange>(slice_range(*slice(9, 9).get_if<Slice>(), 5)).start, 5U);
}

TEST(SliceRange, WrongSlices) {
  EXPECT_EQ(select_error(slice("a", {})), "TypeError");
  EXPECT_EQ(select_error(slice({}, 1.0)), "TypeError");
  EXPECT_EQ(select_error(slice({}, {}, "a")), "TypeError");
  EXPECT_EQ(select_error(slice({}, {}, 0)), "ValueError");
  EXPECT_EQ(select_error(slice("a", {}, 0)), "ValueError");
}

TEST(Iterate, WhatEachKindYields) {
  EXPECT_EQ(list(*iterate("a\xc3\xa9\xf0\x9f\x90\x8d")),
            list({"a", "\xc3\xa9", "\xf0\x9f\x90\x8d"}));
  EXPECT_EQ(list(*iterate(bytes("\xff"))), list({255}));
  EXPECT_EQ(list(*iterate(dict({{"k", 1}}))), list({"k"}));
  EXPECT_EQ(list(*iterate(Range{{5, 0, -2}})), list({5, 3, 1}));
  EXPECT_FALSE(iterate(5).has_value());
  EXPECT_FALSE(iterate(Value()).has_value());
}

TEST(Position, CountsFromEitherEnd) {
  EXPECT_EQ(position_of(-1, 3), 2U);
  EXPECT_EQ(position_of(-3, 3), 0U);
  EXPECT_FALSE(position_of(-4, 3).has_value());
  EXPECT_FALSE(position_of(3, 3).has_value());
  EXPECT_EQ(clamped(-4, 3), 0U);
  EXPECT_EQ(clamped(9, 3), 3U);
}

}  // namespace
}  // namespace mpspec
