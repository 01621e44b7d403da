#pragma once

#include <stdexcept>

#include "clients.hpp"
#include "mp/manager.hpp"

namespace mp::bench {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}
inline void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

/// What a client of a manager does again and again.
using Work = std::function<Operation(const Manager& manager)>;

Operation dict_get(const Manager& manager);
Operation dict_set(const Manager& manager);
Operation list_get(const Manager& manager);
Operation value_set(const Manager& manager);
Operation namespace_get(const Manager& manager);
/// Two calls in turn.
Operation lock_pair(const Manager& manager);
Operation queue_pair(const Manager& manager);
/// So many sets at once.
inline constexpr int kBatch = 16;
Operation dict_batch(const Manager& manager);

}  // namespace mp::bench
