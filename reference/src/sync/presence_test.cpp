#include "sync/presence.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "base/testing/single_step.hpp"
#include "shm/segment.hpp"

namespace mp::sync {
namespace {

using mp::testing::Forked;
using mp::testing::kill_everywhere;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;

struct Room {
  static constexpr shm::Kind kKind = shm::Kind::Event;
  static constexpr std::uint16_t kLayoutVersion = 1;
  Presence presence;
};

std::shared_ptr<Room> make_room() { return *shm::make_shared_state<Room>(); }

TEST(Presence, BeginsAndEnds) {
  const auto room = make_room();
  EXPECT_TRUE(room->presence.is_absent());
  EXPECT_TRUE(room->presence.begin());
  std::thread([&] {
    EXPECT_FALSE(room->presence.is_absent());
    EXPECT_FALSE(room->presence.begin());
  }).join();
  room->presence.end();
  EXPECT_TRUE(room->presence.is_absent());
}

TEST(Presence, IsSeenByOtherProcesses) {
  const auto room = make_room();
  ASSERT_TRUE(room->presence.begin());
  Forked child([&] { EXPECT_FALSE(room->presence.is_absent()); });
  EXPECT_EQ(child.reap(), 0);
  room->presence.end();
}

TEST(Presence, EndsWithItsProcess) {
  const auto room = make_room();
  Signal present;
  Forked child([&] {
    EXPECT_TRUE(room->presence.begin());
    present.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(present.await());
  EXPECT_FALSE(room->presence.is_absent());
  child.kill();
  child.await_end();
  EXPECT_TRUE(room->presence.is_absent()) << "a zombie is not here";
  EXPECT_TRUE(room->presence.begin());
  room->presence.end();
}

TEST(Presence, EndsWithItsThread) {
  const auto room = make_room();
  std::thread([&] { EXPECT_TRUE(room->presence.begin()); }).join();
  EXPECT_TRUE(room->presence.is_absent());
}

TEST(PresenceDeath, AnywhereLeavesNobodyHere) {
  kill_everywhere(
      20, make_room,
      [](const std::shared_ptr<Room>& room) {
        if (room->presence.begin()) room->presence.end();
      },
      [](const std::shared_ptr<Room>& room) {
        EXPECT_TRUE(room->presence.is_absent());
        EXPECT_TRUE(room->presence.begin());
        room->presence.end();
      });
}

}  // namespace
}  // namespace mp::sync
