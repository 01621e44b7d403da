#include "channel/ring.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <random>
#include <string>
#include <vector>

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

void put(const Ring& ring, BytesView message) {
  std::optional<Ring::Place> place = ring.place_for(message.size());
  if (!place) {
    ASSERT_TRUE(ring.grow_for(message.size()));
    place = ring.place_for(message.size());
  }
  ASSERT_TRUE(place);
  std::ranges::copy(message, place->bytes.begin());
  ring.commit(*place);
}

Bytes get(const Ring& ring) {
  const std::optional<Ring::Oldest> oldest = ring.oldest();
  if (!oldest) return to_bytes("nothing is there");
  Bytes message(oldest->bytes.begin(), oldest->bytes.end());
  ring.consume(*oldest);
  return message;
}

TEST(Ring, GivesBackWhatWasPutInOrder) {
  const Ring ring = *Ring::create(kUnlimited);
  EXPECT_FALSE(ring.oldest());
  put(ring, bytes_view("one"));
  put(ring, bytes_view(""));
  put(ring, bytes_view("three"));
  EXPECT_EQ(ring.message_count(), 3u);
  EXPECT_EQ(get(ring), to_bytes("one"));
  EXPECT_EQ(get(ring), to_bytes(""));
  EXPECT_EQ(get(ring), to_bytes("three"));
  EXPECT_FALSE(ring.oldest());
  EXPECT_EQ(ring.message_count(), 0u);
}

TEST(Ring, AgreesWithADequeWhateverItsSizes) {
  std::mt19937 random(20240607);  // a fixed seed: the test is the same every time
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  std::deque<Bytes> expected;
  for (unsigned n = 0; n < 20000; ++n) {
    const bool is_put = expected.empty() || random() % 100 < (expected.size() < 50 ? 55 : 45);
    if (is_put) {
      const std::size_t length = random() % 20 == 0 ? random() % 9000 : random() % 200;
      expected.push_back(pattern(length, n));
      put(ring, expected.back());
    } else {
      ASSERT_EQ(get(ring), expected.front()) << "after " << n << " operations";
      expected.pop_front();
    }
    ASSERT_EQ(ring.message_count(), expected.size());
  }
}

TEST(Ring, GrowsAcrossItsEnd) {
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  // Live messages that wrap around the end of the small ring are copied as they lie.
  put(ring, pattern(3000, 1));
  put(ring, pattern(500, 2));
  EXPECT_EQ(get(ring), pattern(3000, 1));
  put(ring, pattern(2500, 3));
  const std::uint64_t before = ring.state().extent.load();
  put(ring, pattern(100000, 4));
  EXPECT_NE(ring.state().extent.load(), before);
  EXPECT_EQ(get(ring), pattern(500, 2));
  EXPECT_EQ(get(ring), pattern(2500, 3));
  EXPECT_EQ(get(ring), pattern(100000, 4));
}

TEST(Ring, ChildrenSeeWhatItGrewInto) {
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  Forked child([&] {
    for (unsigned n = 0; n < 50; ++n) put(ring, pattern(20000, n));
  });
  EXPECT_EQ(child.reap(), 0);
  for (unsigned n = 0; n < 50; ++n) ASSERT_EQ(get(ring), pattern(20000, n));
}

std::size_t page_table_kib() {
  std::ifstream status("/proc/self/status");
  std::size_t kib = 0;
  for (std::string word; status >> word;)
    if (word == "VmPTE:") status >> kib;
  return kib;
}

// Each has room for gibibytes: alone in it, its one page would take two more of the page table.
TEST(Ring, ManyOfThemShareThePageTable) {
  std::vector<Ring> rings;
  const std::size_t before = page_table_kib();
  for (int i = 0; i < 300; ++i) rings.push_back(*Ring::create(kUnlimited));
  for (const Ring& ring : rings) put(ring, pattern(100, 1));
  EXPECT_LT(page_table_kib(), before + 300);
  put(rings[150], pattern(100'000, 2));
  EXPECT_EQ(get(rings[150]), pattern(100, 1));
  EXPECT_EQ(get(rings[150]), pattern(100'000, 2));
}

TEST(Ring, IsContentWithLessAddressSpace) {
  Forked child([] {
    // As a limit on address space would have it, when there is such a thing as an address space
    // that can be limited.
    rlimit limit{std::size_t{2} << 30, std::size_t{2} << 30};
    EXPECT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
    const auto ring = Ring::create(kUnlimited);
    ASSERT_TRUE(ring) << ring.error().message;
    put(*ring, pattern(100000, 1));
    EXPECT_EQ(get(*ring), pattern(100000, 1));
  });
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer needs all the address space there is";
#endif
  EXPECT_EQ(child.reap(), 0);
}

TEST(Ring, AMessageLiesInOnePiece) {
  const Ring ring = *Ring::create(kUnlimited, kPageLog2);
  put(ring, pattern(2500, 1));
  put(ring, pattern(1000, 2));
  EXPECT_EQ(get(ring), pattern(2500, 1));
  const std::uint64_t before = ring.state().extent.load();
  put(ring, pattern(1500, 3));  // does not fit behind the second one: lies at the start
  EXPECT_EQ(ring.state().extent.load(), before);
  EXPECT_EQ(ring.message_count(), 2u);
  EXPECT_EQ(get(ring), pattern(1000, 2));
  EXPECT_EQ(get(ring), pattern(1500, 3));
  EXPECT_EQ(ring.message_count(), 0u);
}

TEST(Ring, WhatIsNotCommittedIsNotThere) {
  const Ring ring = *Ring::create(kUnlimited);
  ASSERT_TRUE(ring.place_for(100));
  EXPECT_FALSE(ring.oldest());
  put(ring, pattern(10, 1));
  EXPECT_EQ(get(ring), pattern(10, 1));
}

TEST(Ring, CountsBeyondTwoToThe32) {
  const Ring ring = *Ring::create(/*maxsize=*/2, kPageLog2);
  const Mark late(0xffffff00u, 0xffffffffu);
  for (auto* mark :
       {&ring.state().tail, &ring.state().head, &ring.state().tail_seen, &ring.state().head_seen}) {
    mark->store(late.bits());
  }
  for (unsigned n = 0; n < 40; ++n) {
    put(ring, pattern(200, n));
    EXPECT_FALSE(ring.is_full());
    put(ring, pattern(300, n));
    EXPECT_TRUE(ring.is_full());
    EXPECT_EQ(ring.message_count(), 2u);
    ASSERT_EQ(get(ring), pattern(200, n));
    ASSERT_EQ(get(ring), pattern(300, n));
    EXPECT_FALSE(ring.oldest());
  }
}

}  // namespace
}  // namespace mp::channel
