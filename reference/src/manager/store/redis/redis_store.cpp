#include "manager/store/redis/redis_store.hpp"

#include <errno.h>
#include <sys/epoll.h>

#include <algorithm>
#include <charconv>

#include "base/poll.hpp"

namespace mp::manager {
namespace {

constexpr std::chrono::milliseconds kRenewMost{300};

}  // namespace

RedisStore::RedisStore(const ManagerStoreOptions& options, std::string authkey, RedisUrl url,
                       Dispatcher& dispatcher)
    : options_(options),
      authkey_(std::move(authkey)),
      url_(std::move(url)),
      channels_(options.prefix + ":" + std::to_string(url_.database) + ":"),
      replica_(dispatcher,
               {.refuses_locks = options.consistency == ManagerStoreOptions::Consistency::Fast,
                .patience = options.patience}),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  for (const char* name : {"meta", "log", "members", "leases", "applied"}) {
    keys_.push_back(options.prefix + ":" + name);
  }
}

Result<std::unique_ptr<RedisStore>> RedisStore::open(const ManagerStoreOptions& options,
                                                     std::string authkey, Dispatcher& dispatcher) {
  MP_TRY_ASSIGN(RedisUrl url, parse_redis_url(options.url));
  std::unique_ptr<RedisStore> store(
      new RedisStore(options, std::move(authkey), std::move(url), dispatcher));
  if (!store->epoll_) return system_error("epoll_create1", errno);
  MP_TRY(store->rejoin());
  return store;
}

Clock::time_point RedisStore::next_deadline() const {
  if (!link_.is_open()) return std::min(retry_at_, replica_.next_deadline());
  Clock::time_point due = Clock::time_point::max();
  if (phase_ == Phase::Idle) {
    if (replica_.has_work() || !expels_.empty()) return Clock::time_point{};  // long ago
    due = has_news_ ? std::min(lazy_at_, news_due_) : lazy_at_;
  }
  return std::min({renew_at_, due, replica_.next_deadline()});
}

Result<bool> RedisStore::advance(Clock::time_point now, bool is_readable) {
  replica_.pass(now);
  if (!link_.is_open()) {
    if (now < retry_at_) return true;
    const Step resumed = resume(now);
    if (resumed == Step::Lost) return false;
    if (resumed == Step::Broken) return true;
  }
  Step step = is_readable ? take_what_came(now) : Step::Done;
  if (step == Step::Lost) return false;
  if (step == Step::Done) {
    begin_what_is_due(now);
    if (!link_.write() || !news_.write()) step = Step::Broken;
  }
  if (step == Step::Broken) {
    break_links(now);
  } else {
    update_interest();
  }
  return true;
}

void RedisStore::begin_what_is_due(Clock::time_point now) {
  if (now >= renew_at_) send_renew(now);
  if (!replica_.has_lazy_work()) {
    lazy_at_ = Clock::time_point::max();
  } else if (lazy_at_ == Clock::time_point::max()) {
    lazy_at_ = now + kLazy;
  }
  if (phase_ != Phase::Idle) return;
  if (!expels_.empty()) {
    const auto first = expels_.begin();
    std::uint64_t manager = 0;
    std::from_chars(first->first.data(), first->first.data() + first->first.size(), manager);
    expelled_ = first->first;
    expelled_must_ = first->second;
    expels_.erase(first);
    round_ = replica_.expel(manager);
    return send_append();
  }
  if (!is_due(now)) return;
  round_ = replica_.begin_round();
  if (!round_.entry.empty()) return send_append();
  target_ = 0;
  phase_ = Phase::Fetching;
  has_news_ ? send_fetch() : send_position();
}

bool RedisStore::is_due(Clock::time_point now) const {
  return replica_.has_work() || now >= lazy_at_ || (has_news_ && now >= news_due_);
}

std::vector<std::string_view> RedisStore::function(
    std::string_view name, std::initializer_list<std::string_view> args) const {
  std::vector<std::string_view> words = {"FCALL", name, "5"};
  words.insert(words.end(), keys_.begin(), keys_.end());
  words.insert(words.end(), args);
  return words;
}

void RedisStore::send_function(Command command, std::string_view name,
                               std::initializer_list<std::string_view> args) {
  link_.send(function(name, args));
  expected_.push_back(command);
}

Result<RedisReply> RedisStore::call_function(std::string_view name,
                                             std::initializer_list<std::string_view> args,
                                             Deadline deadline) {
  MP_TRY_ASSIGN(RedisReply reply, link_.call(function(name, args), deadline));
  if (reply.is_error()) return Error{ErrorCode::System, url_.text() + ": " + reply.text};
  return reply;
}

void RedisStore::send_append() {
  phase_ = Phase::Appending;
  own_position_ = 0;
  confirmed_ = true;
  has_news_ = false;
  send_function(Command::Append, round_.only_frees ? "mps1_append_freeing" : "mps1_append",
                {std::to_string(replica_.manager()), std::to_string(applied_),
                 std::to_string(kFetchMax), std::to_string(round_.sequence), round_.entry,
                 channels_ + "news", expelled_, expelled_must_ ? "1" : "0"});
  if (options_.replicas == 0) return;
  link_.send({"WAIT", std::to_string(options_.replicas),
              std::to_string(options_.confirmation_timeout.count())});
  expected_.push_back(Command::Wait);
}

/// Where nothing has happened elsewhere, that is all there is to know: a manager that was expelled
/// finds the entry that says so.
void RedisStore::send_position() {
  link_.send({"HGET", keys_[0], "pos"});
  expected_.push_back(Command::Position);
}

void RedisStore::send_fetch() {
  has_news_ = false;
  send_function(
      Command::Fetch, "mps1_fetch",
      {std::to_string(replica_.manager()), std::to_string(applied_), std::to_string(kFetchMax)});
}

void RedisStore::send_renew(Clock::time_point now) {
  renew_at_ = now + std::min<Clock::duration>(options_.lease / 3, kRenewMost);
  send_function(Command::Renew, "mps1_renew",
                {std::to_string(replica_.manager()), std::to_string(applied_),
                 std::to_string(options_.lease.count()), channels_ + "alive:"});
}

void RedisStore::begin_snapshot() {
  const Result<std::string> text = replica_.snapshot(applied_);
  if (!text) return;  // the claim keeps everybody from trying again at once
  snapshot_bytes_ = text->size();
  const std::string position = std::to_string(applied_);
  const std::string manager = std::to_string(replica_.manager());
  const std::string key = options_.prefix + ":snapshot:" + manager + ":" + position;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view part = rest.substr(0, kPartBytes);
    link_.send({"RPUSH", key, part});
    expected_.push_back(Command::Part);
    rest.remove_prefix(part.size());
  }
  send_function(Command::Keep, "mps1_keep", {manager, position, key});
}

void RedisStore::leave() {
  // What is under way comes first; then the engine is told, if it can be.
  const Deadline deadline = Deadline::after(std::chrono::milliseconds(500));
  while (link_.is_open() && phase_ != Phase::Idle && !deadline.passed()) {
    pollfd entry{.fd = link_.fd(), .events = POLLIN, .revents = 0};
    if (!base::poll_until({&entry, 1}, deadline)) return;
    if (take_replies_of_engine(Clock::now()) != Step::Done || !link_.write()) return;
  }
  if (!link_.is_open() || phase_ != Phase::Idle) return;
  expelled_ = std::to_string(replica_.manager());
  expelled_must_ = true;
  round_ = replica_.expel(replica_.manager());
  send_append();
  while (!expected_.empty() && !deadline.passed()) {
    if (!link_.write()) return;
    pollfd entry{.fd = link_.fd(), .events = POLLIN, .revents = 0};
    if (!base::poll_until({&entry, 1}, deadline)) return;
    const Result<std::optional<RedisReply>> reply = link_.receive();
    if (!reply) return;
    if (*reply) expected_.pop_front();
  }
}

}  // namespace mp::manager
