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

bool Dispatcher::may_be_reading(SessionId id, const Request& request) const {
  const Session& current = sessions_.at(id);
  if (!current.serving) return reads_server(request.name);
  const bool is_text = request.ident.kind() == Kind::Str && request.name.kind() == Kind::Str;
  const Referent* referent = is_text ? objects_.find(request.ident.as_str()) : nullptr;
  if (referent == nullptr) return true;  // it may be new elsewhere
  const Method* method = referent->type().find(request.name.as_str());
  return method == nullptr || method->function == nullptr || method->reads;
}

bool Dispatcher::answer_reading(SessionId id, const Request& request, Clock::time_point now) {
  const Session& current = session(id);
  if (!current.grace.empty()) return false;  // which ends with every request
  const std::optional<Outcome> outcome =
      current.serving ? read_object(id, request, now) : read_server(id, request, now);
  if (!outcome) return false;
  std::string payload = encode(*outcome);
  if (payload.find(kProxyMark) != payload.npos) return false;
  if (outcome->kind() != Outcome::Kind::Return) ++error_count_;
  replies_.push_back({id, std::move(payload), false});
  if (!current.serving) end_session(id);
  return true;
}

std::optional<Outcome> Dispatcher::read_object(SessionId id, const Request& request,
                                               Clock::time_point now) {
  const bool is_text = request.ident.kind() == Kind::Str;
  Referent* referent = is_text ? objects_.find(request.ident.as_str()) : nullptr;
  if (referent == nullptr) return traceback(key_error(request.ident));
  const Method* method =
      request.name.kind() == Kind::Str ? referent->type().find(request.name.as_str()) : nullptr;
  if (method == nullptr || method->function == nullptr) {
    return call_fallback(*referent, request.name);
  }
  if (!method->reads) return std::nullopt;
  const Attempt<CallArguments> arguments = unpack_arguments(*this, method->name, request);
  if (!arguments) return Outcome(arguments.error());
  return method->function(*referent, arguments->call(id, session(id).client, now));
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
  if (!request) {
    reject(id, request.error());
  } else {
    current.serving ? serve_request(id, *request, now) : serve_server_request(id, *request, now);
  }
  objects_.reap();
}

void Dispatcher::reject(SessionId id, const Error& error) {
  if (error.code == ErrorCode::Closed) return end_session(id);
  refuse_request(id, error.message);
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
  if (!is_mine(id)) return reply_elsewhere(id, outcome);
  if (outcome.kind() != Outcome::Kind::Return) ++error_count_;
  std::string payload = encode(outcome);
  if (manager_ != 0) {
    reply_elsewhere(id, outcome);  // as the copies do
  } else if (payload.find(kProxyMark) != payload.npos) {
    grant_grace(session(id), outcome.value());
  }
  replies_.push_back({id, std::move(payload), false});
}

void Dispatcher::reply_and_close(SessionId id, const Outcome& outcome) {
  reply(id, outcome);
  end_session(id);
}

void Dispatcher::end_session(SessionId id) {
  session(id).closed = true;
  if (!is_mine(id)) return;
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
  if (deadline != Clock::time_point::max()) deadlines_.insert({manager_of(id), deadline, id});
}

void Dispatcher::unpark(Session& waiting, SessionId id) {
  MP_ASSERT(waiting.parked);
  deadlines_.erase({manager_of(id), waiting.parked->deadline, id});
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
  deadlines_.erase({manager_of(id), waiting.parked->deadline, id});
  waiting.parked->deadline = Clock::time_point::max();
}

void Dispatcher::withdraw(Session& waiting, SessionId id) {
  if (!waiting.parked) return;
  objects_.at(waiting.parked->object).withdraw(id);
  unpark(waiting, id);
}

void Dispatcher::expire(Clock::time_point now, ManagerId manager) {
  const auto next = [&](const std::set<Due>& all) -> std::optional<Due> {
    const auto first = all.lower_bound({manager, Clock::time_point::min(), 0});
    if (first == all.end() || std::get<0>(*first) != manager || std::get<1>(*first) > now) {
      return std::nullopt;
    }
    return *first;
  };
  while (const std::optional<Due> due = next(deadlines_)) {
    const SessionId id = std::get<2>(*due);
    Session& waiting = session(id);
    const ObjectNumber object = waiting.parked->object;
    // Parked again below, if the object says so: a Condition then waits for its lock.
    const Outcome outcome = objects_.at(object).timed_out(id);
    unpark(waiting, id);
    settle(id, object, outcome);
  }
  while (const std::optional<Due> due = next(dead_clients_)) {
    objects_.drop_references_of(std::get<2>(*due));
    dead_clients_.erase(*due);
  }
  objects_.reap();
}

Clock::time_point Dispatcher::next_deadline(ManagerId manager) const {
  Clock::time_point next = Clock::time_point::max();
  for (const std::set<Due>* all : {&deadlines_, &dead_clients_}) {
    if (all->empty()) continue;
    const auto first = all->lower_bound({manager, Clock::time_point::min(), 0});
    if (first == all->end() || std::get<0>(*first) != manager) continue;
    next = std::min(next, std::get<1>(*first));
  }
  return next;
}

void Dispatcher::close(SessionId id) {
  Session& ended = session(id);
  withdraw(ended, id);
  give_back(id);
  end_grace(ended);
  undelivered_.erase(id);
  sessions_.erase(id);
  release_locks_of_session(id);
  objects_.reap();
}

void Dispatcher::abandon_waits(ClientId client) {
  if (is_anonymous(client)) return;
  for (auto& [id, waiting] : sessions_) {
    if (waiting.client != client || !waiting.parked) continue;
    withdraw(waiting, id);
    end_session(id);
  }
  objects_.reap();
}

void Dispatcher::client_died(ClientId client, Clock::time_point now) {
  if (is_anonymous(client) || !objects_.has_references_of(client)) return;
  release_locks_of_client(client);
  if (remembers_handed()) {
    for (const ObjectNumber number : objects_.numbers()) objects_.at(number).client_gone(client);
  }
  dead_clients_.insert({manager_of(client), now + options_.orphan_grace, client});
  objects_.reap();
}

void Dispatcher::release_locks_of_session(SessionId id) {
  std::vector<LockCore*> orphaned;
  for (LockCore* lock : held_locks_) {
    if (lock->kind() == LockCore::Kind::Recursive && lock->holder()->session == id) {
      orphaned.push_back(lock);
    }
  }
  pass_on(std::move(orphaned));
}

void Dispatcher::release_locks_of_client(ClientId client) {
  std::vector<LockCore*> orphaned;
  for (LockCore* lock : held_locks_) {
    if (lock->holder()->client == client) orphaned.push_back(lock);
  }
  pass_on(std::move(orphaned));
}

void Dispatcher::pass_on(std::vector<LockCore*> locks) {
  // In the order of their acquisition: every copy gives the next holders the same tokens.
  std::sort(locks.begin(), locks.end(),
            [](const LockCore* a, const LockCore* b) { return a->fence() < b->fence(); });
  for (LockCore* lock : locks) lock->holder_gone();
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
