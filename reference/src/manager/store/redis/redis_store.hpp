#pragma once

#include <deque>
#include <memory>
#include <set>

#include "manager/store/redis/link.hpp"
#include "manager/store/replica.hpp"
#include "manager/store/store.hpp"
#include "mp/manager_store.hpp"

namespace mp::manager {

/// A store in Redis 7 or Valkey: the order of entries is a stream there, written by server-side
/// functions (library.hpp). One connection carries commands, a second one listens for the news of
/// other managers; neither is ever waited for while clients are served.
///
/// A manager is a member from join() until it leaves or is expelled, and only a member may write or
/// read. Its lease is renewed all the time. Others expel it when the lease has ended, or as soon as
/// its second connection, which they had seen, is gone; it then learns so with its next command,
/// loses all its sessions, and joins again as another. As long as nobody has expelled it a broken
/// connection costs nothing: what was under way is sent again, and the engine takes it once.
class RedisStore final : public Store {
 public:
  /// Waits for the engine. Errors: InvalidArgument       the engine, or its settings, will not do
  ///                               AuthenticationFailed  by the engine; or the store belongs to
  ///                                                     another authkey
  ///                               System, TimedOut, Disconnected, Malformed
  static Result<std::unique_ptr<RedisStore>> open(const ManagerStoreOptions& options,
                                                  std::string authkey, Dispatcher& dispatcher);

  SessionId open(ClientId client) override { return replica_.open(client); }
  void receive(SessionId session, Result<Request> request, std::string_view payload,
               Clock::time_point now) override {
    replica_.receive(session, std::move(request), payload, now);
  }
  void refuse(SessionId session, std::string_view why) override { replica_.refuse(session, why); }
  void close(SessionId session) override { replica_.close(session); }
  bool is_waiting(SessionId session) const override { return replica_.is_waiting(session); }
  bool takes_more(SessionId session) const override { return replica_.takes_more(session); }
  void delivered(SessionId session) override { replica_.delivered(session); }
  void abandon_waits(ClientId client) override { replica_.abandon_waits(client); }
  void client_died(ClientId client, Clock::time_point now) override {
    replica_.client_died(client, now);
  }
  bool has_references_of(ClientId client) const override {
    return replica_.has_references_of(client);
  }
  void take_replies(std::vector<Dispatcher::Reply>& out) override { replica_.take_replies(out); }

  int fd() const override { return epoll_.get(); }
  Clock::time_point next_deadline() const override;
  Result<bool> advance(Clock::time_point now, bool is_readable) override;
  Result<void> rejoin() override;
  void leave() override;
  std::uint64_t request_count() const override { return replica_.request_count(); }

 private:
  enum class Command { Append, Wait, Position, Fetch, Renew, Claim, Part, Keep };
  enum class Phase { Idle, Appending, Fetching };
  /// What one step has come to.
  enum class Step { Done, Lost, Broken };

  RedisStore(const ManagerStoreOptions& options, std::string authkey, RedisUrl url,
             Dispatcher& dispatcher);

  // Connections: each waits, until the deadline.
  Result<void> connect(Deadline deadline);
  Result<void> check_engine(Deadline deadline);
  Result<std::string> setting(std::string_view name, Deadline deadline);
  Result<void> check_persistence(const std::string& info, Deadline deadline);
  Result<void> load_library(Deadline deadline);
  Result<void> listen(Deadline deadline);
  Result<void> join(Deadline deadline);
  Result<void> load_snapshot(Deadline deadline);
  Result<void> read_until(std::uint64_t position, Deadline deadline);
  /// Done: as before; Lost; or Broken: not yet.
  Step resume(Clock::time_point now);
  Result<void> watch();
  void update_interest();
  void break_links(Clock::time_point now);
  std::vector<std::string_view> function(std::string_view name,
                                         std::initializer_list<std::string_view> args) const;
  Result<RedisReply> call_function(std::string_view name,
                                   std::initializer_list<std::string_view> args, Deadline deadline);
  void send_function(Command command, std::string_view name,
                     std::initializer_list<std::string_view> args);

  // Rounds.
  void begin_what_is_due(Clock::time_point now);
  bool is_due(Clock::time_point now) const;
  void send_append();
  void send_position();
  void send_fetch();
  void send_renew(Clock::time_point now);
  void begin_snapshot();
  Step take_what_came(Clock::time_point now);
  Step take_news(Clock::time_point now);
  /// There are some, and that is all that is known of them.
  void hear_news() {
    has_news_ = true;
    news_due_ = {};
  }
  Step take_replies_of_engine(Clock::time_point now);
  Step take(Command command, const RedisReply& reply, Clock::time_point now);
  Step take_error(Command command, const std::string& text);
  Step take_append(const RedisReply& reply);
  Step take_position(const RedisReply& reply);
  Step take_fetch(const RedisReply& reply);
  Step take_renew(const RedisReply& reply, Clock::time_point now);
  Step proceed();
  bool take_entries(const RedisReply& entries);
  void finish();

  /// What nobody waits for, news and acknowledgements, may wait for company so long.
  static constexpr std::chrono::milliseconds kLazy{1};
  static constexpr int kFetchMax = 256;
  static constexpr std::size_t kPartBytes = std::size_t{8} << 20;

  const ManagerStoreOptions options_;
  const std::string authkey_;
  const RedisUrl url_;
  RedisUrl engine_;             // where it is: url_, or what its sentinels said last
  const std::string channels_;  // prefix of the names of channels, which no database separates
  std::vector<std::string> keys_;
  Replica replica_;
  RedisLink link_;
  RedisLink news_;
  base::UniqueFd epoll_;
  std::uint32_t watched_ = 0;
  std::deque<Command> expected_;  // replies, in their order

  std::uint64_t applied_ = 0;  // position
  std::string last_mac_;       // of the entry there
  Phase phase_ = Phase::Idle;
  Replica::Round round_{};
  std::string expelled_;  // whom the round is about, if it is
  bool expelled_must_ = false;
  std::uint64_t own_position_ = 0;  // of the round's entry; 0: not known
  std::uint64_t target_ = 0;        // of a round without entry; 0: not known
  bool confirmed_ = true;
  bool has_news_ = false;
  Clock::time_point news_due_{};  // when they are to be fetched, with or without other work

  Clock::time_point connected_at_{};
  Clock::time_point renew_at_{};
  Clock::time_point retry_at_{};
  Clock::duration retry_after_{};
  Clock::time_point lazy_at_ = Clock::time_point::max();
  std::set<std::string> heard_;          // members whose second connection has been seen
  std::map<std::string, int> silent_;    // how often in a row it was not there any more
  std::map<std::string, bool> expels_;   // to do; whether without regard to the lease
  std::uint64_t bytes_ = 0;              // of entries since the last snapshot
  std::uint64_t snapshot_bytes_ = 0;     // of the last one made or read here
  std::uint64_t snapshot_position_ = 0;  // of the one that is claimed
};

}  // namespace mp::manager
