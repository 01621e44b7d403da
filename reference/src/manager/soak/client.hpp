#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "mp/manager.hpp"

namespace mp::manager::soak {

/// In memory that all processes share.
struct Counters {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> operations{0};
};

/// The objects that all clients use.
struct Shared {
  static constexpr std::size_t kObjects = 9;
  static Shared make(const Manager& manager);
  /// Takes out what is in them.
  void empty() const;

  ManagedDict dict;
  ManagedList list;
  ManagedNamespace space;
  ManagedValue value;
  ManagedQueue queue;
  ManagedAcquirer lock;
  ManagedAcquirer semaphore;
  ManagedEvent event;
  ManagedCondition condition;
};

/// A client's life, until it is told to stop or killed. Empty, or what it did not expect.
std::string be_client(const Manager& manager, const Shared& shared, Counters& counters,
                      std::uint64_t seed);

}  // namespace mp::manager::soak
