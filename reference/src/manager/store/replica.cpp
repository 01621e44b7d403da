#include "manager/store/replica.hpp"

#include <algorithm>
#include <array>

#include "manager/objects/saved_state.hpp"
#include "mp/pickle.hpp"

namespace mp::manager {
namespace {

constexpr std::string_view kSnapshotMagic = "mpS1";
constexpr std::size_t kEntryBytes = std::size_t{32} << 20;

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
