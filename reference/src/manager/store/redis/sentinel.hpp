#pragma once

#include "manager/store/redis/link.hpp"

namespace mp::manager {

/// Where the engine is now: the URL itself, or what the first of its sentinels says that answers.
/// Errors: NotFound   none of them knows such an engine
///         those of RedisLink::connect() and call()
Result<RedisUrl> locate(const RedisUrl& url, Deadline deadline);

}  // namespace mp::manager
