#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "manager/objects/outcome.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// The lock inside Lock, RLock and Condition. Served in order of arrival: release hands the lock
/// to the oldest waiter, so nobody can overtake.
///
/// Plain (Lock): has no owner, any session may release it. Recursive (RLock): only the session that
/// holds it may release it, and may acquire it again.
///
/// When the holder goes away: a recursive lock is passed on as soon as its session ends, because
/// nobody could ever release it. The end of a session alone says nothing about a plain lock, which
/// another thread or process may rightfully release later; it is passed on when the process that
/// acquired it has died without giving back its references, that is, was killed. See Dispatcher.
class LockCore {
 public:
  enum class Kind { Plain, Recursive };
  struct Holder {
    SessionId session;
    ClientId client;
  };
  /// A parked session that gets the lock when it is free, `depth` times, and then `answer`.
  struct Waiter {
    Holder holder;
    std::uint64_t depth;
    Object answer;
  };

  LockCore(Host& host, Kind kind) : host_(host), kind_(kind) {}
  LockCore(const LockCore&) = delete;
  LockCore& operator=(const LockCore&) = delete;
  ~LockCore();

  Kind kind() const { return kind_; }
  bool is_locked() const { return holder_.has_value(); }
  const std::optional<Holder>& holder() const { return holder_; }
  std::uint64_t depth() const { return depth_; }
  /// What threading.Condition means by it: of a plain lock, that somebody holds it.
  bool is_owned_by(SessionId session) const;

  /// acquire(blocking=True, timeout=-1) with the rules of threading.Lock: True, False or parked.
  Outcome acquire(const Call& call);
  /// RuntimeError when there is nothing that this session may release.
  Attempt<void> release(SessionId session);

  /// For Condition.wait: gives the lock up altogether; how many levels were held.
  std::uint64_t release_all();
  /// Takes the lock for the waiter when it is free, else queues it. True when it has it now.
  bool acquire_or_enqueue(Waiter waiter);

  /// Rises with every acquisition of any lock of the server: what is protected elsewhere can tell
  /// by it that a holder has been replaced. Of the present holder, or the last one.
  std::uint64_t fence() const { return fence_; }

  Object save() const;
  void restore(SavedState& state);

  /// Forgets a waiter; whether there was one.
  bool withdraw(SessionId session);
  /// The holder will never release.
  void holder_gone();

 private:
  bool try_acquire(const Holder& holder);
  void hold(const Holder& holder, std::uint64_t depth);
  void pass_on();

  Host& host_;
  Kind kind_;
  std::optional<Holder> holder_;
  std::uint64_t depth_ = 0;
  std::uint64_t fence_ = 0;
  std::deque<Waiter> waiters_;
};

}  // namespace mp::manager
