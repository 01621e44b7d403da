#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// UTF-8 as CPython's "surrogatepass" has it: surrogates are encoded like any other character.
namespace mp::detail {

/// Well-formed: shortest forms only, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

std::size_t count_characters(std::string_view utf8) noexcept;

/// Takes the first character off well-formed, non-empty text.
std::uint32_t take_character(std::string_view& utf8) noexcept;

void append_character(std::string& utf8, std::uint32_t character);

}  // namespace mp::detail
