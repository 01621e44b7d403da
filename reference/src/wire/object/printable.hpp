#pragma once

#include <cstdint>

namespace mp::detail {

/// Python's str.isprintable() of one character: not one of Unicode's categories "Other" and
/// "Separator", but for the space. By Unicode 14.0, which CPython 3.11 has.
bool is_printable(std::uint32_t character) noexcept;

}  // namespace mp::detail
