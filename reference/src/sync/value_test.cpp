#include "mp/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/dynamic_value.hpp"
#include "mp/guard.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;

TEST(Value, IsSharedWithAForkedChild) {
  const Value<int> value = *Value<int>::create(5);
  const RawValue<double> raw = *RawValue<double>::create();
  EXPECT_EQ(value.value(), 5);
  EXPECT_EQ(raw.value(), 0.0);
  Forked child([&] {
    value.set_value(-7);
    raw.set_value(2.5);
  });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value.value(), -7);
  EXPECT_EQ(raw.value(), 2.5);
}

TEST(Value, CountsExactlyUnderItsLock) {
  const Value<long> value = *Value<long>::create();
  std::vector<Forked> children;
  for (int i = 0; i < 3; ++i) {
    children.emplace_back([&] {
      for (int n = 0; n < 3000; ++n) {
        const auto guard = Guard<Value<long>>::acquire(value);
        value.set_value(value.value() + 1);
      }
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value.value(), 9000);
}

TEST(Value, WithLockIsOneStep) {
  const Value<long> value = *Value<long>::create();
  std::vector<Forked> children;
  for (int i = 0; i < 3; ++i) {
    children.emplace_back([&] {
      for (int n = 0; n < 3000; ++n)
        EXPECT_TRUE(value.with_lock([](long& number) { number += 1; }));
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value.value(), 9000);
}

TEST(Value, WithLockReleasesAlsoWhenTheChangeThrows) {
  const Value<int> value = *Value<int>::create();
  EXPECT_THROW(static_cast<void>(value.with_lock([](int&) { throw 7; })), int);
  Forked other([&] { EXPECT_TRUE(value.acquire(std::chrono::seconds(30))); });
  EXPECT_EQ(other.reap(), 0);
}

TEST(Value, WithLockIsToldOfADeadHolderOnceAndHoldsNothing) {
  const Value<int> value = *Value<int>::create(1);
  Forked holder([&] { EXPECT_TRUE(value.acquire()); });
  EXPECT_EQ(holder.reap(), 0);
  const Result<void> told = value.with_lock([](int& number) { number = 2; });
  EXPECT_EQ(told.error().code, ErrorCode::OwnerDied);
  EXPECT_EQ(value.value(), 1);
  EXPECT_TRUE(value.with_lock([](int& number) { number = 2; }));
  EXPECT_EQ(value.value(), 2);
}

TEST(Value, FetchAddCountsExactlyWithoutALock) {
  const Value<long> value = *Value<long>::create();
  std::vector<Forked> children;
  for (int i = 0; i < 3; ++i) {
    children.emplace_back([&] {
      for (int n = 0; n < 3000; ++n) value.fetch_add(1);
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value.fetch_add(-1), 9000);
  EXPECT_EQ(value.value(), 8999);
}

TEST(Value, FetchAddWrapsAround) {
  const auto value = *RawValue<signed char>::create(127);
  EXPECT_EQ(value.fetch_add(1), 127);
  EXPECT_EQ(value.value(), -128);
}

TEST(Value, CompareExchangeChangesWhatIsExpectedAndTellsWhatIs) {
  const Value<double> value = *Value<double>::create(1.5);
  double expected = 2.5;
  EXPECT_FALSE(value.compare_exchange(expected, 7.0));
  EXPECT_EQ(expected, 1.5);
  EXPECT_TRUE(value.compare_exchange(expected, 7.0));
  EXPECT_EQ(value.value(), 7.0);
}

TEST(Value, CompareExchangeIsExactBetweenProcesses) {
  const auto value = *RawValue<int>::create();
  std::vector<Forked> children;
  for (int i = 0; i < 3; ++i) {
    children.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        int seen = value.value();
        while (!value.compare_exchange(seen, seen + 1)) {
        }
      }
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value.value(), 3000);
}

TEST(Value, AnAccessWaitsForTheHolderOfTheLock) {
  const Value<int> value = *Value<int>::create();
  ASSERT_TRUE(value.acquire());
  Signal wrote;
  Forked child([&] {
    value.set_value(1);
    wrote.raise();
  });
  child.await_asleep();
  EXPECT_FALSE(wrote.came_within(kPoll));
  EXPECT_EQ(value.value(), 0);
  EXPECT_TRUE(value.release());
  EXPECT_TRUE(wrote.await());
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value.value(), 1);
}

/// Accesses of another process wait while `lock` is held.
template <class L>
void expect_guarded_by(const L& lock) {
  const Value<int> value = *Value<int>::create(1, lock);
  const DynamicValue dynamic = *DynamicValue::create(Typecode::i, std::nullopt, lock);
  EXPECT_TRUE(std::holds_alternative<L>(value.any_lock()));
  ASSERT_TRUE(lock.acquire());
  Signal read;
  Forked child([&] {
    EXPECT_EQ(value.acquire(kPoll).error().code, ErrorCode::TimedOut);
    EXPECT_EQ(value.value(), 1);
    read.raise();
    EXPECT_TRUE(dynamic.set_value(std::int64_t{2}));
  });
  child.await_asleep();
  EXPECT_FALSE(read.came_within(kPoll));
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(dynamic.value(), Scalar(std::int64_t{2}));
}

TEST(Value, MayShareALockWithSomethingElse) {
  expect_guarded_by(*RLock::create());
  expect_guarded_by(*Lock::create());
}

TEST(Value, SurvivesAKilledHolderAndTellsTheNextOne) {
  const Value<int> value = *Value<int>::create();
  Signal holds;
  Forked holder([&] {
    EXPECT_TRUE(value.acquire());
    value.set_value(3);
    holds.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(holds.await());
  holder.kill_and_reap();
  EXPECT_EQ(value.value(), 3) << "an access does not mind";
  value.set_value(4);
  EXPECT_EQ(value.acquire().error().code, ErrorCode::OwnerDied)
      << "and keeps the news for who acquires";
  EXPECT_EQ(value.value(), 4);
  EXPECT_TRUE(value.release());
  EXPECT_TRUE(value.acquire());
}

Scalar stored(Typecode typecode, Scalar scalar) {
  return DynamicRawValue::create(typecode, scalar)->value();
}
ErrorCode refusal(Typecode typecode, Scalar scalar) {
  return DynamicRawValue::create(typecode, scalar).error().code;
}
Scalar integer(std::int64_t number) { return number; }

TEST(DynamicValue, StartsAtZero) {
  EXPECT_EQ(DynamicValue::create(Typecode::i)->value(), integer(0));
  EXPECT_EQ(DynamicValue::create(Typecode::Q)->value(), Scalar(std::uint64_t{0}));
  EXPECT_EQ(DynamicValue::create(Typecode::d)->value(), Scalar(0.0));
  EXPECT_EQ(DynamicValue::create(Typecode::c)->value(), Scalar(std::byte{0}));
  EXPECT_EQ(DynamicValue::create(Typecode::u)->value(), Scalar(U'\0'));
}

TEST(DynamicValue, IntegersWrapAround) {
  EXPECT_EQ(stored(Typecode::i, integer(std::int64_t{1} << 31)), integer(-2147483648LL));
  EXPECT_EQ(stored(Typecode::i, integer((std::int64_t{1} << 32) + 5)), integer(5));
  EXPECT_EQ(stored(Typecode::B, integer(-1)), integer(255));
  EXPECT_EQ(stored(Typecode::b, integer(255)), integer(-1));
  EXPECT_EQ(stored(Typecode::h, integer(0x18000)), integer(-0x8000));
  EXPECT_EQ(stored(Typecode::H, integer(-1)), integer(0xffff));
  EXPECT_EQ(stored(Typecode::I, integer(-1)), integer(0xffffffff));
  EXPECT_EQ(stored(Typecode::Q, integer(-1)), Scalar(~std::uint64_t{0}));
  EXPECT_EQ(stored(Typecode::q, ~std::uint64_t{0}), integer(-1));
  EXPECT_EQ(stored(Typecode::l, std::uint64_t{1} << 63),
            integer(std::numeric_limits<std::int64_t>::min()));
}

TEST(DynamicValue, FloatsKeepTheirPrecision) {
  EXPECT_EQ(stored(Typecode::d, 0.1), Scalar(0.1));
  EXPECT_EQ(stored(Typecode::f, 0.1), Scalar(0.10000000149011612));
  EXPECT_EQ(stored(Typecode::d, integer(3)), Scalar(3.0));
  EXPECT_TRUE(std::isnan(std::get<double>(stored(Typecode::f, std::nan("")))));
}

TEST(DynamicValue, RefusesValuesOfAnotherType) {
  EXPECT_EQ(refusal(Typecode::i, 1.0), ErrorCode::InvalidArgument);
  EXPECT_EQ(refusal(Typecode::i, std::byte{1}), ErrorCode::InvalidArgument);
  EXPECT_EQ(refusal(Typecode::d, U'1'), ErrorCode::InvalidArgument);
  EXPECT_EQ(refusal(Typecode::c, integer(256)), ErrorCode::InvalidArgument);
  EXPECT_EQ(refusal(Typecode::c, U'x'), ErrorCode::InvalidArgument);
  EXPECT_EQ(refusal(Typecode::u, std::byte{'x'}), ErrorCode::InvalidArgument);
  EXPECT_EQ(refusal(Typecode::u, char32_t{0x110000}), ErrorCode::InvalidArgument);
  EXPECT_EQ(stored(Typecode::c, integer(65)), Scalar(std::byte{'A'}));
  EXPECT_EQ(stored(Typecode::u, U'\u20ac'), Scalar(U'\u20ac'));

  const DynamicValue value = *DynamicValue::create(Typecode::i, integer(4));
  EXPECT_EQ(value.set_value(2.5).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(value.value(), integer(4)) << "unchanged";
}

TEST(DynamicValue, HasALockOfItsOwn) {
  const DynamicValue value = *DynamicValue::create(Typecode::i);
  ASSERT_TRUE(value.acquire());
  EXPECT_TRUE(value.set_value(integer(1))) << "recursive";
  Forked child([&] { EXPECT_EQ(value.acquire(kPoll).error().code, ErrorCode::TimedOut); });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_TRUE(value.release());
}

TEST(Typecode, KnowsItsLettersAndSizes) {
  const std::string_view letters = "cbBhHiIlLqQfdu";
  const std::size_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 4, 8, 4};
  for (std::size_t i = 0; i < letters.size(); ++i)
    EXPECT_EQ(item_bytes(*to_typecode(letters[i])), sizes[i]);
  EXPECT_EQ(to_typecode('?').error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(to_typecode('\0').error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(typecode_of<unsigned long>(), Typecode::L);
}

}  // namespace
}  // namespace mp
