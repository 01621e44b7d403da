#pragma once

#include <cstdint>
#include <string_view>

namespace mp::detail {

/// SipHash-1-3 (Aumasson, Bernstein) over 64-bit words, keyed with 128 random bits of this process,
/// so that nobody outside can prepare keys that collide.
class SipHash {
 public:
  SipHash() noexcept;

  void word(std::uint64_t value) noexcept {
    v3_ ^= value;
    round();
    v0_ ^= value;
  }
  /// The bytes and their number.
  void bytes(std::string_view content) noexcept;
  std::uint64_t finish() noexcept;

 private:
  void round() noexcept;

  std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace mp::detail
