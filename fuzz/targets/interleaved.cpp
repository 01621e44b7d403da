// Input: steps of four bytes: who, what, on which object, with which argument. Six sessions of
// three processes use queues, locks, a condition, a semaphore, an event and a barrier of one
// server; any of them may end at any point, in order, abruptly or as a process that others outlive.
// Properties, after every step:
//   - every request is answered once, in its turn, or waits;
//   - no lost wake-up: nobody waits for what is there, which a session that stands beside tries
//   out;
// and in the end:
//   - no lost item: what the queues took in came out once and in order, or is still in them;
//   - no lock kept by the gone: RLocks and Conditions are free once the sessions have ended, Locks
//     once the processes have;
//   - no leak: when everybody has gone, every object goes with the last reference.
#include <algorithm>
#include <array>
#include <deque>
#include <optional>

#include "fuzz/support/byte_source.hpp"
#include "fuzz/support/memory_server.hpp"

namespace mp::fuzz {
namespace {

using namespace manager;

enum class Type { Queue, Lock, Semaphore, Event, Barrier, Condition };

/// A call that may be made: waiting ones have a timeout only if the step says so.
struct Call {
  Type type;
  const char* method;
  bool takes_timeout;
};
constexpr std::array<Call, 27> kCalls = {{
    {Type::Queue, "put", true},          {Type::Queue, "get", true},
    {Type::Queue, "put_nowait", false},  {Type::Queue, "get_nowait", false},
    {Type::Queue, "join", false},        {Type::Queue, "task_done", false},
    {Type::Queue, "qsize", false},       {Type::Queue, "full", false},
    {Type::Lock, "acquire", true},       {Type::Lock, "release", false},
    {Type::Semaphore, "acquire", true},  {Type::Semaphore, "release", false},
    {Type::Event, "wait", true},         {Type::Event, "set", false},
    {Type::Event, "clear", false},       {Type::Event, "is_set", false},
    {Type::Barrier, "wait", true},       {Type::Barrier, "abort", false},
    {Type::Barrier, "reset", false},     {Type::Condition, "acquire", true},
    {Type::Condition, "release", false}, {Type::Condition, "wait", true},
    {Type::Condition, "notify", false},  {Type::Condition, "notify_all", false},
    {Type::Queue, "put", true},          {Type::Queue, "get", true},
    {Type::Lock, "acquire", true},
}};

struct Shared {
  Type type;
  std::string ident;
  std::int64_t capacity = 0;        // of a queue; 0 is no bound
  std::deque<std::int64_t> inside;  // what a queue has taken in, in order, and not given out
  std::int64_t unfinished = 0;      // items that were put and not told done
  bool follows_session = false;     // a lock that ends with the session of its holder
};

struct Waiting {
  std::size_t object;
  std::string method;
  std::int64_t item;
  std::uint64_t since;
};

struct Session {
  SessionId id;
  ClientId client;
  std::optional<Waiting> waiting;
};

constexpr ClientId kOwner = 1;
constexpr std::size_t kSessions = 6;

class World {
 public:
  World() {
    observer_ = open(kOwner);
    make(Type::Queue, "Queue", {Object::integer(2)}, 2);
    make(Type::Queue, "JoinableQueue", {}, 0);
    make(Type::Lock, "Lock", {});
    make(Type::Lock, "RLock", {});
    make(Type::Semaphore, "Semaphore", {Object::integer(1)});
    make(Type::Event, "Event", {});
    make(Type::Barrier, "Barrier", {Object::integer(3)});
    make(Type::Condition, "Condition", {});
    for (std::size_t i = 0; i < kSessions; ++i) sessions_.push_back(fresh_session());
  }

  void step(ByteSource& source) {
    Session& session = sessions_[source.below(kSessions)];
    const std::uint8_t what = source.byte();
    const std::uint8_t which = source.byte();
    const std::uint8_t argument = source.byte();
    switch (what % 32) {
      case 31:
        end_session(session);
        break;
      case 30:
        end_process(session.client, which % 2 == 0);
        break;
      case 29:
        server_.pass(std::chrono::milliseconds(argument));
        break;
      default:
        call(session, kCalls[what % 32 % kCalls.size()], which, argument);
    }
    take_answers();
    look_for_lost_wake_ups();
  }

  void finish() {
    for (Session& session : sessions_) server_.close(session.id);
    for (const Shared& shared : objects_) MP_ASSERT(!shared.follows_session || is_free(shared));
    for (ClientId client = kOwner + 1; client < next_client_; ++client) server_.end_client(client);
    for (const Shared& shared : objects_) MP_ASSERT(shared.type != Type::Lock || is_free(shared));
    for (Shared& shared : objects_) {
      if (shared.type == Type::Queue) empty_out(shared);
      MP_ASSERT(server_.serve(kOwner, "decref", {Object::str(shared.ident)})->kind ==
                ReplyKind::Return);
    }
    server_.close(observer_);
    MP_ASSERT(server_.dispatcher().living_count() == 0);
    MP_ASSERT(server_.dispatcher().next_deadline() == Clock::time_point::max());
  }

 private:
  SessionId open(ClientId client) {
    const SessionId id = server_.open(client);
    MP_ASSERT(server_.ask(id, Object(), "accept_connection", {Object::str("thread")}).has_value());
    return id;
  }

  /// Two sessions are one process.
  Session fresh_session() {
    const std::size_t position = sessions_.size();
    if (position % 2 == 1) return {open(sessions_.back().client), sessions_.back().client, {}};
    const ClientId client = next_client_++;
    const Session made{open(client), client, {}};
    // A process that holds no reference is not asked for its locks when it dies.
    for (const Shared& shared : objects_) {
      server_.serve(client, "incref", {Object::str(shared.ident)});
    }
    return made;
  }

  void make(Type type, const char* type_id, std::vector<Object> args, std::int64_t capacity = 0) {
    args.insert(args.begin(), Object::str(type_id));
    const auto reply = server_.serve(kOwner, "create", std::move(args));
    MP_ASSERT(reply && reply->kind == ReplyKind::Return);
    const std::string_view name = type_id;
    objects_.push_back({type,
                        std::string(reply->payload.items()[0].as_str()),
                        capacity,
                        {},
                        0,
                        name == "RLock" || name == "Condition"});
  }

  void call(Session& session, const Call& call, std::uint8_t which, std::uint8_t argument) {
    if (session.waiting) return;
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      if (objects_[i].type == call.type) candidates.push_back(i);
    }
    const std::size_t object = candidates[which % candidates.size()];
    const std::string method = call.method;
    const bool is_put = method.starts_with("put");
    const std::int64_t item = is_put ? ++last_item_ : 0;
    std::vector<Object> args;
    if (is_put) args.push_back(Object::integer(item));
    // No timeout, none at all, or some milliseconds.
    if (call.takes_timeout && argument % 4 != 0) {
      const bool is_wait = method == "wait";
      if (!is_wait) args.push_back(Object::boolean(true));
      args.push_back(Object::real(argument % 4 == 1 ? 0.0 : argument / 1000.0));
    }
    session.waiting = Waiting{object, method, item, ++calls_};
    const auto reply =
        server_.ask(session.id, Object::str(objects_[object].ident), method, std::move(args));
    if (reply) answered(session, *reply);
  }

  void take_answers() {
    // Whoever was answered through somebody else's call: in the order of their own calls.
    std::vector<Session*> waiting;
    for (Session& session : sessions_) {
      if (session.waiting) waiting.push_back(&session);
    }
    std::sort(waiting.begin(), waiting.end(), [](const Session* a, const Session* b) {
      return a->waiting->since < b->waiting->since;
    });
    for (Session* session : waiting) {
      const std::vector<Reply> replies = server_.take_replies(session->id);
      MP_ASSERT(replies.size() <= 1);
      MP_ASSERT(server_.dispatcher().is_waiting(session->id) == replies.empty());
      if (!replies.empty()) late_.push_back({session, replies.front()});
    }
    // Puts first: an item that was handed over was put by somebody.
    for (const bool puts : {true, false}) {
      for (const auto& [session, reply] : late_) {
        if (session->waiting && session->waiting->method.starts_with("put") == puts) {
          answered(*session, reply);
        }
      }
    }
    late_.clear();
    give_out_received();
  }

  void answered(Session& session, const Reply& reply) {
    const Waiting asked = *std::exchange(session.waiting, std::nullopt);
    Shared& shared = objects_[asked.object];
    MP_ASSERT(reply.kind == ReplyKind::Return || reply.kind == ReplyKind::Error);
    if (reply.kind == ReplyKind::Error) return;
    if (asked.method.starts_with("put")) {
      accepted_.push_back({asked.object, asked.item, asked.since});
      ++shared.unfinished;
    } else if (asked.method.starts_with("get")) {
      received_.push_back({asked.object, reply.payload.as_int64(), asked.since});
    } else if (asked.method == "task_done") {
      --shared.unfinished;
      MP_ASSERT(shared.unfinished >= 0);
    } else if (asked.method == "qsize") {
      MP_ASSERT(reply.payload.as_int64() == static_cast<std::int64_t>(shared.inside.size()));
    }
  }

  /// Puts take effect in the order of their calls, gets too.
  void give_out_received() {
    const auto by_call = [](const Moved& a, const Moved& b) { return a.since < b.since; };
    std::sort(accepted_.begin(), accepted_.end(), by_call);
    for (const Moved& moved : accepted_) objects_[moved.object].inside.push_back(moved.item);
    accepted_.clear();
    std::sort(received_.begin(), received_.end(), by_call);
    for (const Moved& moved : received_) {
      std::deque<std::int64_t>& inside = objects_[moved.object].inside;
      MP_ASSERT(!inside.empty() && inside.front() == moved.item);
      inside.pop_front();
    }
    received_.clear();
  }

  bool somebody_waits(std::size_t object, std::string_view method) const {
    return std::any_of(sessions_.begin(), sessions_.end(), [&](const Session& session) {
      return session.waiting && session.waiting->object == object &&
             session.waiting->method == method;
    });
  }

  void look_for_lost_wake_ups() {
    const auto waits = [](const Session& session) { return session.waiting.has_value(); };
    if (std::none_of(sessions_.begin(), sessions_.end(), waits)) return;
    for (std::size_t i = 0; i < objects_.size(); ++i) look_at(i);
  }

  Object ask(const Shared& shared, std::string_view method, std::vector<Object> args = {}) {
    const auto reply = server_.ask(observer_, Object::str(shared.ident), method, std::move(args));
    MP_ASSERT(reply && reply->kind == ReplyKind::Return);
    return reply->payload;
  }
  /// Whether it can be taken at once; it is given back.
  bool is_free(const Shared& shared) {
    if (!ask(shared, "acquire", {Object::boolean(false)}).as_bool()) return false;
    ask(shared, "release");
    return true;
  }

  void look_at(std::size_t object) {
    const Shared& shared = objects_[object];
    switch (shared.type) {
      case Type::Queue: {
        const std::int64_t size = ask(shared, "qsize").as_int64();
        MP_ASSERT(size == static_cast<std::int64_t>(shared.inside.size()));
        MP_ASSERT(size == 0 || !somebody_waits(object, "get"));
        const bool is_full = shared.capacity != 0 && size >= shared.capacity;
        MP_ASSERT(is_full || !somebody_waits(object, "put"));
        MP_ASSERT(shared.unfinished != 0 || !somebody_waits(object, "join"));
        return;
      }
      case Type::Lock:
      case Type::Semaphore:
      case Type::Condition:
        if (somebody_waits(object, "acquire")) MP_ASSERT(!is_free(shared));
        return;
      case Type::Event:
        if (somebody_waits(object, "wait")) MP_ASSERT(!ask(shared, "is_set").as_bool());
        return;
      case Type::Barrier: {
        const auto waiting =
            std::count_if(sessions_.begin(), sessions_.end(), [object](const Session& session) {
              return session.waiting && session.waiting->object == object;
            });
        const Object count = ask(shared, "__getattribute__", {Object::str("n_waiting")});
        MP_ASSERT(count.as_int64() == waiting && waiting < 3);
        return;
      }
    }
  }

  /// Its connection ends; another one of the same process takes its place.
  void end_session(Session& session) {
    server_.close(session.id);
    session.waiting.reset();
    session.id = open(session.client);
  }

  /// A process dies; when others inherited its connections, its waits are given up first.
  void end_process(ClientId client, bool others_have_connections) {
    if (others_have_connections) server_.dispatcher().abandon_waits(client);
    server_.settle();
    for (Session& session : sessions_) {
      if (session.client == client) server_.close(session.id);
    }
    server_.end_client(client);
    const ClientId successor = next_client_++;
    for (const Shared& shared : objects_) {
      server_.serve(successor, "incref", {Object::str(shared.ident)});
    }
    for (Session& session : sessions_) {
      if (session.client == client) session = {open(successor), successor, {}};
    }
  }

  void empty_out(Shared& shared) {
    while (!shared.inside.empty()) {
      MP_ASSERT(ask(shared, "get_nowait").as_int64() == shared.inside.front());
      shared.inside.pop_front();
    }
    MP_ASSERT(ask(shared, "empty").as_bool());
  }

  struct Moved {
    std::size_t object;
    std::int64_t item;
    std::uint64_t since;
  };

  MemoryServer server_{"0123456789ab"};
  std::vector<Shared> objects_;
  std::vector<Session> sessions_;
  std::vector<std::pair<Session*, Reply>> late_;
  std::vector<Moved> accepted_;
  std::vector<Moved> received_;
  SessionId observer_;
  ClientId next_client_ = kOwner + 1;
  std::int64_t last_item_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  ByteSource source(as_text(data, size));
  World world;
  while (!source.empty()) world.step(source);
  world.finish();
  return 0;
}
