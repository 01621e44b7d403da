// Objects of shared memory by tickets in a manager, and proxies by tickets.
#include "mp/transfer.hpp"

#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/authkey.hpp"
#include "mp/lock.hpp"
#include "mp/manager.hpp"
#include "mp/pipe.hpp"
#include "mp/queue.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::kTestDeadline;

TEST(ManagerTransfer, ATicketInAManagedDict) {
  const Manager manager = *Manager::start();
  const ManagedDict dict = *manager.dict();
  Pipe pipe = *Pipe::create();
  Forked other([&] {  // before the objects are made: it has them by the manager only
    ASSERT_TRUE(pipe.second.recv_bytes());
    const auto ticket = dict.call("__getitem__", {Object::str("lock")});
    ASSERT_TRUE(ticket);
    const auto lock = from_ticket<Lock>(bytes_view(ticket->as_bytes()));
    ASSERT_TRUE(lock) << lock.error().message;
    EXPECT_TRUE(lock->acquire());
    const auto queue_ticket = dict.call("__getitem__", {Object::str("queue")});
    ASSERT_TRUE(queue_ticket);
    EXPECT_TRUE(from_ticket<Queue>(bytes_view(queue_ticket->as_bytes()))->put(bytes_view("here")));
  });
  const Lock lock = *Lock::create();
  const Queue queue = *Queue::create();
  const auto store = [&](const char* key, const Bytes& ticket) {
    EXPECT_TRUE(dict.call("__setitem__",
                          {Object::str(key), Object::bytes(std::string(text_view(ticket)))}));
  };
  store("lock", *to_ticket(lock));
  store("queue", *to_ticket(queue));
  ASSERT_TRUE(pipe.first.send_bytes({}));
  EXPECT_EQ(*queue.get(kTestDeadline), to_bytes("here"));
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(lock.acquire(kPoll).error().code, ErrorCode::OwnerDied);
}

TEST(ManagerTransfer, ATicketOfAProxy) {
  const Manager manager = *Manager::start();
  Pipe pipe = *Pipe::create();
  Forked other([&] {
    const auto queue = from_ticket<ManagedQueue>(*pipe.second.recv_bytes());
    ASSERT_TRUE(queue) << queue.error().message;
    EXPECT_TRUE(queue->put(Object::integer(7)));
  });
  const ManagedQueue queue = *manager.queue();
  ASSERT_TRUE(pipe.first.send_bytes(*to_ticket(queue)));
  EXPECT_EQ(queue.get(kTestDeadline)->as_int64(), 7);
  EXPECT_EQ(other.reap(), 0);
}

TEST(ManagerTransfer, AManagersKeyGoesIntoNoTicket) {
  const Manager manager = *Manager::start();
  EXPECT_EQ(to_ticket(manager).error().code, ErrorCode::InvalidArgument);
  const ManagedDict dict = *manager.dict();
  EXPECT_EQ(text_view(*to_ticket(dict)).find(manager.authkey()), std::string_view::npos);
}

}  // namespace
}  // namespace mp
