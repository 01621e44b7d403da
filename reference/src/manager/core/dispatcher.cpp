#include "manager/core/dispatcher.hpp"

#include <algorithm>

#include "manager/core/call_arguments.hpp"
#include "manager/objects/lock_core.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager {
namespace {

std::string encode(const Outcome& outcome) {
  switch (outcome.kind()) {
    case Outcome::Kind::Return:
      return encode_reply(ReplyKind::Return, outcome.value());
    case Outcome::Kind::Raise:
      return encode_reply(ReplyKind::Error, outcome.value());
    case Outcome::Kind::Unserializable:
      return encode_reply(ReplyKind::Unserializable, Object::str(outcome.text()));
    case Outcome::Kind::Traceback:
      return encode_reply(ReplyKind::Traceback, Object::str(outcome.text()));
    case Outcome::Kind::Park:
      break;
  }
  MP_ASSERT(false && "a parked request has no reply yet");
}

}  // namespace

SessionId Dispatcher::open(ClientId client) {
  const SessionId id = next_session_++;
  sessions_[id].client = client;
  return id;
}

Dispatcher::Session& Dispatcher::session(SessionId id) {
  const auto found = sessions_.find(id);
  MP_ASSERT(found != sessions_.end());
  return found->second;
}

bool Dispatcher::is_waiting(SessionId id) const {
  const auto found = sessions_.find(id);
  return found != sessions_.end() && found->second.parked.has_value();
}

Result<Request> Dispatcher::decode(std::string_view payload) const {
  if (payload.empty()) return Error{ErrorCode::Closed, "the session ends"};
  return decode_request(payload, options_.limits);
}

void Dispatcher::receive(SessionId id, std::string_view payload, Clock::time_point now) {
  receive(id, decode(payload), now);
}

void Dispatcher::receive(SessionId id, const Result<Request>& request, Clock::time_point now) {
  Session& current = session(id);
  MP_ASSERT(!current.parked && !current.closed);
  ++request_count_;
  end_grace(current);
  if (!request && request.error().code == ErrorCode::Closed) {
    end_session(id);
  } else if (request) {
    current.serving ? serve_request(id, *request, now) : serve_server_request(id, *request, now);
  } else {
    reply(id, Outcome::traceback(request.error().message + "\n"));
    if (!current.serving) end_session(id);
  }
  objects_.reap();
}

void Dispatcher::refuse(SessionId id, std::string_view why) {
  reply_and_close(id, Outcome::traceback("OSError: " + std::string(why) + "\n"));
}

void Dispatcher::serve_request(SessionId id, const Request& request, Clock::time_point now) {
  const bool is_text = request.ident.kind() == Kind::Str;
  Referent* referent = is_text ? objects_.find(request.ident.as_str()) : nullptr;
  if (referent == nullptr) return reply(id, traceback(key_error(request.ident)));
  call_method(id, *referent, request, now);
}

void Dispatcher::call_method(SessionId id, Referent& referent, const Request& request,
                             Clock::time_point now) {
  const bool is_text = request.name.kind() == Kind::Str;
  const Method* method = is_text ? referent.type().find(request.name.as_str()) : nullptr;
  if (method == nullptr || method->function == nullptr) {
    return reply(id, call_fallback(referent, request.name));
  }
  if (method->takes && is_gone_ && is_gone_(id)) return end_session(id);
  const Attempt<CallArguments> arguments = unpack_arguments(*this, method->name, request);
  if (!arguments) return reply(id, arguments.error());
  const Call call = arguments->call(id, session(id).client, now);
  settle(id, referent.number(), method->function(referent, call));
}

Outcome Dispatcher::call_fallback(const Referent& referent, const Object& name) const {
  if (name.is_str("#GETVALUE")) return referent.get_value();
  if (name.is_str("__str__") || name.is_str("__repr__")) {
    MP_TRY_ASSIGN(const std::string text, referent.repr());
    return returned(Object::str(text));
  }
  return traceback(key_error(name));
}

void Dispatcher::settle(SessionId id, ObjectNumber object, const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::Park) return park(id, object, outcome.deadline());
  reply(id, outcome);
}

void Dispatcher::reply(SessionId id, const Outcome& outcome) {
  if (outcome.kind() != Outcome::Kind::Return) ++error_count_;
  std::string payload = encode(outcome);
  if (payload.find(kProxyMark) != payload.npos) grant_grace(session(id), outcome.value());
  replies_.push_back({id, std::move(payload), false});
}

void Dispatcher::reply_and_close(SessionId id, const Outcome& outcome) {
  reply(id, outcome);
  end_session(id);
}

void Dispatcher::end_session(SessionId id) {
  session(id).closed = true;
  const bool has_last_word = !replies_.empty() && replies_.back().session == id;
  if (has_last_word) {
    replies_.back().close = true;
  } else {
    replies_.push_back({id, std::nullopt, true});
  }
}

void Dispatcher::park(SessionId id, ObjectNumber object, Clock::time_point deadline) {
  Session& waiting = session(id);
  MP_ASSERT(!waiting.parked);
  waiting.parked = Parked{object, deadline};
  ++waiting_count_;
  objects_.park(object);
  if (deadline != Clock::time_point::max()) deadlines_.insert({deadline, id});
}

void Dispatcher::unpark(Session& waiting, SessionId id) {
  MP_ASSERT(waiting.parked);
  deadlines_.erase({waiting.parked->deadline, id});
  objects_.unpark(waiting.parked->object);
  waiting.parked.reset();
  --waiting_count_;
}

void Dispatcher::answer(SessionId id, Outcome outcome) {
  unpark(session(id), id);
  reply(id, outcome);
}

void Dispatcher::wait_for_ever(SessionId id) {
  Session& waiting = session(id);
  MP_ASSERT(waiting.parked);
  deadlines_.erase({waiting.parked->deadline, id});
  waiting.parked->deadline = Clock::time_point::max();
}

void Dispatcher::withdraw(Session& waiting, SessionId id) {
  if (!waiting.parked) return;
  objects_.at(waiting.parked->object).withdraw(id);
  unpark(waiting, id);
}

void Dispatcher::expire(Clock::time_point now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const SessionId id = deadlines_.begin()->second;
    Session& waiting = session(id);
    const ObjectNumber object = waiting.parked->object;
    // Parked again below, if the object says so: a Condition then waits for its lock.
    const Outcome outcome = objects_.at(object).timed_out(id);
    unpark(waiting, id);
    settle(id, object, outcome);
  }
  while (!dead_clients_.empty() && dead_clients_.begin()->first <= now) {
    objects_.drop_references_of(dead_clients_.begin()->second);
    dead_clients_.erase(dead_clients_.begin());
  }
  objects_.reap();
}

Clock::time_point Dispatcher::next_deadline() const {
  Clock::time_point next = Clock::time_point::max();
  if (!deadlines_.empty()) next = deadlines_.begin()->first;
  if (!dead_clients_.empty()) next = std::min(next, dead_clients_.begin()->first);
  return next;
}

void Dispatcher::close(SessionId id) {
  Session& ended = session(id);
  withdraw(ended, id);
  end_grace(ended);
  sessions_.erase(id);
  release_locks_of_session(id);
  objects_.reap();
}

void Dispatcher::abandon_waits(ClientId client) {
  if (client == kAnonymous) return;
  for (auto& [id, waiting] : sessions_) {
    if (waiting.client != client || !waiting.parked) continue;
    withdraw(waiting, id);
    end_session(id);
  }
  objects_.reap();
}

void Dispatcher::client_died(ClientId client, Clock::time_point now) {
  if (client == kAnonymous || !objects_.has_references_of(client)) return;
  release_locks_of_client(client);
  dead_clients_.insert({now + options_.orphan_grace, client});
  objects_.reap();
}

void Dispatcher::release_locks_of_session(SessionId id) {
  std::vector<LockCore*> orphaned;
  for (LockCore* lock : held_locks_) {
    if (lock->kind() == LockCore::Kind::Recursive && lock->holder()->session == id) {
      orphaned.push_back(lock);
    }
  }
  for (LockCore* lock : orphaned) lock->holder_gone();
}

void Dispatcher::release_locks_of_client(ClientId client) {
  std::vector<LockCore*> orphaned;
  for (LockCore* lock : held_locks_) {
    if (lock->holder()->client == client) orphaned.push_back(lock);
  }
  for (LockCore* lock : orphaned) lock->holder_gone();
}

Referent* Dispatcher::referent_of(const Object& proxy) {
  const std::optional<ProxyParts> parts = proxy_parts_of(proxy);
  // An ident of ours is nobody else's, so the address need not be looked at: clients reach this
  // server under several names, and the token has the one that its maker used.
  return parts ? objects_.find(parts->token.ident) : nullptr;
}

void Dispatcher::grant_grace(Session& receiver, const Object& value) {
  for_each_proxy(value, [&](const Object& proxy) {
    const Referent* referent = referent_of(proxy);
    if (referent == nullptr) return;
    objects_.grant_grace(referent->number());
    receiver.grace.push_back(referent->number());
  });
}

void Dispatcher::end_grace(Session& receiver) {
  for (const ObjectNumber number : std::exchange(receiver.grace, {})) objects_.end_grace(number);
}

}  // namespace mp::manager
