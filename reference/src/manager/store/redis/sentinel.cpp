#include "manager/store/redis/sentinel.hpp"

namespace mp::manager {
namespace {

Result<RedisUrl> ask(const RedisUrl::Host& sentinel, const RedisUrl& url, Deadline deadline) {
  MP_TRY_ASSIGN(RedisLink link, RedisLink::connect({.host = sentinel}, deadline));
  MP_TRY_ASSIGN(const RedisReply reply,
                link.call({"SENTINEL", "get-master-addr-by-name", url.name}, deadline));
  if (reply.is_array(2)) {
    return RedisUrl{.host = {reply.items[0].text, reply.items[1].text}, .database = url.database};
  }
  const std::string why = reply.is_error() ? reply.text : "it knows no engine of that name";
  return Error{ErrorCode::NotFound, sentinel.name + ':' + sentinel.port + ": " + why};
}

}  // namespace

Result<RedisUrl> locate(const RedisUrl& url, Deadline deadline) {
  if (url.sentinels.empty()) return url;
  Result<RedisUrl> found = Error{ErrorCode::NotFound, ""};
  // One that does not answer leaves the others their share of the time.
  auto left = static_cast<std::int64_t>(url.sentinels.size());
  for (const RedisUrl::Host& sentinel : url.sentinels) {
    found = ask(sentinel, url, Deadline::after(deadline.remaining() / left--));
    if (found) return found;
  }
  return Error{found.error().code, url.text() + ": " + found.error().message};
}

}  // namespace mp::manager
