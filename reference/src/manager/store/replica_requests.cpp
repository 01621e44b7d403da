// Requests of this manager's sessions, until they are in a round.
#include <algorithm>
#include <array>

#include "manager/store/replica.hpp"

namespace mp::manager {
namespace {

/// An engine takes no more than 512 MiB in one piece.
constexpr std::size_t kRequestBytesMax = std::size_t{400} << 20;
/// What a session may send ahead of its answers.
constexpr std::size_t kAheadMax = 256;
constexpr std::size_t kAheadBytesMax = std::size_t{1} << 20;

}  // namespace

/// Why a request is not even tried; nothing for all others.
std::optional<std::string> Replica::refusal_of(SessionId session, const Request& request) const {
  constexpr std::array<std::string_view, 5> kLocks = {"Lock", "RLock", "Condition", "Semaphore",
                                                      "BoundedSemaphore"};
  if (!options_.refuses_locks || dispatcher_.is_serving(session)) return {};
  if (!request.name.is_str("create") || request.args.kind() != Kind::Tuple) return {};
  const std::span<const Object> args = request.args.items();
  if (args.empty() || args[0].kind() != Kind::Str) return {};
  const std::string_view type_id = args[0].as_str();
  if (std::find(kLocks.begin(), kLocks.end(), type_id) == kLocks.end()) return {};
  return "NotImplementedError: unsupported: no " + std::string(type_id) +
         " in a store that may forget who holds it (--store-consistency fast)";
}

bool Replica::takes_more(SessionId session) const {
  if (dispatcher_.is_waiting(session)) return false;
  const auto found = pending_.find(session);
  if (found == pending_.end()) return true;
  return found->second.size() < kAheadMax && found->second.bytes < kAheadBytesMax;
}

void Replica::receive(SessionId session, Result<Request> request, std::string_view payload,
                      Clock::time_point now) {
  ++request_count_;
  now_ = now;
  if (!is_waiting(session) && !dispatcher_.has_undelivered(session))
    return take(session, std::move(request), std::string(payload), now);
  Pending& pending = pending_[session];
  pending.bytes += payload.size();
  pending.following.push_back({std::move(request), std::string(payload)});
  followed_.insert(session);
  take_following(session);
}

void Replica::take(SessionId session, Result<Request> request, std::string payload,
                   Clock::time_point now) {
  if (!request) return dispatcher_.reject(session, request.error());
  if (dispatcher_.answer_alone(session, *request, now)) return;
  if (const auto why = refusal_of(session, *request)) {
    return dispatcher_.refuse_request(session, *why);
  }
  if (payload.size() > kRequestBytesMax) {
    return dispatcher_.refuse_request(session,
                                      "MemoryError: unsupported: over 400 MiB in one call");
  }
  if (dispatcher_.may_be_reading(session, *request)) {
    read(session, *std::move(request), std::move(payload), now);
  } else {
    plan_call(session, *std::move(request), std::move(payload), now);
  }
}

void Replica::read(SessionId session, Request request, std::string payload, Clock::time_point now) {
  Pending& pending = pending_[session];
  pending.reading.push_back(now);
  pending.bytes += payload.size();
  readers_.push_back({session, std::move(request), std::move(payload), now});
}

void Replica::plan_call(SessionId session, Request request, std::string payload,
                        Clock::time_point now) {
  Pending& pending = pending_[session];
  Op::Kind kind = pending.planned.empty() ? Op::Kind::Call : Op::Kind::CallBehind;
  if (dispatcher_.is_serving(session)) {
    spoken_.insert(session);
  } else {
    kind = Op::Kind::ServerCall;
  }
  if (kind == Op::Kind::Call) acknowledgements_.erase(session);  // the call says so
  pending.planned.push_back(now);
  pending.bytes += payload.size();
  plan({kind, session, clients_.at(session), now, std::move(payload)}, std::move(request));
}

/// Whether the next one need not wait until those on their way are done.
bool Replica::goes_with_others(SessionId session, const Pending& pending) const {
  const Following& next = pending.following.front();
  if (pending.stops || !next.request || !dispatcher_.is_serving(session)) return false;
  if (next.payload.size() > kRequestBytesMax) return false;  // is refused when its turn comes
  return pending.reading.empty() || dispatcher_.may_be_reading(session, *next.request);
}

Replica::Following Replica::next_of(Pending& pending) const {
  Following next = std::move(pending.following.front());
  pending.following.pop_front();
  pending.bytes -= next.payload.size();
  return next;
}

void Replica::take_following(SessionId session) {
  for (auto found = pending_.find(session); found != pending_.end();
       found = pending_.find(session)) {
    Pending& pending = found->second;
    if (pending.following.empty()) {
      followed_.erase(session);
      if (!pending.is_on_its_way()) pending_.erase(found);
      return;
    }
    if (dispatcher_.is_waiting(session) || refused_.contains(session)) return;
    if (pending.is_on_its_way()) {
      if (!goes_with_others(session, pending)) return;
      Following next = next_of(pending);
      if (!pending.planned.empty()) {
        plan_call(session, *std::move(next.request), std::move(next.payload), now_);
      } else {
        read(session, *std::move(next.request), std::move(next.payload), now_);
      }
      continue;
    }
    // Who is given something has to have got it before it is taken to have asked for more.
    if (dispatcher_.has_undelivered(session)) return;
    pending.stops = false;
    Following next = next_of(pending);
    take(session, std::move(next.request), std::move(next.payload), now_);
  }
  followed_.erase(session);
}

void Replica::take_all_following() {
  for (const SessionId session : std::set<SessionId>(followed_)) take_following(session);
}

void Replica::done(SessionId session, std::deque<Clock::time_point> Pending::*where,
                   std::size_t bytes) {
  const auto found = pending_.find(session);
  if (found == pending_.end() || (found->second.*where).empty()) return;
  (found->second.*where).pop_front();
  found->second.bytes -= bytes;
  if (found->second.size() == 0) pending_.erase(found);
}

void Replica::plan(Op op, std::optional<Request> request) {
  ops_.push_back({std::move(op), std::move(request)});
}

void Replica::refuse(SessionId session, std::string_view why) {
  if (is_mine(session)) dispatcher_.refuse(session, why);
}

void Replica::close(SessionId session) {
  if (!is_mine(session) || clients_.erase(session) == 0) return;
  pending_.erase(session);
  followed_.erase(session);
  refused_.erase(session);
  if (acknowledgements_.erase(session) != 0) plan({Op::Kind::Acknowledge, session});
  if (spoken_.erase(session) != 0) {
    plan({Op::Kind::Close, session});
  } else {
    dispatcher_.replay_close(session);  // nobody else has heard of it
  }
}

void Replica::delivered(SessionId session) {
  if (!dispatcher_.delivered(session)) return;
  acknowledgements_.insert(session);
  take_following(session);
}

void Replica::abandon_waits(ClientId client) {
  if (!is_anonymous(client)) plan({Op::Kind::AbandonWaits, 0, whole(client)});
}

void Replica::client_died(ClientId client, Clock::time_point now) {
  if (!is_anonymous(client)) plan({Op::Kind::ClientDied, 0, whole(client), now});
}

void Replica::take_replies(std::vector<Dispatcher::Reply>& out) {
  dispatcher_.take_replies(out);
  if (refused_.empty()) return;
  std::erase_if(out, [this](const Dispatcher::Reply& reply) {
    // The refusal itself is the one that closes.
    return refused_.contains(reply.session) && !reply.close;
  });
}

void Replica::pass(Clock::time_point now) {
  now_ = now;
  if (!ticks_ && dispatcher_.next_deadline(manager_) <= now) {
    ticks_ = true;
    plan({Op::Kind::Tick, 0, 0, now});
  }
  for (const auto& [session, pending] : pending_) {
    const auto since = pending.since();
    if (!since || *since + options_.patience > now || refused_.contains(session)) continue;
    dispatcher_.refuse(session,
                       "the store has not confirmed the call: it may be carried out, or not");
    refused_.insert(session);
  }
}

Clock::time_point Replica::next_deadline() const {
  Clock::time_point next = ticks_ ? Clock::time_point::max() : dispatcher_.next_deadline(manager_);
  for (const auto& [session, pending] : pending_) {
    const auto since = pending.since();
    if (since && !refused_.contains(session)) next = std::min(next, *since + options_.patience);
  }
  return next;
}

}  // namespace mp::manager
