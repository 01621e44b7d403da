#include "manager/objects/lock_core.hpp"

#include <algorithm>

#include "manager/objects/arguments.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

struct AcquireArguments {
  bool blocking;
  WaitLimit limit;  // none for ever
};

Attempt<AcquireArguments> parse_acquire(const Call& call) {
  constexpr std::string_view names[] = {"blocking", "timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "acquire", names, 0));
  const bool blocking = given[0] == nullptr || truth(*given[0]);
  double seconds = -1;
  if (given[1] != nullptr) {
    MP_TRY_ASSIGN(seconds, to_seconds(*given[1]));
  }
  if (!blocking) {
    if (seconds != -1) {
      return value_error("can't specify a timeout for a non-blocking call");
    }
    return AcquireArguments{false, WaitLimit(0.0)};
  }
  if (seconds == -1) return AcquireArguments{true, std::nullopt};
  if (seconds < 0) return value_error("timeout value must be positive");
  return AcquireArguments{true, WaitLimit(seconds)};
}

}  // namespace

LockCore::~LockCore() {
  if (holder_) host_.lock_released(*this);
}

bool LockCore::is_owned_by(SessionId session) const {
  if (!holder_) return false;
  return kind_ == Kind::Plain || holder_->session == session;
}

void LockCore::hold(const Holder& holder, std::uint64_t depth) {
  holder_ = holder;
  depth_ = depth;
  fence_ = host_.lock_acquired(*this);
}

bool LockCore::try_acquire(const Holder& holder) {
  if (!holder_) {
    hold(holder, 1);
    return true;
  }
  if (kind_ == Kind::Plain || holder_->session != holder.session) return false;
  ++depth_;
  return true;
}

Outcome LockCore::acquire(const Call& call) {
  MP_TRY_ASSIGN(const AcquireArguments arguments, parse_acquire(call));
  MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(arguments.limit, call.now));
  const Holder holder{call.session, call.client};
  if (try_acquire(holder)) return returned(Object::boolean(true));
  if (!arguments.blocking || deadline <= call.now) return returned(Object::boolean(false));
  waiters_.push_back({holder, 1, Object::boolean(true)});
  return Outcome::park(deadline);
}

Attempt<void> LockCore::release(SessionId session) {
  if (kind_ == Kind::Plain) {
    if (!holder_) return runtime_error("release unlocked lock");
  } else if (!holder_ || holder_->session != session) {
    return runtime_error("cannot release un-acquired lock");
  }
  if (--depth_ == 0) pass_on();
  return {};
}

std::uint64_t LockCore::release_all() {
  const std::uint64_t held = depth_;
  depth_ = 0;
  pass_on();
  return held;
}

bool LockCore::acquire_or_enqueue(Waiter waiter) {
  if (holder_) {
    waiters_.push_back(std::move(waiter));
    return false;
  }
  hold(waiter.holder, waiter.depth);
  return true;
}

void LockCore::pass_on() {
  MP_ASSERT(holder_ && depth_ == 0);
  host_.lock_released(*this);
  holder_.reset();
  if (waiters_.empty()) return;
  Waiter next = std::move(waiters_.front());
  waiters_.pop_front();
  hold(next.holder, next.depth);
  host_.answer(next.holder.session, returned(std::move(next.answer)));
}

Object LockCore::save() const {
  std::vector<Object> waiters;
  for (const Waiter& waiter : waiters_) {
    waiters.push_back(saved(waiter.holder.session));
    waiters.push_back(saved(waiter.holder.client));
    waiters.push_back(saved(waiter.depth));
    waiters.push_back(waiter.answer);
  }
  const Holder holder = holder_.value_or(Holder{0, 0});
  return Object::tuple_of(Object::boolean(holder_.has_value()), saved(holder.session),
                          saved(holder.client), saved(depth_), saved(fence_),
                          Object::tuple(std::move(waiters)));
}

void LockCore::restore(SavedState& state) {
  SavedState core(state.tuple());
  const bool is_held = core.flag();
  const SessionId session = core.number();
  const ClientId client = core.number();
  depth_ = core.number();
  fence_ = core.number();
  SavedState waiters(core.tuple());
  while (!waiters.is_at_end()) {
    Waiter waiter{};
    waiter.holder.session = waiters.number();
    waiter.holder.client = waiters.number();
    waiter.depth = waiters.number();
    waiter.answer = waiters.any();
    waiters_.push_back(std::move(waiter));
  }
  if (!core.is_whole() || !waiters.is_whole()) return state.reject();
  if (!is_held) return;
  holder_ = Holder{session, client};
  host_.lock_restored(*this);
}

bool LockCore::withdraw(SessionId session) {
  return std::erase_if(waiters_, [session](const Waiter& waiter) {
           return waiter.holder.session == session;
         }) != 0;
}

void LockCore::holder_gone() {
  depth_ = 0;
  pass_on();
}

}  // namespace mp::manager
