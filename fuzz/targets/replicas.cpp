// Input: steps of four bytes: who, what, on which object, with which argument. Two managers have
// the same objects; between them is nothing but a list of entries. Six sessions send calls, several
// at once if they like; managers take turns, refuse rounds, forget to confirm them, take each other
// for dead, and are restored from copies.
// Properties:
//   - whoever has applied the same entries has the same objects, waits and holders, and so has a
//     copy that was saved and restored;
//   - answers come one for each call, and in the end for all but those that wait;
//   - the Queue has what was put into it, without what has arrived at somebody;
//   - when everybody has gone, nothing is left.
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "fuzz/support/byte_source.hpp"
#include "manager/protocol/message.hpp"
#include "manager/store/replica.hpp"

namespace mp::fuzz {
namespace {

using namespace manager;

constexpr std::string_view kTag = "0123456789ab";
constexpr std::size_t kSessions = 6;

/// How a method's arguments are made of a byte.
enum class Args { None, Item, Index, Key, KeyItem, Name, NameItem, Items, Timeout, Patience };

constexpr std::size_t kQueue = 0;

struct Method {
  std::size_t object;
  const char* name;
  Args args;
};

/// What the first manager makes, in this order: kObjects[N] is Method::object N.
struct Made {
  const char* type_id;
  std::vector<Object> args;
};
std::vector<Made> objects() {
  const Object one = Object::integer(1), two = Object::integer(2), three = Object::integer(3);
  return {{"Queue", {two}},
          {"JoinableQueue", {}},
          {"Lock", {}},
          {"RLock", {}},
          {"Semaphore", {one}},
          {"BoundedSemaphore", {two}},
          {"Event", {}},
          {"Barrier", {three}},
          {"Condition", {}},
          {"list", {Object::list({one, two})}},
          {"dict", {}},
          {"Namespace", {}},
          {"Value", {Object::str("i"), one}},
          {"Array", {Object::str("i"), Object::list({one, two, three})}}};
}

constexpr std::array<Method, 60> kMethods = {{
    {0, "put", Args::Item},
    {0, "get", Args::None},
    {0, "get", Args::Timeout},
    {0, "put_nowait", Args::Item},
    {0, "get_nowait", Args::None},
    {0, "qsize", Args::None},
    {1, "put", Args::Item},
    {1, "get", Args::None},
    {1, "task_done", Args::None},
    {1, "join", Args::None},
    {1, "get_nowait", Args::None},
    {2, "acquire", Args::None},
    {2, "acquire", Args::Timeout},
    {2, "release", Args::None},
    {2, "fence", Args::None},
    {3, "acquire", Args::None},
    {3, "release", Args::None},
    {3, "acquire", Args::Timeout},
    {4, "acquire", Args::None},
    {4, "release", Args::None},
    {4, "acquire", Args::Timeout},
    {5, "acquire", Args::None},
    {5, "release", Args::None},
    {5, "get_value", Args::None},
    {6, "wait", Args::None},
    {6, "wait", Args::Patience},
    {6, "set", Args::None},
    {6, "clear", Args::None},
    {7, "wait", Args::None},
    {7, "wait", Args::Patience},
    {7, "abort", Args::None},
    {7, "reset", Args::None},
    {8, "acquire", Args::None},
    {8, "release", Args::None},
    {8, "wait", Args::None},
    {8, "wait", Args::Patience},
    {8, "notify", Args::None},
    {8, "notify_all", Args::None},
    {9, "append", Args::Item},
    {9, "pop", Args::None},
    {9, "__getitem__", Args::Index},
    {9, "__setitem__", Args::KeyItem},
    {9, "extend", Args::Items},
    {9, "reverse", Args::None},
    {10, "__setitem__", Args::KeyItem},
    {10, "__getitem__", Args::Key},
    {10, "pop", Args::Key},
    {10, "__iter__", Args::None},
    {10, "setdefault", Args::KeyItem},
    {10, "copy", Args::None},
    {10, "__len__", Args::None},
    {11, "__setattr__", Args::NameItem},
    {11, "__getattribute__", Args::Name},
    {11, "__delattr__", Args::Name},
    {12, "set", Args::Item},
    {12, "get", Args::None},
    {13, "__setitem__", Args::KeyItem},
    {13, "__getitem__", Args::Index},
    {13, "__len__", Args::None},
    {9, "__len__", Args::None},
}};

std::vector<Object> arguments(Args args, std::uint8_t byte) {
  const Object small = Object::integer(byte % 4), item = Object::integer(byte);
  const Object name = Object::str(std::string(1, static_cast<char>('a' + byte % 3)));
  switch (args) {
    case Args::None:
      return {};
    case Args::Item:
      return {item};
    case Args::Index:
    case Args::Key:
      return {small};
    case Args::KeyItem:
      return {small, item};
    case Args::Name:
      return {name};
    case Args::NameItem:
      return {name, item};
    case Args::Items:
      return {Object::list({item, small})};
    case Args::Timeout:
      return {Object::boolean(true), Object::real(byte / 1000.0)};
    case Args::Patience:
      return {Object::real(byte / 1000.0)};
  }
  MP_ASSERT(false && "a kind of arguments outside the enumeration");
}

struct Manager {
  Manager(ManagerId id, bool refuses_locks)
      : dispatcher({.remembers_handed = true}),
        replica(dispatcher, {.refuses_locks = refuses_locks}) {
    replica.join(id, std::string(kTag), *Seal::make("secret", kTag));
  }
  std::string state() const {
    const Result<std::string> text = replica.snapshot(0);
    MP_ASSERT(text.has_value());
    return *text;
  }

  Dispatcher dispatcher;
  Replica replica;
  std::size_t applied = 0;
};

struct Session {
  std::size_t manager = 0;
  SessionId id = 0;
  ClientId client = 0;
  std::size_t asked = 0;
  std::size_t answered = 0;
  bool closed = false;                   // by its manager
  std::deque<const Method*> calls = {};  // that are not answered
  bool has_item = false;                 // of the Queue, and it is not known to have arrived

  bool is_putting() const {
    return std::any_of(calls.begin(), calls.end(), [](const Method* each) {
      return each->object == kQueue && std::string_view(each->name).starts_with("put");
    });
  }
};

class World {
 public:
  World() {
    for (std::size_t i = 0; i < 2; ++i)
      managers_[i] = std::make_unique<Manager>(next_manager_++, false);
    for (const Made& made : objects()) make(made);
    for (std::size_t i = 0; i < kSessions; ++i) sessions_.push_back(open(i % 2));
    settle();
  }

  void step(ByteSource& source) {
    Session& session = sessions_[source.below(kSessions)];
    const std::uint8_t what = source.byte(), which = source.byte(), argument = source.byte();
    switch (what % 32) {
      case 19:
        return ask_server(session, which);
      case 20:
      case 21:
      case 22:
        return round(which % 2);
      case 23:
        return catch_up(which % 2);
      case 24:
        return deliver(session);
      case 25:
        return replace(session);
      case 26:
        return die(session, argument % 2 == 0);
      case 27:
        return pass(std::chrono::milliseconds(argument * 10));
      case 28:
        return compare_with_copy(which % 2);
      case 29:
        return refuse(which % 2);
      case 30:
        is_sure_ = false;
        return round(which % 2, /*confirmed=*/false);
      case 31:
        return expel(which % 2);
      default:
        return call(session, kMethods[(what % 32 * 3 + which) % kMethods.size()], argument);
    }
  }

  void finish() {
    // Everybody gets what was said to him, until nobody has more to say.
    for (int times = 0; times < 600; ++times) {
      settle();
      for (Session& session : sessions_) deliver(session);
      const bool has_work = std::any_of(managers_.begin(), managers_.end(), [](const auto& each) {
        return each->replica.has_work() || each->replica.has_lazy_work();
      });
      if (!has_work) break;
    }
    for (const Session& session : sessions_) check_answers(session);
    check_items();
    compare_with_copy(0);
    for (Session& session : sessions_) close(session);
    for (Session& session : sessions_)
      managers_[session.manager]->replica.client_died(session.client, now_);
    managers_[0]->replica.client_died(kOwner, now_);
    settle();
    pass(std::chrono::seconds(10));  // the references of the dead are kept for a while
    settle();
    for (const auto& each : managers_) MP_ASSERT(each->dispatcher.living_count() == 0);
  }

 private:
  static constexpr ClientId kOwner = 1;

  void make(const Made& made) {
    Manager& manager = *managers_[0];
    const SessionId session = manager.replica.open(kOwner);
    std::vector<Object> args = made.args;
    args.insert(args.begin(), Object::str(made.type_id));
    send(manager, session, Object(), "create", std::move(args));
    settle();
    manager.replica.close(session);
    idents_.push_back(created_);
  }

  Session open(std::size_t manager) {
    const ClientId client = next_client_++;
    Session made{manager, managers_[manager]->replica.open(client), client};
    send(*managers_[manager], made.id, Object(), "accept_connection", {Object::str("thread")});
    made.asked = 1;
    collect();
    made.answered = 1;
    return made;
  }

  static void send(Manager& manager, SessionId session, const Object& ident, std::string_view name,
                   std::vector<Object> args, Clock::time_point now = {}) {
    const Result<std::string> payload =
        encode_request(ident, name, Object::tuple(std::move(args)), Object::dict());
    MP_ASSERT(payload.has_value());
    manager.replica.receive(session, manager.dispatcher.decode(*payload), *payload, now);
  }

  void call(Session& session, const Method& method, std::uint8_t argument) {
    Manager& manager = *managers_[session.manager];
    if (session.closed || !manager.replica.takes_more(session.id)) return;
    deliver(session);  // whoever asks has read all answers
    ++session.asked;
    session.calls.push_back(&method);
    send(manager, session.id, Object::str(idents_[method.object]), method.name,
         arguments(method.args, argument), now_);
    collect();
  }

  /// A question about everything needs a round, and no entry.
  void ask_server(const Session& session, std::uint8_t which) {
    constexpr std::array<const char*, 3> kQuestions = {"number_of_objects", "debug_info", "dummy"};
    Manager& manager = *managers_[session.manager];
    const SessionId once = manager.replica.open(session.client);
    send(manager, once, Object(), kQuestions[which % kQuestions.size()], {}, now_);
    round(session.manager);
    MP_ASSERT(!manager.replica.is_waiting(once));
    manager.replica.close(once);
  }

  /// What was said to it has gone out; a connection ends behind its last word.
  void deliver(Session& session) {
    if (session.closed) return replace(session);
    managers_[session.manager]->replica.delivered(session.id);
    if (!std::exchange(session.has_item, false)) return;
    --items_;
    is_recorded_[session.manager] = false;
  }

  void round(std::size_t which, bool confirmed = true) {
    Manager& manager = *managers_[which];
    if (!manager.replica.has_work() && !manager.replica.has_lazy_work()) return;
    const Replica::Round round = manager.replica.begin_round();
    catch_up(which);
    if (!round.entry.empty()) append(manager, round.entry);
    manager.replica.finish_round(confirmed);
    is_recorded_[which] = true;
    collect();
  }

  void append(Manager& manager, const std::string& entry) {
    MP_ASSERT(manager.applied == log_.size());
    log_.push_back(entry);
    manager.applied = log_.size();
  }

  void catch_up(std::size_t which) {
    Manager& manager = *managers_[which];
    for (; manager.applied < log_.size(); ++manager.applied) {
      bool is_own = false;
      MP_ASSERT(manager.replica.apply(log_[manager.applied], is_own) && !is_own);
    }
    collect();
  }

  /// The engine is full: entries that only free are let through, by a real one in the next round.
  void refuse(std::size_t which) {
    Manager& manager = *managers_[which];
    if (!manager.replica.has_work()) return;
    const Replica::Round round = manager.replica.begin_round();
    catch_up(which);
    if (round.entry.empty()) {
      manager.replica.finish_round();
    } else if (round.only_frees) {
      append(manager, round.entry);
      manager.replica.finish_round();
    } else {
      manager.replica.refuse_round("MemoryError: the store is full: nothing was changed");
    }
    collect();
  }

  void settle() {
    for (int times = 0; times < 4; ++times) {
      for (std::size_t which = 0; which < managers_.size(); ++which) round(which);
      for (std::size_t which = 0; which < managers_.size(); ++which) catch_up(which);
    }
    MP_ASSERT(managers_[0]->state() == managers_[1]->state());
  }

  /// A manager that joins and reads a copy has the same as the one that wrote it.
  std::unique_ptr<Manager> restored(std::size_t which, ManagerId id) {
    catch_up(which);
    const Result<std::string> copy = managers_[which]->replica.snapshot(log_.size());
    MP_ASSERT(copy.has_value());
    auto made = std::make_unique<Manager>(id, false);
    MP_ASSERT(made->replica.restore(*copy, log_.size()).has_value());
    made->applied = log_.size();
    return made;
  }

  void compare_with_copy(std::size_t which) {
    const std::unique_ptr<Manager> copy = restored(which, next_manager_++);
    MP_ASSERT(copy->state() == managers_[which]->state());
  }

  /// The other one takes it for dead; it joins again, and its clients connect again.
  void expel(std::size_t which) {
    const std::size_t other = 1 - which;
    // What has arrived there without anybody's having been told comes once more.
    is_sure_ = is_sure_ && std::exchange(is_recorded_[which], true);
    Manager& survivor = *managers_[other];
    round(other);  // what is under way comes first
    catch_up(other);
    append(survivor, survivor.replica.expel(managers_[which]->replica.manager()).entry);
    survivor.replica.finish_round();
    collect();
    managers_[which] = restored(other, next_manager_++);
    for (Session& session : sessions_) {
      if (session.manager != which) continue;
      lose(session);
      session = open(which);
    }
  }

  void close(Session& session) {
    managers_[session.manager]->replica.close(session.id);
    lose(session);
  }
  /// What it had not read goes back, and whether it has put what it was putting nobody knows.
  void lose(const Session& session) { is_sure_ = is_sure_ && !session.is_putting(); }

  void replace(Session& session) {
    close(session);
    session = open(session.manager);
  }

  void die(Session& session, bool waits_first) {
    Replica& replica = managers_[session.manager]->replica;
    if (waits_first) replica.abandon_waits(session.client);
    close(session);
    replica.client_died(session.client, now_);
    session = open(session.manager);
  }

  void pass(std::chrono::milliseconds time) {
    now_ += time;
    for (const auto& each : managers_) each->replica.pass(now_);
    collect();
  }

  void collect() {
    for (std::size_t which = 0; which < managers_.size(); ++which) {
      std::vector<Dispatcher::Reply> replies;
      managers_[which]->replica.take_replies(replies);
      for (const Dispatcher::Reply& reply : replies) take(which, reply);
    }
  }

  void take(std::size_t which, const Dispatcher::Reply& reply) {
    std::optional<Reply> said;
    if (reply.payload) {
      Result<Reply> decoded = decode_reply(*reply.payload, {});
      MP_ASSERT(decoded.has_value());
      said = *std::move(decoded);
      const Object& value = said->payload;
      if (value.kind() == Kind::Tuple && value.items().size() == 2 &&
          value.items()[0].kind() == Kind::Str) {
        created_ = value.items()[0].as_str();
      } else if (value.kind() == Kind::Int) {
        number_ = value.as_int64();
      }
    }
    for (Session& session : sessions_) {
      if (session.manager != which || session.id != reply.session) continue;
      session.answered += reply.payload.has_value();
      if (reply.close) lose(session);
      if (said && !session.calls.empty()) answered(session, *said);
      session.closed = session.closed || reply.close;
      MP_ASSERT(session.answered <= session.asked);
    }
  }

  void answered(Session& session, const Reply& reply) {
    const Method& method = *session.calls.front();
    session.calls.pop_front();
    if (method.object != kQueue || reply.kind != ReplyKind::Return) return;
    const std::string_view name = method.name;
    if (name.starts_with("put")) ++items_;
    if (name.starts_with("get")) session.has_item = true;
  }

  void check_items() {
    Manager& manager = *managers_[0];
    const SessionId once = manager.replica.open(kOwner);
    send(manager, once, Object(), "accept_connection", {Object::str("thread")});
    number_ = -1;
    send(manager, once, Object::str(idents_[kQueue]), "qsize", {});
    settle();
    manager.replica.close(once);
    // The queue goes with the manager that made it.
    if (number_ >= 0 && is_sure_) MP_ASSERT(number_ == items_);
  }

  /// Whatever was asked is answered, unless a call waits, with those behind it, or it has ended.
  void check_answers(const Session& session) const {
    const Manager& manager = *managers_[session.manager];
    if (session.closed || manager.dispatcher.is_waiting(session.id)) return;
    MP_ASSERT(session.answered == session.asked);
    MP_ASSERT(!manager.replica.is_waiting(session.id));
  }

  std::array<std::unique_ptr<Manager>, 2> managers_;
  std::vector<std::string> log_;
  std::vector<std::string> idents_;
  std::vector<Session> sessions_;
  std::string created_;
  std::int64_t number_ = -1;                     // the last that was answered
  std::int64_t items_ = 0;                       // of the Queue, and on their way from it
  bool is_sure_ = true;                          // that these are all
  std::array<bool, 2> is_recorded_{true, true};  // by the managers: what has arrived
  Clock::time_point now_{};
  ManagerId next_manager_ = 1;
  ClientId next_client_ = kOwner + 1;
};

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  ByteSource source(as_text(data, size));
  World world;
  for (int steps = 0; !source.empty() && steps < 400; ++steps) world.step(source);
  world.finish();
  return 0;
}
