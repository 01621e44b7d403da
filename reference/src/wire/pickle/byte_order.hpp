#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mp::pickle {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they are; a big-endian machine would have to turn them");

template <std::unsigned_integral T>
T load_little(const char* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <std::unsigned_integral T>
void store_little(char* to, T value) noexcept {
  std::memcpy(to, &value, sizeof(T));
}

inline double load_big_double(const char* from) noexcept {
  return std::bit_cast<double>(__builtin_bswap64(load_little<std::uint64_t>(from)));
}

inline void store_big_double(char* to, double value) noexcept {
  store_little(to, __builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

}  // namespace mp::pickle
