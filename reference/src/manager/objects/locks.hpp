#pragma once

#include <deque>
#include <memory>

#include "manager/objects/lock_core.hpp"
#include "manager/objects/references.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// threading.Lock and threading.RLock.
class LockReferent final : public Referent {
 public:
  static Attempt<std::unique_ptr<Referent>> make_lock(Host& host, ObjectNumber number,
                                                      const Call& call);
  static Attempt<std::unique_ptr<Referent>> make_rlock(Host& host, ObjectNumber number,
                                                       const Call& call);

  static std::unique_ptr<Referent> restore_lock(Host& host, ObjectNumber number, SavedState& state);
  static std::unique_ptr<Referent> restore_rlock(Host& host, ObjectNumber number,
                                                 SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;
  Outcome timed_out(SessionId session) override;
  void withdraw(SessionId session) override;

  Outcome acquire(const Call& call) { return core_->acquire(call); }
  Outcome release(const Call& call);

  // Beyond CPython: spec/notes/extensions.md.
  Outcome fence(const Call& call);

  /// A Condition may be made on this lock.
  const std::shared_ptr<LockCore>& core() const { return core_; }

 private:
  LockReferent(Host& host, ObjectNumber number, LockCore::Kind kind);
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call,
                                                 LockCore::Kind kind);

  std::shared_ptr<LockCore> core_;
};

/// threading.Condition. A waiting session is first among waiters_; when it is notified, or its time
/// is over, it queues for the lock like everybody else and is answered with the lock in its hands.
class ConditionReferent final : public Referent {
 public:
  /// Condition(lock=None), where the lock is a proxy of a Lock or RLock of this server.
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;
  Outcome timed_out(SessionId session) override;
  void withdraw(SessionId session) override;

  Outcome acquire(const Call& call) { return core_->acquire(call); }
  Outcome release(const Call& call);
  Outcome wait(const Call& call);
  Outcome notify(const Call& call);
  Outcome notify_all(const Call& call);
  // Beyond CPython: spec/notes/extensions.md.
  Outcome fence(const Call& call);

 private:
  using Referent::Referent;

  struct Waiter {
    LockCore::Holder holder;
    std::uint64_t depth;  // levels of the lock to take again
  };
  void wake(std::size_t count);

  std::shared_ptr<LockCore> core_;
  ObjectNumber lock_ = 0;  // the object whose core it is; 0: its own
  std::deque<Waiter> waiters_;
  References references_{host()};
};

/// What '#GETVALUE' of a synchronization object gives.
Outcome cannot_pickle_lock();

}  // namespace mp::manager
