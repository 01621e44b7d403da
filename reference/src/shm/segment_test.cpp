#include "shm/segment.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "base/testing/forked.hpp"

namespace mp::shm {
namespace {

using mp::testing::Forked;

constexpr Segment::Shape kShape{.kind = Kind::Event, .layout_version = 3, .content_bytes = 100};

Result<std::shared_ptr<Segment>> reopen(const Segment& segment) {
  return Segment::open(base::UniqueFd(::dup(segment.fd())), Kind::Event, 3, 100);
}

TEST(Segment, IsZeroedAndHasAHeader) {
  const auto segment = Segment::create(kShape);
  ASSERT_TRUE(segment);
  EXPECT_EQ((*segment)->header().kind, static_cast<std::uint16_t>(Kind::Event));
  EXPECT_EQ((*segment)->header().layout_version, 3);
  EXPECT_EQ((*segment)->header().content_bytes, 100u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ((*segment)->content()[i], std::byte{0});
}

TEST(Segment, IsSharedWithAForkedChild) {
  const auto segment = *Segment::create(kShape);
  Forked child([&] { segment->content()[7] = std::byte{42}; });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(segment->content()[7], std::byte{42});
}

TEST(Segment, CanBeOpenedByItsDescriptor) {
  const auto made = *Segment::create(kShape);
  made->content()[0] = std::byte{9};
  const auto opened = reopen(*made);
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->content()[0], std::byte{9});
  EXPECT_EQ(*opened, made) << "a process maps a segment once";
  EXPECT_EQ(Segment::of(made->content()), made);
  EXPECT_EQ(Segment::with_id(made->header().id), made);
}

TEST(Segment, AnotherKindVersionOrSizeIsMalformed) {
  const auto made = *Segment::create(kShape);
  const auto open = [&](Kind kind, std::uint16_t version, std::size_t bytes) {
    return Segment::open(base::UniqueFd(::dup(made->fd())), kind, version, bytes).error().code;
  };
  EXPECT_EQ(open(Kind::Lock, 3, 100), ErrorCode::Malformed);
  EXPECT_EQ(open(Kind::Event, 2, 100), ErrorCode::Malformed);
  EXPECT_EQ(open(Kind::Event, 3, 101), ErrorCode::Malformed);
}

TEST(Segment, AForeignFileIsMalformed) {
  const auto open = [](int fd) {
    return Segment::open(base::UniqueFd(fd), Kind::Event, 3, 100).error().code;
  };
  EXPECT_EQ(open(::memfd_create("empty", MFD_CLOEXEC)), ErrorCode::Malformed);

  const int zeros = ::memfd_create("zeros", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  ASSERT_EQ(::ftruncate(zeros, 4096), 0);
  ASSERT_EQ(::fcntl(zeros, F_ADD_SEALS, F_SEAL_SHRINK), 0);
  EXPECT_EQ(open(zeros), ErrorCode::Malformed);

  const int shrinkable = ::memfd_create("shrinkable", MFD_CLOEXEC);
  const auto made = *Segment::create(kShape);
  ASSERT_EQ(::ftruncate(shrinkable, 4096), 0);
  ASSERT_GT(::pwrite(shrinkable, &made->header(), sizeof(SegmentHeader), 0), 0);
  EXPECT_EQ(open(shrinkable), ErrorCode::Malformed);
}

TEST(Segment, ClaimsMoreThanTheFileHoldsIsMalformed) {
  const auto made = *Segment::create(kShape);
  const std::uint64_t lie = 1u << 30;
  ASSERT_EQ(::pwrite(made->fd(), &lie, sizeof lie, offsetof(SegmentHeader, content_bytes)), 8);
  EXPECT_EQ(reopen(*made).error().code, ErrorCode::Malformed);
}

TEST(Segment, ReservesMoreThanThereIsIsMalformed) {
  const auto made = *Segment::create(kShape);
  const std::uint64_t lie = ~std::uint64_t{0};
  ASSERT_EQ(::pwrite(made->fd(), &lie, sizeof lie, offsetof(SegmentHeader, reserved_bytes)), 8);
  EXPECT_EQ(reopen(*made).error().code, ErrorCode::Malformed);
}

TEST(Segment, GrowsIntoWhatItReserved) {
  const auto segment = *Segment::create({.kind = Kind::Queue,
                                         .layout_version = 1,
                                         .content_bytes = 64,
                                         .reserved_bytes = std::size_t{1} << 30});
  const std::size_t far = std::size_t{100} << 20;
  ASSERT_TRUE(segment->provide(far, 8192));
  std::byte* const grown = segment->content_at(far);
  std::memset(grown, 0xee, 8192);
  Forked child([&] { EXPECT_EQ(segment->content_at(far)[8191], std::byte{0xee}); });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(segment->provide(std::size_t{1} << 30, 1).error().code, ErrorCode::TooLarge);

  segment->discard(far, 8192);
  EXPECT_EQ(grown[0], std::byte{0xee}) << "the part of a page stays";
  EXPECT_EQ(grown[4096], std::byte{0});
}

TEST(Segment, FirstContentAndWhatItGrowsByAreTwoPieces) {
  constexpr std::size_t kFirst = 4096, kReserved = std::size_t{1} << 30;
  const auto segment = *Segment::create({.kind = Kind::Queue,
                                         .layout_version = 1,
                                         .content_bytes = kFirst,
                                         .reserved_bytes = kReserved});
  EXPECT_TRUE(segment->can_address(0, kFirst));
  EXPECT_FALSE(segment->can_address(0, kFirst + 1));
  EXPECT_FALSE(segment->can_address(kFirst - 1, 2));
  EXPECT_TRUE(segment->can_address(kFirst, kReserved - kFirst));
  EXPECT_FALSE(segment->can_address(kFirst, kReserved - kFirst + 1));
  EXPECT_EQ(segment->content_at(17), segment->content() + 17);
  const auto fixed = *Segment::create(kShape);
  EXPECT_TRUE(fixed->can_address(99, 1));
  EXPECT_FALSE(fixed->can_address(100, 1));
}

}  // namespace
}  // namespace mp::shm
