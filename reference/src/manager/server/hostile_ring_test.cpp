#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cstring>
#include <random>

#include "base/testing/signal.hpp"
#include "manager/net/pass_descriptor.hpp"
#include "manager/net/socket_address.hpp"
#include "manager/protocol/frame.hpp"
#include "manager/protocol/handshake.hpp"
#include "manager/protocol/sharing.hpp"
#include "manager/ring/layout.hpp"
#include "mp/manager.hpp"

// A client that has proven the key, has the memory, and keeps to nothing.
namespace mp::manager {
namespace {

class Hostile {
 public:
  explicit Hostile(const Manager& manager) {
    const SocketAddress to = resolve(manager.address(), Purpose::Connect)->front();
    socket_.reset(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket_.get(), to.get(), to.size), 0);
    shake_hands(manager.authkey());
    send_request("accept_connection", Object::str("hostile"));
    receive();
    send_request(kSharingFunction, number(RingArea::kVersion));
    receive();
    void* base =
        ::mmap(nullptr, sizeof(RingArea), PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
    EXPECT_NE(base, MAP_FAILED);
    area_ = static_cast<RingArea*>(base);
  }
  Hostile(const Hostile&) = delete;
  Hostile& operator=(const Hostile&) = delete;
  ~Hostile() { ::munmap(area_, sizeof(RingArea)); }

  RingArea& area() { return *area_; }
  int memory() const { return memory_.get(); }
  void ring_bell() { ::send(socket_.get(), "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT); }
  void put_at(std::size_t line, std::uint32_t length, std::string_view bytes) {
    std::byte* at = area_->requests.bytes + line * kLineBytes;
    std::memcpy(at + sizeof length, bytes.data(), bytes.size());
    std::memcpy(at, &length, sizeof length);
  }
  /// Whether the server ends the connection.
  bool is_dropped() {
    pollfd entry{.fd = socket_.get(), .events = POLLIN | POLLRDHUP, .revents = 0};
    const auto patience = std::chrono::milliseconds(testing::kTestDeadline);
    while (::poll(&entry, 1, static_cast<int>(patience.count())) == 1) {
      if ((entry.revents & (POLLHUP | POLLRDHUP)) != 0) return true;
      char bytes[64];
      static_cast<void>(::recv(socket_.get(), bytes, sizeof bytes, 0));
    }
    return false;
  }

 private:
  static Object number(std::int64_t value) { return Object::integer(value); }

  void send_frame(std::string_view payload) {
    std::string frame;
    append_frame(frame, payload);
    EXPECT_EQ(::send(socket_.get(), frame.data(), frame.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(frame.size()));
  }
  void send_request(std::string_view name, const Object& argument) {
    send_frame(*encode_request(Object(), name, Object::tuple_of(argument), Object::dict()));
  }
  std::string receive() {
    while (true) {
      const auto payload = frames_.next();
      if (payload && *payload) return std::string(**payload);
      const ssize_t got = receive_with_descriptor(socket_.get(), frames_.prepare(), memory_);
      if (got <= 0) return {};
      frames_.commit(static_cast<std::size_t>(got));
    }
  }
  void shake_hands(const std::string& key) {
    ClientHandshake handshake(key, DigestPolicy::Any, *make_nonce());
    for (bool goes_on = true; goes_on;) {
      const HandshakeStep step = handshake.receive(receive());
      ASSERT_NE(step.next, HandshakeStep::Next::Fail);
      if (step.send) send_frame(*step.send);
      goes_on = step.next == HandshakeStep::Next::Continue;
    }
  }

  base::UniqueFd socket_;
  base::UniqueFd memory_;
  FrameReader frames_{1 << 20};
  RingArea* area_ = nullptr;
};

class HostileRingTest : public ::testing::Test {
 protected:
  HostileRingTest() {
    for (int i = 0; i < 10; ++i) expect_served();  // shares memory as well
  }
  void expect_served() {
    const Result<void> set = dict_.setitem(Object::integer(1), Object::integer(++count_));
    ASSERT_TRUE(set) << set.error().message;
    ASSERT_EQ(dict_.getitem(Object::integer(1))->as_int64(), count_);
  }

  const Manager manager_ = *Manager::start();
  const ManagedDict dict_ = *manager_.dict();
  std::int64_t count_ = 0;
};

TEST_F(HostileRingTest, MemoryCannotBeTakenAway) {
  Hostile hostile(manager_);
  EXPECT_NE(::ftruncate(hostile.memory(), 0), 0);
  EXPECT_NE(::ftruncate(hostile.memory(), 1 << 20), 0);
  EXPECT_NE(::fcntl(hostile.memory(), F_ADD_SEALS, F_SEAL_WRITE), 0);
  ::fallocate(hostile.memory(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, sizeof(RingArea));
  hostile.ring_bell();
  expect_served();
}

TEST_F(HostileRingTest, ImpossibleLengthsEndTheConnection) {
  for (const std::uint32_t length : {std::uint32_t{kPieceMax} + 1, 0x7fffffffu, 0xffffffffu}) {
    Hostile hostile(manager_);
    hostile.put_at(0, length, "x");
    hostile.ring_bell();
    EXPECT_TRUE(hostile.is_dropped()) << length;
    expect_served();
  }
}

TEST_F(HostileRingTest, FramesAreLimitedAsOnASocket) {
  for (const std::string_view header :
       {std::string_view("\x80\0\0\1", 4), std::string_view("\x7f\xff\xff\xff", 4)}) {
    Hostile hostile(manager_);
    hostile.put_at(0, 4, header);
    hostile.ring_bell();
    EXPECT_TRUE(hostile.is_dropped());
    expect_served();
  }
}

TEST_F(HostileRingTest, ARingThatIsAlwaysFullKeepsNobodyFromBeingServed) {
  Hostile hostile(manager_);
  // Four bytes of an unfinished frame, in every line, for ever.
  for (std::size_t line = 0; line < kLaneLines; ++line) hostile.put_at(line, 4, "\0\0\0\0");
  hostile.ring_bell();
  for (int i = 0; i < 50; ++i) expect_served();
}

TEST_F(HostileRingTest, AReplyThatIsNeverReadStaysOne) {
  Hostile hostile(manager_);
  std::string frames;
  for (int i = 0; i < 60; ++i) append_frame(frames, "x");  // each is answered with a traceback
  const std::size_t step = lines_of(frames.size());
  for (std::size_t line = 0; line + step < kLaneLines; line += step) {
    hostile.put_at(line + step, 0, "");
    hostile.put_at(line, static_cast<std::uint32_t>(frames.size()), frames);
  }
  hostile.ring_bell();
  for (int i = 0; i < 50; ++i) expect_served();
  hostile.area().replies.consumed = ~std::uint64_t{0};
  hostile.ring_bell();
  EXPECT_TRUE(hostile.is_dropped());
  expect_served();
}

TEST_F(HostileRingTest, AnythingAtAnyTimeHarmsNobodyElse) {
  std::mt19937 random(23);
  for (int round = 0; round < 40; ++round) {
    Hostile hostile(manager_);
    for (int write = 0; write < 200; ++write) {
      auto* bytes = reinterpret_cast<std::uint8_t*>(&hostile.area());
      // Half of it where the words are, and small numbers, which lengths are made of.
      const std::size_t at = random() % (write % 2 == 0 ? 512 : sizeof(RingArea));
      bytes[at] = static_cast<std::uint8_t>(random() % (write % 4 == 0 ? 8 : 256));
      if (write % 10 == 0) hostile.ring_bell();
      if (write % 50 == 0) expect_served();
    }
  }
  expect_served();
}

}  // namespace
}  // namespace mp::manager
