#pragma once

#include "manager/store/redis/link.hpp"
#include "mp/manager_store.hpp"

namespace mp::manager {

/// Makes a fresh connection one of the store's user, in the store's database.
/// Errors: AuthenticationFailed, InvalidArgument   the engine refuses
///         those of RedisLink::call()
Result<void> log_in(RedisLink& link, const RedisUrl& url, const ManagerStoreOptions& options,
                    Deadline deadline);

}  // namespace mp::manager
