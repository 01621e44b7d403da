// How a RedisStore comes to its engine, and back to it.
#include <errno.h>
#include <sys/epoll.h>

#include <algorithm>
#include <charconv>

#include "manager/protocol/handshake.hpp"
#include "manager/store/redis/library.hpp"
#include "manager/store/redis/login.hpp"
#include "manager/store/redis/redis_store.hpp"
#include "manager/store/redis/sentinel.hpp"

namespace mp::manager {
namespace {

constexpr std::string_view kForm = "2";
constexpr std::chrono::milliseconds kOpening{5000};
constexpr std::chrono::milliseconds kResuming{250};
constexpr std::chrono::milliseconds kRetryLeast{50};
constexpr std::chrono::milliseconds kRetryMost{1000};

/// The value behind `name:` on a line of its own.
std::string info_of(const std::string& info, const std::string& name) {
  const std::string wanted = "\n" + name + ":";
  const std::size_t found = info.find(wanted);
  if (found == info.npos) return {};
  const std::size_t start = found + wanted.size();
  return info.substr(start, info.find('\r', start) - start);
}

Result<std::string> random_tag() {
  MP_TRY_ASSIGN(const Nonce nonce, make_nonce());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string tag;
  for (std::size_t i = 0; i < 12; ++i) tag += kDigits[static_cast<unsigned char>(nonce[i]) & 15];
  return tag;
}

Error unfit(const RedisUrl& url, const std::string& why) {
  return Error{ErrorCode::InvalidArgument, url.text() + ": " + why};
}

}  // namespace

Result<void> RedisStore::check_engine(Deadline deadline) {
  MP_TRY_ASSIGN(const RedisReply reply, link_.call({"INFO"}, deadline));
  if (reply.is_error())
    return Error{ErrorCode::AuthenticationFailed, url_.text() + ": " + reply.text};
  const std::string& info = reply.text;
  const std::string version = info_of(info, "redis_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major < 7) {
    return unfit(url_, "Redis " + version + ": needs Redis 7 or Valkey, which have functions");
  }
  if (info_of(info, "cluster_enabled") == "1") return unfit(url_, "unsupported: a cluster");
  if (info_of(info, "role") != "master") return unfit(url_, "a replica: it takes no changes");
  if (info_of(info, "loading") == "1") return Error{ErrorCode::System, "the store is loading"};
  const std::string policy = info_of(info, "maxmemory_policy");
  if (policy != "noeviction") {
    return unfit(url_, "maxmemory-policy " + policy +
                           " throws objects away when memory is short; set noeviction");
  }
  return check_persistence(info, deadline);
}

Result<std::string> RedisStore::setting(std::string_view name, Deadline deadline) {
  MP_TRY_ASSIGN(const RedisReply reply, link_.call({"CONFIG", "GET", name}, deadline));
  if (!reply.is_array(2)) {
    return Error{ErrorCode::AuthenticationFailed,
                 url_.text() + ": cannot see " + std::string(name) + ": allow +config|get"};
  }
  return reply.items[1].text;
}

Result<void> RedisStore::check_persistence(const std::string& info, Deadline deadline) {
  const bool has_aof = info_of(info, "aof_enabled") == "1";
  if (options_.consistency == ManagerStoreOptions::Consistency::Fast) {
    if (has_aof) return {};
    MP_TRY_ASSIGN(const std::string save, setting("save", deadline));
    if (!save.empty()) return {};
    return unfit(url_, "keeps nothing when it ends; set appendonly yes, or save");
  }
  if (!has_aof) {
    return unfit(url_,
                 "loses what it has confirmed when it ends; set appendonly yes, or take "
                 "--store-consistency fast");
  }
  if (options_.replicas > 0) return {};
  MP_TRY_ASSIGN(const std::string fsync, setting("appendfsync", deadline));
  if (fsync == "always") return {};
  return unfit(url_,
               "appendfsync " + fsync +
                   " loses what it has confirmed when its host ends; set always, or have "
                   "replicas confirm it (--store-replicas), or take --store-consistency fast");
}

Result<void> RedisStore::load_library(Deadline deadline) {
  // Whoever has done so before has loaded the same: the name has the version in it.
  MP_TRY_ASSIGN(const RedisReply reply, link_.call({"FUNCTION", "LOAD", library_code()}, deadline));
  if (!reply.is_error() || reply.text.find("already exists") != reply.text.npos) return {};
  return unfit(url_, reply.text);
}

Result<void> RedisStore::connect(Deadline deadline) {
  break_links(Clock::now());
  MP_TRY_ASSIGN(engine_, locate(url_, deadline));
  MP_TRY_ASSIGN(link_, RedisLink::connect(engine_, deadline, options_.tls));
  MP_TRY(log_in(link_, url_, options_, deadline));
  return check_engine(deadline);
}

Result<void> RedisStore::listen(Deadline deadline) {
  MP_TRY_ASSIGN(news_, RedisLink::connect(engine_, deadline, options_.tls));
  MP_TRY(log_in(news_, url_, options_, deadline));
  const std::string alive = channels_ + "alive:" + std::to_string(replica_.manager());
  MP_TRY_ASSIGN(const RedisReply reply,
                news_.call({"SUBSCRIBE", channels_ + "news", alive}, deadline));
  if (reply.is_error())
    return Error{ErrorCode::AuthenticationFailed, url_.text() + ": " + reply.text};
  return {};
}

Result<void> RedisStore::rejoin() {
  const Deadline deadline = Deadline::after(kOpening);
  const Result<void> done = [&]() -> Result<void> {
    MP_TRY(connect(deadline));
    MP_TRY(load_library(deadline));
    MP_TRY(join(deadline));
    MP_TRY(listen(deadline));
    return watch();
  }();
  if (done) return done;
  break_links(Clock::now());
  // What a connection says does not name the engine.
  const std::string name = url_.text() + ": ";
  if (done.error().message.starts_with(name)) return done;
  return Error{done.error().code, name + done.error().message};
}

Result<void> RedisStore::join(Deadline deadline) {
  MP_TRY_ASSIGN(const std::string proposed, random_tag());
  MP_TRY_ASSIGN(const Seal first, Seal::make(authkey_, proposed));
  MP_TRY_ASSIGN(const RedisReply store,
                call_function("mps1_open", {proposed, first.check(), kForm}, deadline));
  if (!store.is_array(3)) return Error{ErrorCode::Malformed, url_.text() + ": no store"};
  const std::string tag = store.items[0].text;
  MP_TRY_ASSIGN(Seal seal, Seal::make(authkey_, tag));
  if (store.items[1].text != seal.check()) {
    return Error{ErrorCode::AuthenticationFailed,
                 url_.text() + ": the store under '" + options_.prefix +
                     ":' has another authkey; take that, or another --store-prefix"};
  }
  if (store.items[2].text != kForm) {
    return unfit(url_, "a store of another version of mp-manager");
  }
  const std::string lease = std::to_string(options_.lease.count());
  MP_TRY_ASSIGN(const RedisReply joined, call_function("mps1_join", {lease}, deadline));
  if (!joined.is_array(4)) return Error{ErrorCode::Malformed, url_.text() + ": no store"};
  replica_.join(static_cast<ManagerId>(joined.items[0].as_number()), tag, std::move(seal));
  applied_ = 0;
  last_mac_.clear();
  phase_ = Phase::Idle;
  expelled_.clear();
  expels_.clear();
  heard_.clear();
  silent_.clear();
  snapshot_position_ = bytes_ = 0;
  MP_TRY(load_snapshot(deadline));
  return read_until(static_cast<std::uint64_t>(joined.items[1].as_number()), deadline);
}

Result<void> RedisStore::load_snapshot(Deadline deadline) {
  // Another manager may replace it meanwhile.
  Result<void> loaded = Error{ErrorCode::Malformed, url_.text() + ": no snapshot"};
  for (int attempts = 0; !loaded && attempts < 5; ++attempts) {
    MP_TRY_ASSIGN(const RedisReply meta,
                  link_.call({"HMGET", keys_[0], "snap", "snapkey"}, deadline));
    if (!meta.is_array(2)) return Error{ErrorCode::Malformed, url_.text() + ": " + meta.text};
    const auto position = static_cast<std::uint64_t>(meta.items[0].as_number());
    if (position == 0) return {};
    MP_TRY_ASSIGN(const RedisReply parts,
                  link_.call({"LRANGE", meta.items[1].text, "0", "-1"}, deadline));
    std::string text;
    for (const RedisReply& part : parts.items) text += part.text;
    loaded = replica_.restore(text, position);
    if (!loaded) continue;
    applied_ = position;
    snapshot_bytes_ = text.size();
  }
  return loaded;
}

Result<void> RedisStore::read_until(std::uint64_t position, Deadline deadline) {
  while (applied_ < position) {
    const std::uint64_t before = applied_;
    MP_TRY_ASSIGN(const RedisReply reply,
                  call_function("mps1_fetch",
                                {std::to_string(replica_.manager()), std::to_string(applied_),
                                 std::to_string(kFetchMax)},
                                deadline));
    if (!reply.is_array(2) || !take_entries(reply.items[1]) || applied_ == before) {
      return Error{ErrorCode::Malformed, url_.text() + ": entries are missing"};
    }
  }
  return {};
}

RedisStore::Step RedisStore::resume(Clock::time_point now) {
  const Deadline deadline = Deadline::after(kResuming);
  const auto broken = [&] {
    break_links(now);
    return Step::Broken;
  };
  if (!connect(deadline)) return broken();
  if (!load_library(deadline)) return broken();
  const Result<RedisReply> reply = link_.call(
      function("mps1_resume", {std::to_string(replica_.manager()), std::to_string(applied_)}),
      deadline);
  if (!reply) return broken();
  if (reply->is_error()) return reply->text.starts_with("GONE") ? Step::Lost : broken();
  if (!reply->is_array(3)) return broken();
  // It may be another engine than it was, or the same with an older memory.
  const auto last = static_cast<std::uint64_t>(reply->items[1].as_number());
  const std::string& mac = reply->items[2].text;
  if (last < applied_ || (!mac.empty() && !last_mac_.empty() && mac != last_mac_)) {
    return Step::Lost;
  }
  if (!listen(deadline) || !watch()) return broken();
  if (phase_ == Phase::Appending) {
    send_append();  // once more: it is taken once
  } else if (phase_ == Phase::Fetching) {
    target_ = 0;
    send_fetch();
  }
  return Step::Done;
}

Result<void> RedisStore::watch() {
  epoll_event event{};
  event.events = watched_ = EPOLLIN;
  for (const int fd : {link_.fd(), news_.fd()}) {
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      return system_error("epoll_ctl", errno);
    }
  }
  connected_at_ = renew_at_ = Clock::now();
  retry_after_ = kRetryLeast;
  hear_news();
  return {};
}

void RedisStore::update_interest() {
  const std::uint32_t wanted = EPOLLIN | (link_.has_output() ? EPOLLOUT : 0u);
  if (wanted == watched_) return;
  watched_ = wanted;
  epoll_event event{};
  event.events = wanted;
  event.data.fd = link_.fd();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, link_.fd(), &event);
}

void RedisStore::break_links(Clock::time_point now) {
  link_.close();  // and are not watched any more
  news_.close();
  expected_.clear();
  heard_.clear();
  silent_.clear();
  expels_.clear();
  snapshot_position_ = 0;
  retry_after_ = std::clamp<Clock::duration>(2 * retry_after_, kRetryLeast, kRetryMost);
  retry_at_ = now + retry_after_;
}

}  // namespace mp::manager
