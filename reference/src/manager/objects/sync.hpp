#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "manager/objects/arguments.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// threading.Semaphore and threading.BoundedSemaphore. Units have no owner: those of a dead client
/// are lost, because a semaphore may as well count events as resources. But where managers share
/// it, those of a BoundedSemaphore, which are resources, come back when a manager has gone: as many
/// as its clients had acquired more often than released.
class SemaphoreReferent final : public Referent {
 public:
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static Attempt<std::unique_ptr<Referent>> make_bounded(Host& host, ObjectNumber number,
                                                         const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  static std::unique_ptr<Referent> restore_bounded(Host& host, ObjectNumber number,
                                                   SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;
  Outcome timed_out(SessionId session) override;
  void withdraw(SessionId session) override;
  void manager_gone(ManagerId manager) override;

  Outcome acquire(const Call& call);
  Outcome release(const Call& call);

 private:
  using Referent::Referent;
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call,
                                                 bool bounded);
  void taken_by(SessionId session, std::int64_t count);
  void add(std::int64_t count);

  std::int64_t value_ = 1;
  std::optional<std::int64_t> bound_;
  std::map<ManagerId, std::int64_t> taken_;  // of the bounded, by managers other than 0
  std::deque<SessionId> waiters_;            // only while value_ is 0
};

/// threading.Event.
class EventReferent final : public Referent {
 public:
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;
  Outcome timed_out(SessionId session) override;
  void withdraw(SessionId session) override;

  Outcome is_set(const Call& call);
  Outcome set(const Call& call);
  Outcome clear(const Call& call);
  Outcome wait(const Call& call);

 private:
  using Referent::Referent;

  bool set_ = false;
  std::deque<SessionId> waiters_;
};

/// threading.Barrier. A waiting client that goes away takes its place with it: the others wait on.
class BarrierReferent final : public Referent {
 public:
  /// Barrier(parties, action=None, timeout=None); an action would be code and is refused.
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;
  Outcome timed_out(SessionId session) override;
  void withdraw(SessionId session) override;

  /// parties, n_waiting and broken.
  Outcome get_attribute(const Call& call);
  Outcome wait(const Call& call);
  Outcome abort(const Call& call);
  Outcome reset(const Call& call);

 private:
  using Referent::Referent;
  void break_waiters();

  std::size_t parties_ = 1;
  WaitLimit timeout_;
  bool broken_ = false;
  std::deque<SessionId> waiters_;  // their places are their indices when the barrier opens
};

}  // namespace mp::manager
