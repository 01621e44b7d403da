#include <charconv>
#include <cstdlib>

#include "wire/object/integers.hpp"
#include "wire/object/utf8.hpp"
#include "wire/pickle/decoder.hpp"

// Protocols 0 and 1: arguments are lines of text.

namespace mp::pickle {
namespace {

std::string_view strip(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\v\f";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// The value of up to `count` digits at the beginning of `text`, which loses them; nothing when
/// there are fewer and `exactly` so many are needed.
std::optional<std::uint32_t> take_digits(std::string_view& text, std::size_t count, int base,
                                         bool exactly) {
  const std::string_view digits = text.substr(0, count);
  std::uint32_t value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  const auto taken = static_cast<std::size_t>(end.ptr - digits.data());
  if (end.ec != std::errc() || (exactly && taken != count)) return std::nullopt;
  text.remove_prefix(taken);
  return value;
}

/// One escape of a Python 2 string literal, `text` standing behind the backslash.
bool append_unescaped(std::string& out, std::string_view& text) {
  constexpr std::string_view kFrom = "\\'\"abfnrtv";
  constexpr std::string_view kTo = "\\'\"\a\b\f\n\r\t\v";
  if (const std::size_t found = kFrom.find(text.front()); found != kFrom.npos) {
    out += kTo[found];
    text.remove_prefix(1);
    return true;
  }
  if (text.front() == 'x') {
    text.remove_prefix(1);
    const auto value = take_digits(text, 2, 16, true);
    if (value) out += static_cast<char>(*value);
    return value.has_value();
  }
  if (const auto value = take_digits(text, 3, 8, false))
    out += static_cast<char>(*value);
  else
    out += '\\';  // not an escape: the backslash stays
  return true;
}

}  // namespace

/// Zeros in front of other digits are refused: CPython reads an octal number, an error or a decimal
/// one, depending on the opcode and on which of its two unpicklers reads.
bool Decoder::push_decimal(std::string_view text) {
  if (text.size() > int_bytes_max_) return fail_too_large("int of too many digits");
  // The number itself, and what is needed on the way; a short one lies in the Object.
  constexpr std::size_t kShort = 18;
  if (text.size() > kShort && !afford_bytes(sizeof(detail::Blob) + 4 * text.size())) return false;
  const std::string_view digits = text.substr(text.find_first_of("+-") == 0 ? 1 : 0);
  const bool has_zeros = digits.starts_with('0') && digits.find_first_not_of('0') != digits.npos;
  const auto bytes = has_zeros ? std::nullopt : detail::bytes_of_decimal(text);
  if (!bytes) return fail("invalid literal for int()");
  return push(Object::integer_from_bytes(*bytes));
}

/// 00 and 01 are False and True.
bool Decoder::int_text() {
  std::string_view line;
  if (!take_line(line)) return false;
  if (line == "00" || line == "01") return push(Object::boolean(line == "01"));
  return push_decimal(strip(line));
}

bool Decoder::long_text() {
  std::string_view line;
  if (!take_line(line)) return false;
  if (line.ends_with('L')) line.remove_suffix(1);
  return push_decimal(strip(line));
}

bool Decoder::float_text() {
  std::string_view line;
  if (!take_line(line)) return false;
  line = strip(line);
  if (line.starts_with('+')) line.remove_prefix(1);
  double value = 0;
  const char* const end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data(), end, value);
  if (parsed.ptr != end) return fail("could not convert string to float");
  // Out of range, either way: the nearest there is, as Python has it.
  if (parsed.ec == std::errc::result_out_of_range) {
    if (!afford_bytes(line.size() + 1)) return false;
    value = std::strtod(std::string(line).c_str(), nullptr);
  }
  if (parsed.ec == std::errc::invalid_argument) return fail("could not convert string to float");
  return push(Object::real(value));
}

/// A str of Python 2: its repr, of which Python 3 accepts ASCII only.
bool Decoder::string_text() {
  std::string_view line;
  if (!take_line(line)) return false;
  line = strip(line);
  if (line.size() < 2 || line.front() != line.back() ||
      (line.front() != '\'' && line.front() != '"'))
    return fail("the STRING opcode argument must be quoted");
  line = line.substr(1, line.size() - 2);
  if (!afford_bytes(line.size() + 1) || !afford_bytes(sizeof(detail::Blob) + line.size()))
    return false;
  std::string text;
  text.reserve(line.size());
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c != '\\')
      text += c;
    else if (line.empty() || !append_unescaped(text, line))
      return fail("invalid escape in the STRING opcode argument");
  }
  for (const char c : text)
    if (static_cast<signed char>(c) < 0) return fail("'ascii' codec can't decode the text");
  return push(Object::str(text));
}

bool Decoder::old_string_of(std::size_t count) {
  if (count > INT32_MAX) return fail("BINSTRING pickle has negative byte count");
  std::string_view data;
  if (!take(count, data)) return false;
  for (const char c : data)
    if (static_cast<signed char>(c) < 0) return fail("'ascii' codec can't decode the text");
  return afford_bytes(sizeof(detail::Blob) + data.size()) && push(Object::str(data));
}

/// Latin-1, with \uXXXX and \UXXXXXXXX for everything else.
bool Decoder::unicode_text() {
  std::string_view line;
  if (!take_line(line)) return false;
  // A character above U+007F takes two bytes.
  if (!afford_bytes(2 * line.size() + 1) || !afford_bytes(sizeof(detail::Blob) + 2 * line.size()))
    return false;
  std::string text;
  text.reserve(2 * line.size());
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    const char kind = c == '\\' && !line.empty() ? line.front() : '\0';
    if (kind == 'u' || kind == 'U') {
      line.remove_prefix(1);
      const auto character = take_digits(line, kind == 'u' ? 4 : 8, 16, true);
      if (!character || *character > 0x10ffff) return fail("invalid escape in the text");
      detail::append_character(text, *character);
      continue;
    }
    detail::append_character(text, static_cast<unsigned char>(c));
    // Any other character behind a backslash is no escape, a second backslash included.
    if (kind != '\0') {
      detail::append_character(text, static_cast<unsigned char>(kind));
      line.remove_prefix(1);
    }
  }
  return push(Object::str(text));
}

bool Decoder::number_of_line(std::size_t& number) {
  std::string_view line;
  if (!take_line(line)) return false;
  line = strip(line);
  const char* const end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data(), end, number);
  return (parsed.ec == std::errc() && parsed.ptr == end) || fail("invalid index of the memo");
}

bool Decoder::put_text() {
  std::size_t number = 0;
  return number_of_line(number) && put(number);
}

bool Decoder::get_text() {
  std::size_t number = 0;
  return number_of_line(number) && get(number);
}

}  // namespace mp::pickle
