#include "manager/store/replica.hpp"

#include <algorithm>
#include <array>

#include "manager/objects/saved_state.hpp"
#include "mp/pickle.hpp"

namespace mp::manager {
namespace {

constexpr std::string_view kSnapshotMagic = "mpS1";
/// An engine takes no more than 512 MiB in one piece.
constexpr std::size_t kEntryBytes = std::size_t{32} << 20;
constexpr std::size_t kRequestBytesMax = std::size_t{400} << 20;
/// What a session may send ahead of its answers.
constexpr std::size_t kAheadMax = 256;
constexpr std::size_t kAheadBytesMax = std::size_t{1} << 20;

/// What another manager has accepted is accepted here, whatever the limits of either.
pickle::LoadLimits wide_limits(std::size_t depth) {
  pickle::LoadLimits limits;
  limits.depth = depth;
  limits.values = limits.memo = limits.int_bytes = limits.memory = std::size_t{1} << 48;
  limits.memory_per_byte = limits.walk_per_byte = 1 << 10;
  return limits;
}

std::string header(std::uint64_t position) {
  std::string text(kSnapshotMagic);
  return text + std::to_string(position) + '\n';
}

}  // namespace

void Replica::join(ManagerId manager, std::string tag, Seal seal) {
  manager_ = manager;
  seal_ = std::move(seal);
  next_session_ = 1;
  sequence_ = 0;
  sequences_.clear();
  pending_.clear();
  followed_.clear();
  clients_.clear();
  spoken_.clear();
  refused_.clear();
  interrupted_.clear();
  acknowledgements_.clear();
  ops_.clear();
  readers_.clear();
  under_way_.clear();
  readers_under_way_.clear();
  ticks_ = false;
  dispatcher_.become(manager, std::move(tag));
  dispatcher_.forget_everything();
}

Result<std::string> Replica::snapshot(std::uint64_t position) const {
  std::deque<std::uint64_t> sequences;
  for (const auto& [manager, sequence] : sequences_) {
    sequences.insert(sequences.end(), {manager, sequence});
  }
  std::string text = header(position);
  const std::deque<std::uint64_t> interrupted(interrupted_.begin(), interrupted_.end());
  MP_TRY(pickle::dump_to(
      text, Object::tuple_of(dispatcher_.save(), saved(sequences), saved(interrupted))));
  seal_->sign(text);
  return text;
}

Result<void> Replica::restore(std::string_view snapshot, std::uint64_t position) {
  MP_TRY_ASSIGN(std::string_view text, seal_->open(snapshot));
  const std::string expected = header(position);
  if (!text.starts_with(expected)) {
    return Error{ErrorCode::Malformed, "a snapshot of another form or position"};
  }
  MP_TRY_ASSIGN(const Object object,
                pickle::loads(text.substr(expected.size()), wide_limits(kNestingMax)));
  SavedState state(object);
  const Object copy = state.any();
  const std::deque<std::uint64_t> sequences = state.numbers();
  const std::deque<std::uint64_t> interrupted = state.numbers();
  if (!state.is_whole() || sequences.size() % 2 != 0) {
    return Error{ErrorCode::InvalidArgument, "a snapshot that cannot be read"};
  }
  MP_TRY(dispatcher_.restore(copy));
  sequences_.clear();
  interrupted_ = {interrupted.begin(), interrupted.end()};
  for (std::size_t i = 0; i < sequences.size(); i += 2) sequences_[sequences[i]] = sequences[i + 1];
  return {};
}

SessionId Replica::open(ClientId client) {
  const SessionId session = (manager_ << kManagerShift) | next_session_++;
  clients_[session] = whole(client);
  dispatcher_.open_as(session, whole(client));
  return session;
}

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

bool Replica::only_frees(const Planned& planned) {
  constexpr std::array<std::string_view, 8> kFreeing = {
      "decref", "release", "get", "get_nowait", "pop", "popitem", "clear", "__delitem__"};
  if (!planned.request) return true;
  const Object& name = planned.request->name;
  return std::any_of(kFreeing.begin(), kFreeing.end(),
                     [&](std::string_view row) { return name.is_str(row); });
}

Replica::Round Replica::begin_round() {
  MP_ASSERT(under_way_.empty() && readers_under_way_.empty());
  for (const SessionId session : acknowledgements_) plan({Op::Kind::Acknowledge, session});
  acknowledgements_.clear();
  std::size_t bytes = 0;
  while (!ops_.empty() && bytes < kEntryBytes) {
    bytes += ops_.front().op.payload.size();
    under_way_.push_back(std::move(ops_.front()));
    ops_.pop_front();
  }
  readers_under_way_ = std::exchange(readers_, {});
  if (under_way_.empty()) return {{}, sequence_, false};
  Entry entry{manager_, ++sequence_, {}};
  for (const Planned& planned : under_way_) entry.ops.push_back(planned.op);
  const bool frees = std::all_of(under_way_.begin(), under_way_.end(), only_frees);
  return {encode_entry(entry, *seal_), sequence_, frees};
}

Replica::Round Replica::expel(ManagerId manager) {
  MP_ASSERT(under_way_.empty() && readers_under_way_.empty());
  under_way_.push_back({{Op::Kind::Gone, 0, manager}, std::nullopt});
  const Entry entry{manager_, ++sequence_, {under_way_.front().op}};
  return {encode_entry(entry, *seal_), sequence_, true};
}

bool Replica::apply(std::string_view text, bool& is_own) {
  is_own = false;
  const Result<Entry> entry = decode_entry(text, *seal_);
  if (!entry) {
    ++ignored_;
    return false;
  }
  std::uint64_t& last = sequences_[entry->manager];
  if (entry->sequence <= last) {  // somebody has copied it
    ++ignored_;
    return false;
  }
  if (entry->manager == manager_ && !under_way_.empty() && entry->sequence == sequence_) {
    is_own = true;
    return true;
  }
  last = entry->sequence;
  for (const Op& op : entry->ops) apply(op, entry->manager, nullptr);
  take_all_following();  // who waited may have been answered
  return true;
}

bool Replica::apply(const Op& op, ManagerId from, const Request* request) {
  if (leaves_out(op)) return false;
  switch (op.kind) {
    case Op::Kind::CallBehind:
    case Op::Kind::Call:
    case Op::Kind::ServerCall: {
      const bool is_call = op.kind != Op::Kind::ServerCall;
      if (request != nullptr) {
        dispatcher_.replay(op.session, op.client, is_call, *request, op.now);
        break;
      }
      const Result<Request> read = decode_request(op.payload, wide_limits(kNestingMax - 16));
      dispatcher_.replay(op.session, op.client, is_call, read, op.now);
      break;
    }
    case Op::Kind::Close:
      interrupted_.erase(op.session);
      dispatcher_.replay_close(op.session);
      break;
    case Op::Kind::AbandonWaits:
      dispatcher_.abandon_waits(op.client);
      break;
    case Op::Kind::ClientDied:
      dispatcher_.client_died(op.client, op.now);
      break;
    case Op::Kind::Tick:
      dispatcher_.expire(op.now, from);
      break;
    case Op::Kind::Acknowledge:
      dispatcher_.acknowledge(op.session);
      break;
    case Op::Kind::Gone:
      std::erase_if(interrupted_,
                    [&](SessionId session) { return manager_of(session) == op.client; });
      dispatcher_.manager_gone(op.client);
      break;
  }
  return true;
}

void Replica::finish_round(bool confirmed) {
  if (!under_way_.empty()) sequences_[manager_] = sequence_;
  std::vector<Planned> left_out;
  for (Planned& planned : under_way_) {
    const Op& op = planned.op;
    if (planned.request && !confirmed && pending_.contains(op.session) &&
        refused_.insert(op.session).second) {
      dispatcher_.refuse(op.session,
                         "the store has carried out the call, but too few replicas have confirmed "
                         "it: it may be lost");
    }
    const bool is_done = apply(op, manager_, planned.request ? &*planned.request : nullptr);
    if (op.kind == Op::Kind::Tick) ticks_ = false;
    if (!planned.request) continue;
    done(op.session, &Pending::planned, op.payload.size());
    if (!is_done) left_out.push_back(std::move(planned));
  }
  under_way_.clear();
  put_back(std::move(left_out));
  answer_readers();
  take_all_following();
}

/// A session's next Call is the first that was left out, and all is in order again.
bool Replica::leaves_out(const Op& op) {
  if (op.kind == Op::Kind::Call) interrupted_.erase(op.session);
  if (op.kind != Op::Kind::CallBehind) return false;
  if (!interrupted_.contains(op.session) && dispatcher_.may_follow(op.session)) return false;
  interrupted_.insert(op.session);
  return true;
}

/// Calls that have not been done come first among those that follow; behind them those of the same
/// sessions that are planned already.
void Replica::put_back(std::vector<Planned> left_out) {
  std::set<SessionId> sessions;
  for (const Planned& planned : left_out) sessions.insert(planned.op.session);
  if (sessions.empty()) return;
  std::erase_if(ops_, [&](Planned& planned) {
    if (!planned.request || !sessions.contains(planned.op.session)) return false;
    done(planned.op.session, &Pending::planned, planned.op.payload.size());
    left_out.push_back(std::move(planned));
    return true;
  });
  for (auto planned = left_out.rbegin(); planned != left_out.rend(); ++planned) {
    Op& op = planned->op;
    if (!clients_.contains(op.session)) continue;  // has ended
    Pending& pending = pending_[op.session];
    pending.bytes += op.payload.size();
    pending.following.push_front({*std::move(planned->request), std::move(op.payload)});
    pending.stops = true;
    followed_.insert(op.session);
  }
}

void Replica::answer_readers() {
  for (Reader& reader : std::exchange(readers_under_way_, {})) {
    const auto found = pending_.find(reader.session);
    if (found == pending_.end() || refused_.contains(reader.session)) continue;
    // What comes behind one that had to be written has to be written, too.
    const bool answered = found->second.planned.empty() &&
                          dispatcher_.answer_reading(reader.session, reader.request, reader.now);
    const std::size_t bytes = reader.payload.size();
    if (!answered) {
      plan_call(reader.session, std::move(reader.request), std::move(reader.payload), reader.now);
    }
    done(reader.session, &Pending::reading, bytes);
  }
}

void Replica::refuse_round(const std::string& why) {
  std::deque<Planned> again;
  std::vector<Planned> left_out;
  std::set<SessionId> kept;
  for (Planned& planned : std::exchange(under_way_, {})) {
    const SessionId session = planned.op.session;
    if (only_frees(planned)) {
      const bool is_first = !planned.request || kept.insert(session).second;
      if (is_first && planned.op.kind == Op::Kind::CallBehind) planned.op.kind = Op::Kind::Call;
      again.push_back(std::move(planned));
      continue;
    }
    if (!pending_.contains(session)) continue;
    done(session, &Pending::planned, planned.op.payload.size());
    if (kept.contains(session)) {
      left_out.push_back(std::move(planned));  // the answer would come too early
      continue;
    }
    if (dispatcher_.has_handed(session))
      acknowledgements_.insert(session);  // it has asked for more
    dispatcher_.refuse_request(session, why);
  }
  put_back(std::move(left_out));
  ops_.insert(ops_.begin(), std::make_move_iterator(again.begin()),
              std::make_move_iterator(again.end()));
  readers_.insert(readers_.begin(), std::make_move_iterator(readers_under_way_.begin()),
                  std::make_move_iterator(readers_under_way_.end()));
  readers_under_way_.clear();
  take_all_following();
}

}  // namespace mp::manager
