#include "wire/object/text_repr.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "wire/object/printable.hpp"
#include "wire/object/utf8.hpp"

namespace mp::detail {
namespace {

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[value >> shift & 0xf];
}

/// Single quotes, unless only double ones save escaping.
char quote_for(std::string_view text) {
  return text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
}

/// The escapes that str and bytes have in common. False when the character is none of them.
bool append_short_escape(std::string& out, std::uint32_t character, char quote) {
  switch (character) {
    case '\t':
      out += "\\t";
      return true;
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\\':
      out += "\\\\";
      return true;
    default:
      break;
  }
  if (character != static_cast<unsigned char>(quote)) return false;
  out += '\\';
  out += quote;
  return true;
}

void append_escaped(std::string& out, std::uint32_t character) {
  out += '\\';
  const auto form = character < 0x100 ? 'x' : character < 0x10000 ? 'u' : 'U';
  out += form;
  append_hex(out, character, form == 'x' ? 2 : form == 'u' ? 4 : 8);
}

struct Decimal {
  std::string digits;  // shortest that reads back the same, no zeros at the end
  int exponent;        // of the first digit
};

Decimal shortest(double magnitude) {
  char text[40];
  const char* const end =
      std::to_chars(text, text + sizeof(text), magnitude, std::chars_format::scientific).ptr;
  Decimal result{};
  const char* at = text;
  for (; *at != 'e'; ++at)
    if (*at != '.') result.digits += *at;
  at += at[1] == '+' ? 2 : 1;  // from_chars knows no plus sign
  std::from_chars(at, end, result.exponent);
  return result;
}

void append_scientific(std::string& out, const Decimal& decimal) {
  out += decimal.digits[0];
  if (decimal.digits.size() > 1) {
    out += '.';
    out.append(decimal.digits, 1);
  }
  out += decimal.exponent < 0 ? "e-" : "e+";
  const int exponent = std::abs(decimal.exponent);
  if (exponent < 10) out += '0';
  out += std::to_string(exponent);
}

void append_positional(std::string& out, const Decimal& decimal, bool with_fraction) {
  const auto whole = static_cast<std::size_t>(std::max(decimal.exponent + 1, 0));
  if (whole == 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-decimal.exponent - 1), '0');
    out += decimal.digits;
  } else if (decimal.digits.size() > whole) {
    out.append(decimal.digits, 0, whole);
    out += '.';
    out.append(decimal.digits, whole);
  } else {
    out += decimal.digits;
    out.append(whole - decimal.digits.size(), '0');
    if (with_fraction) out += ".0";
  }
}

/// Python's format code 'r': positional for exponents from -4 to 15.
void append_double(std::string& out, double value, bool with_fraction) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::signbit(value)) out += '-';
  if (std::isinf(value)) {
    out += "inf";
    return;
  }
  const Decimal decimal = shortest(std::fabs(value));
  if (decimal.exponent < -4 || decimal.exponent >= 16)
    append_scientific(out, decimal);
  else
    append_positional(out, decimal, with_fraction);
}

}  // namespace

void append_float_repr(std::string& out, double value) { append_double(out, value, true); }

void append_complex_repr(std::string& out, double real, double imaginary) {
  const bool pure = real == 0 && !std::signbit(real);
  if (!pure) {
    out += '(';
    append_double(out, real, false);
    if (std::isnan(imaginary) || !std::signbit(imaginary)) out += '+';
  }
  append_double(out, imaginary, false);
  out += pure ? "j" : "j)";
}

void append_str_repr(std::string& out, std::string_view utf8) {
  const char quote = quote_for(utf8);
  out += quote;
  while (!utf8.empty()) {
    const std::uint32_t character = take_character(utf8);
    if (append_short_escape(out, character, quote)) continue;
    if (is_printable(character))
      append_character(out, character);
    else
      append_escaped(out, character);
  }
  out += quote;
}

void append_bytes_repr(std::string& out, std::string_view bytes, bool escape_single) {
  const char quote = quote_for(bytes);
  out += 'b';
  out += quote;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (append_short_escape(out, byte, escape_single ? '\'' : quote)) continue;
    if (byte >= 0x20 && byte < 0x7f)
      out += c;
    else
      append_escaped(out, byte);
  }
  out += quote;
}

}  // namespace mp::detail
