#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "manager/core/dispatcher.hpp"
#include "manager/store/entry.hpp"

namespace mp::manager {

/// One manager's copy of the objects that several managers share, without the engine between them:
/// what happens here becomes an entry, entries of all managers come back in one order, and are
/// applied to the dispatcher. The same entries make the same objects everywhere (a state machine
/// that is replicated by a shared log: Schneider 1990; Balakrishnan et al., Tango, 2013).
///
/// Rounds. What has come is sent in one entry, and one is under way at a time. Requests that change
/// nothing are no part of it, but wait for the round that begins after they came: what was
/// confirmed before, anywhere, they see.
///
/// Batches. A session may send requests without waiting for answers. They are done in their order,
/// in one round as far as possible: a call goes into the entry behind those of its session, and
/// copies leave it out while the one before it waits, or has given something that is not known to
/// have arrived. It then stays with this manager until its turn comes.
///
/// Invariant: whatever changes what Dispatcher::save() writes happens in apply() and
/// finish_round() only.
class Replica {
 public:
  struct Options {
    /// Refuse to make locks and semaphores: the engine may forget who has one.
    bool refuses_locks = false;
    /// How long a request may wait for its place in the order.
    Clock::duration patience = std::chrono::seconds(10);
  };
  /// Borrows the dispatcher, which must remember what it hands over.
  Replica(Dispatcher& dispatcher, Options options) : dispatcher_(dispatcher), options_(options) {}

  /// A manager that is new. All sessions of before are void.
  void join(ManagerId manager, std::string tag, Seal seal);
  ManagerId manager() const { return manager_; }
  /// Signed: the copy behind that position. Errors: TooLarge   a value is nested too deeply
  Result<std::string> snapshot(std::uint64_t position) const;
  /// Errors: Malformed, InvalidArgument   not signed with this key, or of another form or position
  Result<void> restore(std::string_view snapshot, std::uint64_t position);

  // As Store.
  SessionId open(ClientId client);
  void receive(SessionId session, Result<Request> request, std::string_view payload,
               Clock::time_point now);
  void refuse(SessionId session, std::string_view why);
  void close(SessionId session);
  bool is_waiting(SessionId session) const {
    return pending_.contains(session) || dispatcher_.is_waiting(session);
  }
  bool takes_more(SessionId session) const;
  void delivered(SessionId session);
  void abandon_waits(ClientId client);
  void client_died(ClientId client, Clock::time_point now);
  bool has_references_of(ClientId client) const {
    return dispatcher_.has_references_of(whole(client));
  }
  void take_replies(std::vector<Dispatcher::Reply>& out);
  std::uint64_t request_count() const { return request_count_; }

  /// Looks at the clock: calls that have waited long enough, requests that lost their patience.
  void pass(Clock::time_point now);
  Clock::time_point next_deadline() const;

  /// Something waits for a round, or (`lazy`) would go with one.
  bool has_work() const { return !ops_.empty() || !readers_.empty(); }
  /// Whether a call waits for what others do, here or elsewhere.
  bool has_waiting() const { return dispatcher_.has_waiting(); }
  bool has_lazy_work() const { return !acknowledgements_.empty(); }

  struct Round {
    std::string entry;       ///< empty: only readers wait
    std::uint64_t sequence;  ///< of the entry
    bool only_frees;         ///< it needs no more room than its own in the order
  };
  /// What is sent now. No other is under way.
  Round begin_round();
  /// An entry of another manager, or one of this manager's that was sent before; false when nobody
  /// who has the key wrote it, and it was ignored. `is_own`: it was the one under way.
  bool apply(std::string_view entry, bool& is_own);
  /// The entry under way is next in the order; what came before it has been applied. Not
  /// `confirmed`: the engine may still lose it, and those who asked are told so.
  void finish_round(bool confirmed = true);
  /// The engine has refused the entry as a whole. What only frees is tried again.
  void refuse_round(const std::string& why);

  /// The engine has refused it for good.
  void abandon_round() { under_way_.clear(); }
  /// An entry of its own: that manager is no more. No round is under way.
  Round expel(ManagerId manager);

  std::uint64_t ignored_count() const { return ignored_; }

 private:
  /// A request that came before those of its session before it were done.
  struct Following {
    Result<Request> request;
    std::string payload;
  };
  /// The requests of a session, in their order: first those that wait for a round, or are in it.
  struct Pending {
    std::deque<Clock::time_point> planned = {};  // as entries: when they came
    std::deque<Clock::time_point> reading = {};  // or as readers
    std::deque<Following> following = {};
    bool stops = false;     // what follows waits until nothing is on its way
    std::size_t bytes = 0;  // of all these

    bool is_on_its_way() const { return !planned.empty() || !reading.empty(); }
    std::size_t size() const { return planned.size() + reading.size() + following.size(); }
    std::optional<Clock::time_point> since() const {
      if (!is_on_its_way()) return std::nullopt;
      return planned.empty() ? reading.front() : planned.front();
    }
  };
  struct Planned {
    Op op;
    std::optional<Request> request;  // of calls: what op.payload says
  };
  struct Reader {
    SessionId session;
    Request request;
    std::string payload;
    Clock::time_point now;
  };

  ClientId whole(ClientId client) const { return (manager_ << kManagerShift) | client; }
  bool is_mine(SessionId session) const { return manager_of(session) == manager_; }
  void plan(Op op, std::optional<Request> request = std::nullopt);
  void plan_call(SessionId session, Request request, std::string payload, Clock::time_point now);
  void read(SessionId session, Request request, std::string payload, Clock::time_point now);
  /// A request whose turn it is.
  void take(SessionId session, Result<Request> request, std::string payload, Clock::time_point now);
  bool goes_with_others(SessionId session, const Pending& pending) const;
  /// Takes what may be taken of those that follow.
  void take_following(SessionId session);
  void take_all_following();
  Following next_of(Pending& pending) const;
  /// A request has come to its end, or has not begun yet after all.
  void done(SessionId session, std::deque<Clock::time_point> Pending::*where, std::size_t bytes);
  /// False: left out, see Op::Kind::CallBehind.
  bool apply(const Op& op, ManagerId from, const Request* request);
  bool leaves_out(const Op& op);
  void put_back(std::vector<Planned> left_out);
  void answer_readers();
  static bool only_frees(const Planned& planned);
  std::optional<std::string> refusal_of(SessionId session, const Request& request) const;

  Dispatcher& dispatcher_;
  Options options_;
  std::optional<Seal> seal_;
  ManagerId manager_ = 0;
  std::uint64_t next_session_ = 1;
  std::uint64_t sequence_ = 0;
  std::map<ManagerId, std::uint64_t> sequences_;  // the last of each, which no entry may repeat
  std::unordered_map<SessionId, Pending> pending_;
  std::set<SessionId> followed_;                     // of these: some follow
  std::unordered_map<SessionId, ClientId> clients_;  // of this manager's sessions
  std::set<SessionId> spoken_;                       // of these: others know it, or will
  std::set<SessionId> refused_;                      // of these: had their last word
  /// Of all managers: a call of theirs was left out, and those behind it are. In all copies.
  std::set<SessionId> interrupted_;
  std::set<SessionId> acknowledgements_;  // to be sent with something else
  std::deque<Planned> ops_;
  std::vector<Reader> readers_;
  std::deque<Planned> under_way_;
  std::vector<Reader> readers_under_way_;
  bool ticks_ = false;  // one is planned or under way
  /// The latest it was told: when a request that follows has its turn.
  Clock::time_point now_{};
  std::uint64_t request_count_ = 0;
  std::uint64_t ignored_ = 0;
};

}  // namespace mp::manager
