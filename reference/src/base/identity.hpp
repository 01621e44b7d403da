#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace mp::base {

/// Who a process (or a thread) is, in 31 bits, so that it fits into a futex word beside a flag: 22
/// bits of its number (Linux hands out no more) and 9 bits of the time it started, which tell it
/// from a later one that was given the same number in all but one of 512 cases. Zero is nobody.
/// Meaningful in one PID namespace.
class Identity {
 public:
  static constexpr unsigned kNumberBits = 22;
  static constexpr unsigned kTagBits = 9;
  static constexpr std::uint32_t kMask = (1u << (kNumberBits + kTagBits)) - 1;

  constexpr Identity() = default;
  constexpr Identity(pid_t number, std::uint64_t start_time)
      : bits_((static_cast<std::uint32_t>(number) & kNumberMask) |
              (static_cast<std::uint32_t>(start_time) & kTagMask) << kNumberBits) {}
  static constexpr Identity from_bits(std::uint32_t bits) {
    Identity identity;
    identity.bits_ = bits & kMask;
    return identity;
  }

  constexpr std::uint32_t bits() const { return bits_; }
  constexpr pid_t number() const { return static_cast<pid_t>(bits_ & kNumberMask); }
  constexpr bool is_nobody() const { return number() == 0; }

  friend constexpr bool operator==(Identity, Identity) = default;

 private:
  static constexpr std::uint32_t kNumberMask = (1u << kNumberBits) - 1;
  static constexpr std::uint32_t kTagMask = (1u << kTagBits) - 1;

  std::uint32_t bits_ = 0;
};

/// The calling process, and the calling thread. Read once and remembered; a forked child asks anew.
inline Identity this_process();
inline Identity this_thread();

/// Whether that process has not ended. One that has ended but was not waited for (a zombie) has
/// ended. A process that cannot be looked at is taken to live: nobody may lose a lock because of a
/// guess.
bool is_process_alive(Identity process);

/// Whether that thread has not ended.
bool is_thread_alive(Identity thread);

namespace remembered {
/// Bits of an identity; zero until asked for, and again in a forked child.
extern constinit std::atomic<std::uint32_t> process;
extern constinit thread_local std::uint32_t thread;
Identity look_up_process();
Identity look_up_thread();
}  // namespace remembered

// In the header because every lock asks, and asking costs less than a call.
inline Identity this_process() {
  const std::uint32_t bits = remembered::process.load(std::memory_order_relaxed);
  return bits != 0 ? Identity::from_bits(bits) : remembered::look_up_process();
}
inline Identity this_thread() {
  return remembered::thread != 0 ? Identity::from_bits(remembered::thread)
                                 : remembered::look_up_thread();
}

}  // namespace mp::base
