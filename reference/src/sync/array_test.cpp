#include "mp/array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/dynamic_array.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::nullopt_t kNone = std::nullopt;

template <ScalarType T>
std::span<const T> list(std::initializer_list<T> items) {
  return {items.begin(), items.size()};
}

TEST(Array, IsZeroedOrInitialised) {
  EXPECT_THAT(*Array<int>::create(3)->slice(), ElementsAre(0, 0, 0));
  EXPECT_THAT(*Array<double>::create(list({1.5, 2.5}))->slice(), ElementsAre(1.5, 2.5));
  EXPECT_EQ(Array<char>::create(0)->size(), 0u);
  EXPECT_THAT(*Array<int>::create(0)->slice(), IsEmpty());
}

TEST(Array, IndexesLikeAList) {
  const Array<int> array = *Array<int>::create(list({10, 11, 12}));
  EXPECT_EQ(*array.get(0), 10);
  EXPECT_EQ(*array.get(-1), 12);
  EXPECT_TRUE(array.set(-3, 20));
  EXPECT_EQ(*array.get(0), 20);
  EXPECT_EQ(array.get(3).error(), (Error{ErrorCode::OutOfRange, "invalid index"}));
  EXPECT_EQ(array.set(-4, 1).error().code, ErrorCode::OutOfRange);
}

TEST(Array, SlicesLikeAList) {
  const Array<int> array = *Array<int>::create(list({0, 1, 2, 3, 4}));
  EXPECT_THAT(*array.slice({1, 4, 2}), ElementsAre(1, 3));
  EXPECT_THAT(*array.slice({kNone, kNone, -1}), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_TRUE(array.set_slice({kNone, kNone, 2}, list({7, 8, 9})));
  EXPECT_THAT(*array.slice(), ElementsAre(7, 1, 8, 3, 9));
  EXPECT_EQ(array.set_slice({0, 2}, list({1})).error(),
            (Error{ErrorCode::OutOfRange, "Can only assign sequence of same size"}));
  EXPECT_EQ(array.slice({kNone, kNone, 0}).error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(*array.slice(), ElementsAre(7, 1, 8, 3, 9));
}

TEST(Array, IsSharedWithAForkedChild) {
  const Array<long> locked = *Array<long>::create(1000);
  const RawArray<long> raw = *RawArray<long>::create(1000);
  Forked child([&] {
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(locked.set(i, i));
    for (long& item : raw.span()) item = 5;
  });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(*locked.get(999), 999);
  EXPECT_THAT(*raw.slice(), Each(5));
}

TEST(Array, TextEndsAtTheFirstNul) {
  const Array<char> array = *Array<char>::create(5);
  EXPECT_EQ(array.value(), "");
  EXPECT_TRUE(array.set_value("abcde"));
  EXPECT_EQ(array.value(), "abcde");
  EXPECT_TRUE(array.set_value("xy"));
  EXPECT_EQ(array.value(), "xy");
  EXPECT_EQ(array.raw(), std::string_view("xy\0de", 5)) << "the tail is left";
  EXPECT_EQ(array.set_value("abcdef").error(),
            (Error{ErrorCode::TooLarge, "byte string too long"}));
}

TEST(Array, SurvivesAKilledHolder) {
  const Array<int> array = *Array<int>::create(4);
  Signal holds;
  Forked holder([&] {
    EXPECT_TRUE(array.acquire());
    EXPECT_TRUE(array.set(1, 6));
    holds.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(holds.await());
  holder.kill_and_reap();
  EXPECT_THAT(*array.slice(), ElementsAre(0, 6, 0, 0));
  EXPECT_EQ(array.acquire().error().code, ErrorCode::OwnerDied);
}

TEST(Array, MayShareALockWithSomethingElse) {
  const Lock lock = *Lock::create();
  const Array<int> array = *Array<int>::create(2, lock);
  const DynamicArray dynamic = *DynamicArray::create(Typecode::i, 2, lock);
  ASSERT_TRUE(array.acquire());
  EXPECT_EQ(dynamic.acquire(kPoll).error().code, ErrorCode::TimedOut);
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(dynamic.set(0, std::int64_t{3}));
}

TEST(Array, MoreThanMemoryIsRefused) {
  EXPECT_EQ(Array<double>::create(~std::size_t{0}).error().code, ErrorCode::TooLarge);
}

Scalar integer(std::int64_t number) { return number; }

TEST(DynamicArray, ConvertsAsAValueDoes) {
  const Scalar initial[] = {integer(1), integer(257), integer(-1)};
  const DynamicArray array = *DynamicArray::create(Typecode::B, initial);
  EXPECT_EQ(array.size(), 3u);
  EXPECT_THAT(*array.slice(), ElementsAre(integer(1), integer(1), integer(255)));
  EXPECT_TRUE(array.set(-1, integer(300)));
  EXPECT_EQ(*array.get(2), integer(44));
  EXPECT_EQ(array.set(0, 1.5).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(array.get(3).error().code, ErrorCode::OutOfRange);
  EXPECT_EQ(DynamicArray::create(Typecode::i, std::span<const Scalar>(std::vector<Scalar>{0.5}))
                .error()
                .code,
            ErrorCode::InvalidArgument);
}

TEST(DynamicArray, ARefusedSliceAssignsNothing) {
  const DynamicRawArray array = *DynamicRawArray::create(Typecode::i, 2);
  const Scalar mixed[] = {integer(1), 2.5};
  EXPECT_EQ(array.set_slice({}, mixed).error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(*array.slice(), ElementsAre(integer(0), integer(0)));
  EXPECT_EQ(array.set_slice({0, 1}, mixed).error().code, ErrorCode::OutOfRange);
  const Scalar good[] = {integer(4), integer(5)};
  EXPECT_TRUE(array.set_slice({kNone, kNone, -1}, good));
  EXPECT_THAT(*array.slice(), ElementsAre(integer(5), integer(4)));
}

TEST(DynamicArray, OnlyCharactersHaveText) {
  const DynamicArray text = *DynamicArray::create(Typecode::c, 4);
  EXPECT_TRUE(text.set_value("ab"));
  EXPECT_EQ(*text.value(), "ab");
  EXPECT_EQ(*text.raw(), std::string_view("ab\0\0", 4));
  EXPECT_EQ(text.set_value("abcde").error().code, ErrorCode::TooLarge);
  EXPECT_EQ(*text.get(0), Scalar(std::byte{'a'}));

  const DynamicArray numbers = *DynamicArray::create(Typecode::i, 4);
  EXPECT_EQ(numbers.value().error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(numbers.raw().error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace mp
