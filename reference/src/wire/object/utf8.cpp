#include "wire/object/utf8.hpp"

#include <cstring>

namespace mp::detail {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

const char* skip_ascii(const char* at, const char* end) noexcept {
  std::uint64_t word;
  for (; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    if ((word & kHighBits) != 0) break;
  }
  while (at != end && static_cast<signed char>(*at) >= 0) ++at;
  return at;
}

/// Length of the sequence that a lead byte opens; 0 when it cannot open one.
std::size_t length_of(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

std::uint32_t decode(const char* at, std::size_t length) noexcept {
  const auto lead = static_cast<unsigned char>(*at);
  std::uint32_t character = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i)
    character = character << 6 | (static_cast<unsigned char>(at[i]) & 0x3f);
  return character;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while ((at = skip_ascii(at, end)) != end) {
    const std::size_t length = length_of(static_cast<unsigned char>(*at));
    if (length == 0 || static_cast<std::size_t>(end - at) < length) return false;
    for (std::size_t i = 1; i < length; ++i)
      if ((static_cast<unsigned char>(at[i]) & 0xc0) != 0x80) return false;
    const std::uint32_t character = decode(at, length);
    if (length == 3 && character < 0x800) return false;
    if (length == 4 && (character < 0x10000 || character > 0x10ffff)) return false;
    at += length;
  }
  return true;
}

std::size_t count_characters(std::string_view utf8) noexcept {
  std::size_t count = 0;
  for (const char c : utf8)
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++count;
  return count;
}

std::uint32_t take_character(std::string_view& utf8) noexcept {
  const std::size_t length = length_of(static_cast<unsigned char>(utf8.front()));
  const std::uint32_t character = decode(utf8.data(), length);
  utf8.remove_prefix(length);
  return character;
}

void append_character(std::string& utf8, std::uint32_t character) {
  const auto push = [&utf8](std::uint32_t byte) { utf8.push_back(static_cast<char>(byte)); };
  const auto tail = [&](int shift) { push(0x80 | (character >> shift & 0x3f)); };
  if (character < 0x80) {
    push(character);
  } else if (character < 0x800) {
    push(0xc0 | character >> 6);
    tail(0);
  } else if (character < 0x10000) {
    push(0xe0 | character >> 12);
    tail(6);
    tail(0);
  } else {
    push(0xf0 | character >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace mp::detail
