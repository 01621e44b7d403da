#include "wire/object/integers.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "mp/assert.hpp"

namespace mp::detail {
namespace {

/// Least significant limb first.
using Magnitude = std::vector<std::uint32_t>;

unsigned char byte_at(std::string_view bytes, std::size_t position) {
  return static_cast<unsigned char>(bytes[position]);
}

Magnitude magnitude_of(std::string_view bytes) {
  Magnitude limbs(bytes.size() / 4 + 1);
  const unsigned flip = is_negative(bytes) ? 0xff : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    limbs[i / 4] |= static_cast<std::uint32_t>(byte_at(bytes, i) ^ flip) << (i % 4 * 8);
  for (std::size_t i = 0; flip != 0 && i < limbs.size(); ++i)
    if (++limbs[i] != 0) break;
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  return limbs;
}

std::string bytes_of_magnitude(const Magnitude& limbs, bool negative) {
  std::string bytes(limbs.size() * 4 + 1, '\0');
  for (std::size_t i = 0; i < limbs.size() * 4; ++i)
    bytes[i] = static_cast<char>(limbs[i / 4] >> (i % 4 * 8));
  if (negative) {
    bool carry = true;
    for (char& c : bytes) {
      c = static_cast<char>(~c);
      if (carry) carry = ++c == 0;
    }
  }
  bytes.resize(minimal_bytes(bytes).size());
  return bytes;
}

/// Divides in place; the remainder.
std::uint32_t divide(Magnitude& limbs, std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) {
    rest = rest << 32 | limbs[i];
    limbs[i] = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  return static_cast<std::uint32_t>(rest);
}

void multiply_add(Magnitude& limbs, std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (std::uint32_t& limb : limbs) {
    carry += static_cast<std::uint64_t>(limb) * factor;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
}

}  // namespace

std::string_view minimal_bytes(std::string_view bytes) noexcept {
  const char sign = is_negative(bytes) ? '\xff' : '\0';
  while (bytes.size() > 1 && bytes.back() == sign &&
         is_negative(bytes.substr(0, bytes.size() - 1)) == (sign != '\0'))
    bytes.remove_suffix(1);
  if (bytes.size() == 1 && bytes.front() == '\0') bytes.remove_suffix(1);
  return bytes;
}

SmallBytes::SmallBytes(std::int64_t value) noexcept {
  for (std::size_t i = 0; i < 8; ++i) bytes_[i] = static_cast<char>(value >> (i * 8));
  size_ = minimal_bytes({bytes_, 8}).size();
}

std::int64_t int64_of(std::string_view bytes) noexcept {
  MP_ASSERT(bytes.size() <= 8);
  std::uint64_t value = is_negative(bytes) ? ~std::uint64_t{0} : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | byte_at(bytes, i);
  return static_cast<std::int64_t>(value);
}

int compare_bytes(std::string_view a, std::string_view b) noexcept {
  if (is_negative(a) != is_negative(b)) return is_negative(a) ? -1 : 1;
  const int further = is_negative(a) ? -1 : 1;
  if (a.size() != b.size()) return a.size() < b.size() ? -further : further;
  for (std::size_t i = a.size(); i-- > 0;)
    if (a[i] != b[i]) return byte_at(a, i) < byte_at(b, i) ? -1 : 1;
  return 0;
}

std::string bytes_of_double(double value) {
  MP_ASSERT(std::isfinite(value));
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  if (exponent <= 0) return {};
  // 53 bits, then as many zero bits as the exponent says, or the other way round.
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  if (exponent < 53) mantissa >>= 53 - exponent;
  const auto shift = static_cast<std::size_t>(std::max(exponent - 53, 0));
  Magnitude limbs(shift / 32 + 3);
  limbs[shift / 32] = static_cast<std::uint32_t>(mantissa << (shift % 32));
  const std::uint64_t high = shift % 32 == 0 ? mantissa >> 32 : mantissa >> (32 - shift % 32);
  limbs[shift / 32 + 1] = static_cast<std::uint32_t>(high);
  limbs[shift / 32 + 2] = static_cast<std::uint32_t>(high >> 32);
  return bytes_of_magnitude(limbs, value < 0);
}

std::optional<double> double_of_bytes(std::string_view bytes) {
  const Magnitude limbs = magnitude_of(bytes);
  if (limbs.empty()) return 0.0;
  const std::size_t bits =
      limbs.size() * 32 - static_cast<std::size_t>(std::countl_zero(limbs.back()));
  if (bits > 1024) return std::nullopt;
  // The top 64 bits, the lowest of which also stands for all that are cut off ("sticky"), so that
  // the conversion of the 64 bits rounds as the whole would.
  std::uint64_t top = 0;
  bool sticky = false;
  const std::size_t cut = bits > 64 ? bits - 64 : 0;
  for (std::size_t i = 0; i < bits; ++i) {
    const bool bit = (limbs[i / 32] >> (i % 32) & 1) != 0;
    if (i < cut)
      sticky = sticky || bit;
    else if (bit)
      top |= std::uint64_t{1} << (i - cut);
  }
  if (sticky) top |= 1;
  const double result = std::ldexp(static_cast<double>(top), static_cast<int>(cut));
  if (std::isinf(result)) return std::nullopt;
  return is_negative(bytes) ? -result : result;
}

std::string decimal_of_bytes(std::string_view bytes) {
  Magnitude limbs = magnitude_of(bytes);
  if (limbs.empty()) return "0";
  std::string reversed;
  while (!limbs.empty()) {
    std::uint32_t chunk = divide(limbs, 1'000'000'000);
    for (int i = 0; i < 9 && (chunk != 0 || !limbs.empty()); ++i, chunk /= 10)
      reversed.push_back(static_cast<char>('0' + chunk % 10));
  }
  if (is_negative(bytes)) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

std::optional<std::string> bytes_of_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  Magnitude limbs;
  while (!text.empty()) {
    const std::string_view chunk = text.substr(0, 9);
    text.remove_prefix(chunk.size());
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(chunk.data(), chunk.data() + chunk.size(), value);
    if (error != std::errc() || end != chunk.data() + chunk.size()) return std::nullopt;
    std::uint32_t factor = 1;
    for (std::size_t i = 0; i < chunk.size(); ++i) factor *= 10;
    multiply_add(limbs, factor, value);
  }
  return bytes_of_magnitude(limbs, negative);
}

}  // namespace mp::detail
