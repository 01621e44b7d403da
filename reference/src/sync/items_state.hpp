#pragma once

#include <cstdint>

#include "mp/typecode.hpp"
#include "sync/lock_state.hpp"

namespace mp::sync {

/// The lock and the description of the elements. They follow at `data_offset` from the start of
/// this. Invariant:  typecode, data_offset and length never change once the object can be seen by
/// another process.
struct ItemsState {
  RLockState lock;
  Typecode typecode;
  std::uint8_t unused[3];
  std::uint32_t data_offset;
  std::uint64_t length;
};
static_assert(sizeof(ItemsState) == 32 && offsetof(ItemsState, length) == 24);

/// One element, on the cache line of its lock: a locked update moves one line between processors.
struct ValueState : ItemsState {
  static constexpr shm::Kind kKind = shm::Kind::Value;
  static constexpr std::uint16_t kLayoutVersion = 2;
  static constexpr std::uint32_t kDataOffset = sizeof(ItemsState);
};
static_assert(shm::SharedState<ValueState> && sizeof(ValueState) == 32 &&
              ValueState::kDataOffset % 8 == 0);

/// Many elements, on cache lines of their own.
struct ArrayState : ItemsState {
  static constexpr shm::Kind kKind = shm::Kind::Array;
  static constexpr std::uint16_t kLayoutVersion = 2;
  static constexpr std::uint32_t kDataOffset = 64;
};
static_assert(shm::SharedState<ArrayState> && sizeof(ArrayState) == 32);

}  // namespace mp::sync
