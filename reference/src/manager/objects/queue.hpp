#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "manager/objects/references.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Python's queue.Queue. Waiting calls are served in the order in which they came. Invariants:
/// getters wait only while there is no item, putters only while there is no room.
///
/// Where managers share it, what was taken from a JoinableQueue and is not done goes back when its
/// taker is killed, alone or with its manager. task_done() is for the first that its session has
/// taken, or else for the first of its manager.
class QueueReferent final : public Referent {
 public:
  /// Queue(maxsize=0); zero or less is no bound.
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override { return object_repr("queue.Queue"); }
  Outcome get_value() const override;
  Outcome timed_out(SessionId session) override;
  void withdraw(SessionId session) override;
  void give_back(SessionId session, Object item) override;
  void client_gone(ClientId client) override;
  void manager_gone(ManagerId manager) override;

  Outcome empty(const Call& call);
  Outcome full(const Call& call);
  Outcome get(const Call& call);
  Outcome get_nowait(const Call& call);
  Outcome join(const Call& call);
  Outcome put(const Call& call);
  Outcome put_nowait(const Call& call);
  Outcome qsize(const Call& call);
  Outcome shutdown(const Call& call);
  Outcome task_done(const Call& call);

 private:
  using Referent::Referent;

  struct Item {
    Object value;
    bool carries_proxies;
  };
  struct Putter {
    SessionId session;
    Item item;
  };
  /// How a call wants to wait.
  struct Waiting {
    bool block;
    const Object* timeout;  // nullptr and None: for ever
  };

  bool is_full() const { return bounded_ && items_.size() >= capacity_; }
  Outcome enqueue(Item item, const Waiting& waiting, const Call& call);
  Outcome dequeue(const Waiting& waiting, const Call& call);
  void admit(Item item);
  Object take(SessionId session);
  void hand_over(SessionId session, const Object& value);
  void put_back(Object value);
  void forget_done(SessionId session);
  template <class Predicate>
  void put_back_taken(Predicate is_of);
  void wake_joiners();

  struct Taken {
    SessionId session;
    ClientId client;
    Object value;
  };

  bool joinable_ = false;
  bool bounded_ = false;
  std::uint64_t capacity_ = 0;
  bool shut_down_ = false;
  std::uint64_t unfinished_ = 0;
  std::deque<Object> items_;
  std::deque<SessionId> getters_;
  std::deque<Putter> putters_;
  std::deque<SessionId> joiners_;
  std::deque<Taken> taken_;  // of joinable ones that are shared: not done, in order; still held
  References references_{host()};
};

}  // namespace mp::manager
