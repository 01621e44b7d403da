// What the engine says, and what it means for the round under way.
#include <sys/epoll.h>

#include <algorithm>

#include "manager/store/redis/redis_store.hpp"

namespace mp::manager {
namespace {

constexpr int kSilentMax = 2;

bool starts_with(const std::string& text, std::string_view start) {
  return std::string_view(text).starts_with(start);
}

}  // namespace

RedisStore::Step RedisStore::take_what_came(Clock::time_point now) {
  epoll_event events[2];
  const int count = ::epoll_wait(epoll_.get(), events, 2, 0);
  Step step = Step::Done;
  for (int i = 0; i < count && step == Step::Done; ++i) {
    if ((events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) continue;
    step = events[i].data.fd == link_.fd() ? take_replies_of_engine(now) : take_news(now);
  }
  return step;
}

/// Where nobody waits for what others do, the next round that is needed anyhow brings it.
RedisStore::Step RedisStore::take_news(Clock::time_point now) {
  while (true) {
    const Result<std::optional<RedisReply>> message = news_.receive();
    if (!message) return Step::Broken;
    if (!*message) return Step::Done;
    const std::vector<RedisReply>& parts = (*message)->items;
    const bool is_own = parts.size() == 3 && parts[2].text == std::to_string(replica_.manager());
    if (is_own || has_news_) continue;
    has_news_ = true;
    news_due_ = replica_.has_waiting() ? now : now + kLazy;
  }
}

RedisStore::Step RedisStore::take_replies_of_engine(Clock::time_point now) {
  do {
    const Result<std::optional<RedisReply>> reply = link_.receive();
    if (!reply) return Step::Broken;
    if (!*reply) return Step::Done;
    if (expected_.empty()) return Step::Broken;  // nothing was asked
    const Command command = expected_.front();
    expected_.pop_front();
    const Step step = take(command, **reply, now);
    if (step != Step::Done) return step;
  } while (!expected_.empty());
  return Step::Done;
}

RedisStore::Step RedisStore::take(Command command, const RedisReply& reply, Clock::time_point now) {
  if (reply.is_error()) return take_error(command, reply.text);
  switch (command) {
    case Command::Append:
      return take_append(reply);
    case Command::Wait:
      confirmed_ = reply.number >= static_cast<std::int64_t>(options_.replicas);
      return phase_ == Phase::Appending ? proceed() : Step::Done;
    case Command::Position:
      return take_position(reply);
    case Command::Fetch:
      return take_fetch(reply);
    case Command::Renew:
      return take_renew(reply, now);
    case Command::Claim:
      if (reply.number == 1) begin_snapshot();
      snapshot_position_ = 0;
      return Step::Done;
    case Command::Part:
      return Step::Done;
    case Command::Keep:
      return Step::Done;
  }
  return Step::Broken;
}

RedisStore::Step RedisStore::take_error(Command command, const std::string& text) {
  if (starts_with(text, "GONE")) return Step::Lost;
  const bool is_round = command == Command::Append;
  if (is_round && starts_with(text, "ALIVE")) {
    replica_.abandon_round();
  } else if (is_round && starts_with(text, "OOM")) {
    replica_.refuse_round("MemoryError: the store is full: nothing was changed");
  } else if (is_round && starts_with(text, "NOREPLICAS")) {
    replica_.refuse_round("OSError: the store has too few replicas: nothing was changed");
  } else if (command == Command::Claim || command == Command::Part || command == Command::Keep ||
             command == Command::Wait) {
    return Step::Done;
  } else {
    return Step::Broken;  // it is loading, or has become a replica: tried again
  }
  phase_ = Phase::Idle;
  expelled_.clear();
  // Nobody waits for what is behind it.
  if (!expected_.empty() && expected_.front() == Command::Wait) expected_.front() = Command::Part;
  return Step::Done;
}

bool RedisStore::take_entries(const RedisReply& entries) {
  for (const RedisReply& row : entries.items) {
    if (!row.is_array(2) || !row.items[1].is_array(2)) return false;
    const auto position = static_cast<std::uint64_t>(row.items[0].as_number());
    const std::string& text = row.items[1].items[1].text;
    if (position <= applied_) continue;
    bool is_own = false;
    replica_.apply(text, is_own);
    applied_ = position;
    last_mac_ = text.substr(text.size() - std::min(text.size(), Seal::kMacBytes));
    if (is_own) finish();
  }
  return true;
}

/// What was under way is done: applied_ is its position.
void RedisStore::finish() {
  phase_ = Phase::Idle;
  expelled_.clear();
  replica_.finish_round(confirmed_);
}

RedisStore::Step RedisStore::take_append(const RedisReply& reply) {
  if (!reply.is_array(3)) return Step::Broken;
  own_position_ = static_cast<std::uint64_t>(reply.items[0].number);
  if (own_position_ == 0 && options_.replicas > 0) confirmed_ = false;  // nobody knows any more
  if (own_position_ != 0) bytes_ = static_cast<std::uint64_t>(reply.items[1].number);
  if (!take_entries(reply.items[2])) return Step::Broken;
  const bool waits = !expected_.empty() && expected_.front() == Command::Wait;
  return waits || phase_ == Phase::Idle ? Step::Done : proceed();
}

RedisStore::Step RedisStore::proceed() {
  if (own_position_ != 0 && applied_ + 1 == own_position_) {
    applied_ = own_position_;
    last_mac_ = round_.entry.substr(round_.entry.size() - Seal::kMacBytes);
    finish();
    const std::uint64_t most =
        std::max<std::uint64_t>(options_.snapshot_after_bytes, 2 * snapshot_bytes_);
    if (bytes_ > most && snapshot_position_ == 0) {
      snapshot_position_ = applied_;
      send_function(Command::Claim, "mps1_claim", {std::to_string(replica_.manager()), "60"});
    }
    return Step::Done;
  }
  send_fetch();
  return Step::Done;
}

RedisStore::Step RedisStore::take_position(const RedisReply& reply) {
  const auto last = static_cast<std::uint64_t>(reply.as_number());
  if (last < applied_) return Step::Broken;  // it has forgotten something
  if (last == applied_) {
    finish();
  } else {
    send_fetch();
  }
  return Step::Done;
}

RedisStore::Step RedisStore::take_fetch(const RedisReply& reply) {
  if (!reply.is_array(2)) return Step::Broken;
  const std::uint64_t before = applied_;
  const bool was_appending = phase_ == Phase::Appending;
  const auto last = static_cast<std::uint64_t>(reply.items[0].as_number());
  if (!take_entries(reply.items[1])) return Step::Broken;
  if (was_appending) {
    if (phase_ == Phase::Idle) {
      if (last > applied_) hear_news();
      return Step::Done;
    }
    // What is in the order must come.
    if (applied_ == before) return Step::Broken;
    return proceed();
  }
  if (target_ == 0) target_ = last;
  if (applied_ < target_) {
    if (applied_ == before) return Step::Broken;
    send_fetch();
    return Step::Done;
  }
  finish();
  return Step::Done;
}

RedisStore::Step RedisStore::take_renew(const RedisReply& reply, Clock::time_point now) {
  if (!reply.is_array(4)) return Step::Broken;
  if (static_cast<std::uint64_t>(reply.items[0].as_number()) > applied_) hear_news();
  // An engine that was away has kept everybody from renewing.
  if (now - connected_at_ >= options_.lease) {
    for (const RedisReply& member : reply.items[1].items) expels_.emplace(member.text, false);
  }
  for (const RedisReply& member : reply.items[2].items) {
    heard_.insert(member.text);
    silent_.erase(member.text);
  }
  for (const RedisReply& member : reply.items[3].items) {
    if (!heard_.contains(member.text)) continue;
    if (++silent_[member.text] >= kSilentMax) {
      expels_[member.text] = true;
      heard_.erase(member.text);
      silent_.erase(member.text);
    }
  }
  return Step::Done;
}

}  // namespace mp::manager
