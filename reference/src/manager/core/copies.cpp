#include <algorithm>

#include "manager/core/dispatcher.hpp"
#include "manager/objects/lock_core.hpp"
#include "manager/objects/saved_state.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager {
namespace {

/// Of what save() writes; copies of another form are refused.
constexpr std::uint64_t kForm = 1;

Object saved_time(Clock::time_point time) {
  return Object::integer(time.time_since_epoch().count());
}

Clock::time_point read_time(SavedState& state) {
  return Clock::time_point(Clock::duration(state.integer()));
}

}  // namespace

void Dispatcher::become(ManagerId manager, std::string ident_tag) {
  manager_ = manager;
  objects_.set_tag(ident_tag);
  options_.ident_tag = std::move(ident_tag);
}

void Dispatcher::open_as(SessionId id, ClientId client) { sessions_[id].client = client; }

bool Dispatcher::is_serving(SessionId id) const {
  const auto found = sessions_.find(id);
  return found != sessions_.end() && found->second.serving;
}

bool Dispatcher::may_follow(SessionId id) const {
  const auto found = sessions_.find(id);
  return found != sessions_.end() && !found->second.parked && found->second.grace.empty() &&
         !has_handed(id);
}

void Dispatcher::replay(SessionId id, ClientId client, bool is_call, const Result<Request>& request,
                        Clock::time_point now) {
  const auto [row, is_new] = sessions_.try_emplace(id);
  Session& current = row->second;
  if (is_new) current.client = client;
  if (current.parked) return;  // no manager sends such a thing
  current.closed = false;      // that is between its manager and its connection
  acknowledge(id);             // who asks for more has got what it asked for before
  if (is_call) {
    current.serving = current.took_part = true;
    return receive(id, request, now);
  }
  if (!current.serving) receive(id, request, now);
  // It ends with its answer, and so does its session for those who have no connection to close.
  if (is_new) close(id);
}

void Dispatcher::replay_close(SessionId id) {
  if (sessions_.contains(id)) close(id);
}

void Dispatcher::reply_elsewhere(SessionId id, const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::Return || outcome.kind() == Outcome::Kind::Raise) {
    grant_grace(session(id), outcome.value());
  }
}

void Dispatcher::refuse_request(SessionId id, const std::string& why) {
  Session& current = session(id);
  reply(id, Outcome::traceback(why + "\n"));
  if (!current.serving) end_session(id);
}

void Dispatcher::give_back(SessionId id) {
  const auto found = handed_.find(id);
  if (found == handed_.end()) return;
  const Handed handed = std::move(found->second);
  handed_.erase(found);
  if (Referent* from = objects_.find(handed.from)) from->give_back(id, handed.item);
}

void Dispatcher::manager_gone(ManagerId manager) {
  std::vector<SessionId> gone;
  for (const auto& [id, session] : sessions_) {
    if (manager_of(id) == manager) gone.push_back(id);
  }
  std::sort(gone.begin(), gone.end());
  // First nobody of them waits any more: what the others let go of below is not for them.
  for (const SessionId id : gone) withdraw(session(id), id);
  std::vector<LockCore*> orphaned;
  for (LockCore* lock : held_locks_) {
    if (manager_of(lock->holder()->client) == manager) orphaned.push_back(lock);
  }
  pass_on(std::move(orphaned));
  // The last one that was handed over is put in front first.
  for (auto id = gone.rbegin(); id != gone.rend(); ++id) give_back(*id);
  for (const SessionId id : gone) close(id);
  for (const ObjectNumber number : objects_.numbers()) objects_.at(number).manager_gone(manager);
  const auto first = dead_clients_.lower_bound({manager, Clock::time_point::min(), 0});
  dead_clients_.erase(first, dead_clients_.lower_bound({manager + 1, Clock::time_point::min(), 0}));
  objects_.drop_references_of_manager(manager);
  objects_.reap();
}

Object Dispatcher::save() const {
  std::map<SessionId, const Session*> ordered;
  for (const auto& [id, session] : sessions_) {
    if (session.took_part) ordered.emplace(id, &session);
  }
  std::vector<Object> sessions;
  for (const auto& [id, session] : ordered) {
    const bool waits = session->parked.has_value();
    const std::deque<std::uint64_t> grace(session->grace.begin(), session->grace.end());
    sessions.push_back(
        Object::tuple_of(saved(id), saved(session->client), saved(grace), Object::boolean(waits),
                         saved(waits ? session->parked->object : 0),
                         saved_time(waits ? session->parked->deadline : Clock::time_point::max())));
  }
  std::vector<Object> dead;
  for (const auto& [manager, time, client] : dead_clients_) {
    dead.push_back(Object::tuple_of(saved_time(time), saved(client)));
  }
  std::vector<Object> handed;
  for (const auto& [id, row] : handed_) {
    handed.push_back(Object::tuple_of(saved(id), saved(row.from), row.item));
  }
  return Object::tuple_of(saved(kForm), saved(fences_), objects_.save(),
                          Object::tuple(std::move(sessions)), Object::tuple(std::move(dead)),
                          Object::tuple(std::move(handed)));
}

void Dispatcher::forget_everything() {
  deadlines_.clear();
  dead_clients_.clear();
  handed_.clear();
  undelivered_.clear();
  objects_.clear();
  sessions_.clear();
  replies_.clear();
  waiting_count_ = 0;
  fences_ = 0;
}

Result<void> Dispatcher::restore(const Object& object) {
  forget_everything();
  SavedState state(object);
  if (state.number() != kForm) return Error{ErrorCode::InvalidArgument, "a copy of another form"};
  fences_ = state.number();
  objects_.restore(*this, state);
  SavedState sessions(state.tuple());
  while (!sessions.is_at_end()) {
    SavedState row(sessions.tuple());
    const SessionId id = row.number();
    Session& session = sessions_[id];
    session.client = row.number();
    session.serving = session.took_part = true;
    for (const std::uint64_t number : row.numbers()) session.grace.push_back(number);
    const bool waits = row.flag();
    const Parked parked{row.number(), read_time(row)};
    if (!row.is_whole()) sessions.reject();
    if (!waits) continue;
    session.parked = parked;
    ++waiting_count_;
    if (parked.deadline != Clock::time_point::max()) {
      deadlines_.insert({manager_of(id), parked.deadline, id});
    }
  }
  SavedState dead(state.tuple());
  while (!dead.is_at_end()) {
    SavedState row(dead.tuple());
    const Clock::time_point time = read_time(row);
    const ClientId client = row.number();
    dead_clients_.insert({manager_of(client), time, client});
    if (!row.is_whole()) dead.reject();
  }
  SavedState handed(state.tuple());
  while (!handed.is_at_end()) {
    SavedState row(handed.tuple());
    const SessionId id = row.number();
    const ObjectNumber from = row.number();
    handed_[id] = {from, row.any()};
    if (!row.is_whole()) handed.reject();
  }
  const bool is_right =
      state.is_whole() && sessions.is_whole() && dead.is_whole() && handed.is_whole();
  if (is_right) return {};
  forget_everything();
  return Error{ErrorCode::InvalidArgument, "a copy that cannot be read"};
}

}  // namespace mp::manager
