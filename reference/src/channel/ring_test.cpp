#include "channel/ring.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <deque>
#include <random>
#include <string>

#include "base/testing/forked.hpp"

namespace mp::channel {
namespace {

using mp::testing::Forked;

constexpr unsigned kPageLog2 = 12;
constexpr std::uint32_t kUnlimited = 0x7fffffff;

Bytes pattern(std::size_t length, unsigned seed) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::byte>(seed * 31 + i * 7);
  return bytes;
}

TEST(Ring, GivesBackWhatWasPutInOrder) {
  const Ring ring = *Ring::create(kUnlimited);
  EXPECT_TRUE(ring.is_empty());
  ASSERT_TRUE(ring.put(bytes_view("one")));
  ASSERT_TRUE(ring.put(bytes_view("")));
  ASSERT_TRUE(ring.put(bytes_view("three")));
  EXPECT_EQ(ring.message_count(), 3u);
  EXPECT_EQ(ring.get(), to_bytes("one"));
  EXPECT_EQ(ring.get(), to_bytes(""));
  EXPECT_EQ(ring.get(), to_bytes("three"));
  EXPECT_TRUE(ring.is_empty());
  EXPECT_EQ(ring.message_count(), 0u);
}

TEST(Ring, AgreesWithADequeWhateverItsSizes) {
  std::mt19937 random(20240607);  // a fixed seed: the test is the same every time
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  std::deque<Bytes> expected;
  for (unsigned n = 0; n < 20000; ++n) {
    const bool put = expected.empty() || random() % 100 < (expected.size() < 50 ? 55 : 45);
    if (put) {
      const std::size_t length = random() % 20 == 0 ? random() % 9000 : random() % 200;
      expected.push_back(pattern(length, n));
      ASSERT_TRUE(ring.put(expected.back()));
    } else {
      ASSERT_EQ(ring.get(), expected.front()) << "after " << n << " operations";
      expected.pop_front();
    }
    ASSERT_EQ(ring.message_count(), expected.size());
  }
}

TEST(Ring, GrowsAcrossItsEnd) {
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  // Live messages that wrap around the end of the small ring are copied as they lie.
  ASSERT_TRUE(ring.put(pattern(3000, 1)));
  ASSERT_TRUE(ring.put(pattern(500, 2)));
  EXPECT_EQ(ring.get(), pattern(3000, 1));
  ASSERT_TRUE(ring.put(pattern(2500, 3)));
  const std::uint64_t before = ring.state().extent.load();
  ASSERT_TRUE(ring.put(pattern(100000, 4)));
  EXPECT_NE(ring.state().extent.load(), before);
  EXPECT_EQ(ring.get(), pattern(500, 2));
  EXPECT_EQ(ring.get(), pattern(2500, 3));
  EXPECT_EQ(ring.get(), pattern(100000, 4));
}

TEST(Ring, ChildrenSeeWhatItGrewInto) {
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  Forked child([&] {
    for (unsigned n = 0; n < 50; ++n) EXPECT_TRUE(ring.put(pattern(20000, n)));
  });
  EXPECT_EQ(child.reap(), 0);
  for (unsigned n = 0; n < 50; ++n) ASSERT_EQ(ring.get(), pattern(20000, n));
}

TEST(Ring, IsContentWithLessAddressSpace) {
  Forked child([] {
    // As a limit on address space would have it, when there is such a thing as an address space
    // that can be limited.
    rlimit limit{std::size_t{2} << 30, std::size_t{2} << 30};
    EXPECT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
    const auto ring = Ring::create(kUnlimited);
    ASSERT_TRUE(ring) << ring.error().message;
    EXPECT_TRUE(ring->put(pattern(100000, 1)));
    EXPECT_EQ(ring->get(), pattern(100000, 1));
  });
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer needs all the address space there is";
#endif
  EXPECT_EQ(child.reap(), 0);
}

TEST(Ring, RecoversItsCounts) {
  const Ring ring = *Ring::create(kUnlimited);
  QueueState& state = ring.state();
  ASSERT_TRUE(ring.put(bytes_view("a")));
  ASSERT_TRUE(ring.put(bytes_view("b")));

  state.puts.store(1);  // as a producer left it that was killed between the two stores
  ring.recover();
  EXPECT_EQ(state.puts.load(), 2u);

  EXPECT_EQ(ring.get(), to_bytes("a"));
  state.gets.store(0);  // as a consumer left it
  ring.recover();
  EXPECT_EQ(state.gets.load(), 1u);
  EXPECT_EQ(ring.message_count(), 1u);

  EXPECT_EQ(ring.get(), to_bytes("b"));
  state.gets.store(1);  // as one left it that took the last message
  ring.recover();
  EXPECT_EQ(state.gets.load(), 2u);
  EXPECT_EQ(ring.message_count(), 0u);
}

}  // namespace
}  // namespace mp::channel
