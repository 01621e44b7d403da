#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "../team.hpp"
#include "futex.hpp"

namespace mp::bench::raw {

/// A ring of slots for many producers and many consumers (Vyukov's): each slot has a number that
/// says whether it is full. A process that dies between taking a slot and filling it ends the ring
/// for all.
class Ring {
 public:
  Ring(std::size_t slots, std::size_t slot_bytes)
      : mask_(slots - 1), stride_((sizeof(Slot) + slot_bytes + 63) / 64 * 64) {
    if ((slots & mask_) != 0) throw CannotMeasure("a ring has a power of two of slots");
    memory_ = shared_bytes(sizeof(Shared) + slots * stride_);
    shared_ = new (memory_.get()) Shared;
    for (std::size_t n = 0; n < slots; ++n) slot(n).number.store(n);
  }

  void put(const void* bytes, std::size_t length) {
    Patience patience;
    while (true) {
      std::uint64_t place = shared_->tail.load(std::memory_order_relaxed);
      Slot& free = slot(place);
      const auto ahead =
          static_cast<std::int64_t>(free.number.load(std::memory_order_acquire) - place);
      if (ahead == 0) {
        if (!shared_->tail.compare_exchange_weak(place, place + 1, std::memory_order_relaxed))
          continue;
        free.length = length;
        std::memcpy(static_cast<void*>(&free + 1), bytes, length);
        free.number.store(place + 1, std::memory_order_release);
        announce(shared_->filled);
        return;
      }
      if (ahead < 0) {
        wait(patience, shared_->emptied, free.number, place, /*wanted=*/0);
      }
    }
  }

  std::size_t get(void* bytes) {
    Patience patience;
    while (true) {
      std::uint64_t place = shared_->head.load(std::memory_order_relaxed);
      Slot& full = slot(place);
      const auto ahead =
          static_cast<std::int64_t>(full.number.load(std::memory_order_acquire) - (place + 1));
      if (ahead == 0) {
        if (!shared_->head.compare_exchange_weak(place, place + 1, std::memory_order_relaxed))
          continue;
        const std::size_t length = full.length;
        std::memcpy(bytes, static_cast<const void*>(&full + 1), length);
        full.number.store(place + mask_ + 1, std::memory_order_release);
        announce(shared_->emptied);
        return length;
      }
      if (ahead < 0) {
        wait(patience, shared_->filled, full.number, place + 1, /*wanted=*/0);
      }
    }
  }

 private:
  struct alignas(64) Sleepers {
    Word changes{0};
    Word count{0};
  };
  struct Shared {
    alignas(64) std::atomic<std::uint64_t> tail{0};
    alignas(64) std::atomic<std::uint64_t> head{0};
    Sleepers filled;
    Sleepers emptied;
  };
  struct alignas(16) Slot {
    std::atomic<std::uint64_t> number{0};
    std::uint64_t length = 0;
  };

  Slot& slot(std::uint64_t place) const {
    auto* first = static_cast<std::byte*>(memory_.get()) + sizeof(Shared);
    return *reinterpret_cast<Slot*>(first + (place & mask_) * stride_);
  }

  static void announce(Sleepers& sleepers) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (sleepers.count.load(std::memory_order_relaxed) == 0) return;
    sleepers.changes.fetch_add(1);
    wake(sleepers.changes, 1);
  }

  static void wait(Patience& patience, Sleepers& sleepers, const std::atomic<std::uint64_t>& number,
                   std::uint64_t expected, std::int64_t wanted) {
    if (patience.spin()) return;
    const std::uint32_t seen = sleepers.changes.load();
    sleepers.count.fetch_add(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (static_cast<std::int64_t>(number.load() - expected) < wanted) {
      sleep_while(sleepers.changes, seen);
    }
    sleepers.count.fetch_sub(1);
    patience = Patience();
  }

  std::uint64_t mask_;
  std::size_t stride_;
  std::shared_ptr<void> memory_;
  Shared* shared_ = nullptr;
};

}  // namespace mp::bench::raw
