#pragma once

#include <atomic>
#include <cstdint>
#include <tuple>

#include "mp/array.hpp"
#include "mp/condition.hpp"
#include "mp/event.hpp"
#include "mp/lock.hpp"
#include "mp/queue.hpp"
#include "mp/rlock.hpp"
#include "mp/semaphore.hpp"
#include "mp/transfer.hpp"
#include "mp/value.hpp"

namespace mp::soak {

inline constexpr std::size_t kWorkersMax = 64;
inline constexpr std::int64_t kPermits = 3;
inline constexpr std::int64_t kQueueSize = 100;
inline constexpr std::size_t kMessageBytesMax = 20'000;

/// What all workers count, in an array that they share.
enum class Count : std::size_t {
  Operations,
  Puts,        ///< that returned; a killed producer may have put one more
  Gets,        ///< likewise
  OwnersDied,  ///< how often a worker was told so
  Broken,      ///< invariants that did not hold; must stay 0
  Kinds,
};

/// Two numbers that whoever holds the lock keeps equal: a victim may leave the first one ahead by
/// one, and then the next holder is told.
struct Pair {
  RawValue<long> first;
  RawValue<long> second;

  static Result<Pair> create() {
    MP_TRY_ASSIGN(auto first, RawValue<long>::create());
    MP_TRY_ASSIGN(auto second, RawValue<long>::create());
    return Pair{std::move(first), std::move(second)};
  }
  Result<void> pack(Packer& packer) const {
    MP_TRY(first.pack(packer));
    return second.pack(packer);
  }
  static Result<Pair> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(auto first, RawValue<long>::unpack(unpacker));
    MP_TRY_ASSIGN(auto second, RawValue<long>::unpack(unpacker));
    return Pair{std::move(first), std::move(second)};
  }
};

/// The objects that all workers share.
struct World {
  Lock lock;
  Pair under_lock;
  RLock rlock;
  Pair under_rlock;
  Value<long> value;
  Semaphore semaphore;
  Queue queue;
  Condition condition;
  Event event;
  RawArray<long> counts;      ///< by Count
  RawArray<long> heartbeats;  ///< of each worker, by place
  Event stop;

  static Result<World> create();
  Result<void> pack(Packer& packer) const { return Transfer<Objects>::pack(packer, objects()); }
  static Result<World> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(Objects objects, Transfer<Objects>::unpack(unpacker));
    return std::make_from_tuple<World>(std::move(objects));
  }

  void count(Count what, long by = 1) const {
    std::atomic_ref<long>(counts.span()[static_cast<std::size_t>(what)]).fetch_add(by);
  }
  long counted(Count what) const { return *counts.get(static_cast<std::int64_t>(what)); }

 private:
  using Objects = std::tuple<Lock, Pair, RLock, Pair, Value<long>, Semaphore, Queue, Condition,
                             Event, RawArray<long>, RawArray<long>, Event>;
  Objects objects() const {
    return {lock,  under_lock, rlock, under_rlock, value,      semaphore,
            queue, condition,  event, counts,      heartbeats, stop};
  }
};

/// A message that shows whether it is whole.
Bytes make_message(std::uint64_t seed);
bool is_whole(BytesView message);

/// Checks the pair, and mends it when `owner_died`; the caller holds its lock.
bool check_pair(const Pair& pair, bool owner_died);

/// Does random things to the world until it is told to stop, or killed.
void work(World world, int place, std::uint64_t seed);

}  // namespace mp::soak
