#include "manager/store/redis/login.hpp"

namespace mp::manager {

Result<void> log_in(RedisLink& link, const RedisUrl& url, const ManagerStoreOptions& options,
                    Deadline deadline) {
  if (!options.password.empty() || !options.user.empty()) {
    std::vector<std::string_view> words = {"AUTH"};
    if (!options.user.empty()) words.push_back(options.user);
    words.push_back(options.password);
    MP_TRY_ASSIGN(const RedisReply reply, link.call(words, deadline));
    if (reply.is_error())
      return Error{ErrorCode::AuthenticationFailed, url.text() + ": " + reply.text};
  }
  if (url.database == 0) return {};
  MP_TRY_ASSIGN(const RedisReply reply,
                link.call({"SELECT", std::to_string(url.database)}, deadline));
  if (reply.is_error()) return Error{ErrorCode::InvalidArgument, url.text() + ": " + reply.text};
  return {};
}

}  // namespace mp::manager
