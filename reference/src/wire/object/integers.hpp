#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Ints of any size as bytes: two's complement, least significant byte first, "minimal" when no
/// byte could be left out (0 is empty).
namespace mp::detail {

/// Without the bytes that only repeat the sign.
std::string_view minimal_bytes(std::string_view bytes) noexcept;

/// The minimal bytes of an int64; a value, so that it can be used where a view of a node is.
class SmallBytes {
 public:
  explicit SmallBytes(std::int64_t value) noexcept;
  std::string_view view() const noexcept { return {bytes_, size_}; }

 private:
  char bytes_[8];
  std::size_t size_;
};

/// The value of at most 8 bytes.
std::int64_t int64_of(std::string_view bytes) noexcept;

inline bool is_negative(std::string_view bytes) noexcept {
  return !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
}

/// <0, 0, >0; both minimal.
int compare_bytes(std::string_view a, std::string_view b) noexcept;

/// The int nearest to zero from a finite double: what it is without its fraction.
std::string bytes_of_double(double value);

/// The nearest double, ties to even; nothing when out of range.
std::optional<double> double_of_bytes(std::string_view bytes);

std::string decimal_of_bytes(std::string_view bytes);
/// Optional sign and at least one digit; nothing for anything else.
std::optional<std::string> bytes_of_decimal(std::string_view text);

}  // namespace mp::detail
