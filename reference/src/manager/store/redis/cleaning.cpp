// Taking a store away that nobody uses any more.
#include "manager/store/redis/login.hpp"
#include "manager/store/redis/sentinel.hpp"

namespace mp {
namespace manager {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

class Cleaning {
 public:
  Cleaning(const ManagerStoreOptions& options, RedisUrl url)
      : options_(options), url_(std::move(url)), deadline_(Deadline::after(kPatience)) {}

  Result<std::size_t> run() {
    MP_TRY_ASSIGN(const RedisUrl engine, locate(url_, deadline_));
    MP_TRY_ASSIGN(link_, RedisLink::connect(engine, deadline_, options_.tls));
    MP_TRY(log_in(link_, url_, options_, deadline_));
    MP_TRY(check_unused());
    return take_away();
  }

 private:
  Result<RedisReply> call(RedisLink::Words words) {
    MP_TRY_ASSIGN(RedisReply reply, link_.call(words, deadline_));
    if (reply.is_error()) return Error{ErrorCode::System, url_.text() + ": " + reply.text};
    return reply;
  }

  /// Managers that were killed are still among the members, but their leases end.
  Result<void> check_unused() {
    MP_TRY_ASSIGN(const RedisReply time, call({"TIME"}));
    if (!time.is_array(2)) return Error{ErrorCode::Malformed, url_.text() + ": no time"};
    const std::int64_t now = time.items[0].as_number() * 1000 + time.items[1].as_number() / 1000;
    MP_TRY_ASSIGN(const RedisReply leases, call({"HGETALL", options_.prefix + ":leases"}));
    std::size_t living = 0;
    for (std::size_t i = 1; i < leases.items.size(); i += 2) {
      if (leases.items[i].as_number() > now) ++living;
    }
    if (living == 0) return {};
    return Error{ErrorCode::InvalidArgument,
                 url_.text() + ": managers that take part in the store: " + std::to_string(living) +
                     "; end them first"};
  }

  Result<std::size_t> take_away() {
    // Without its tag a store is none: a manager that joins meanwhile makes a new one.
    std::size_t count = 0;
    MP_TRY(take_away_one(options_.prefix + ":meta", count));
    std::string cursor = "0";
    do {
      MP_TRY_ASSIGN(const RedisReply page,
                    call({"SCAN", cursor, "MATCH", options_.prefix + ":*", "COUNT", "1000"}));
      if (!page.is_array(2)) return Error{ErrorCode::Malformed, url_.text() + ": no page of keys"};
      for (const RedisReply& key : page.items[1].items) MP_TRY(take_away_one(key.text, count));
      cursor = page.items[0].text;
    } while (cursor != "0");
    return count;
  }

  Result<void> take_away_one(const std::string& key, std::size_t& count) {
    MP_TRY_ASSIGN(const RedisReply gone, call({"UNLINK", key}));
    count += static_cast<std::size_t>(gone.number);
    return {};
  }

  const ManagerStoreOptions& options_;
  const RedisUrl url_;
  const Deadline deadline_;
  RedisLink link_;
};

}  // namespace
}  // namespace manager

Result<std::size_t> clean_store(const ManagerStoreOptions& options) {
  MP_TRY_ASSIGN(manager::RedisUrl url, manager::parse_redis_url(options.url));
  return manager::Cleaning(options, std::move(url)).run();
}

}  // namespace mp
