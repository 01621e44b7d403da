// Values as Python source text, for counterexamples a person can paste into an interpreter.
#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "model/value.hpp"

namespace mpspec {
namespace {

/// One UTF-8 sequence at `at`: its code point and length; surrogates are accepted as characters.
std::pair<unsigned, std::size_t> decode_at(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xe0) return {((first & 0x1f) << 6) | (byte(1) & 0x3f), 2};
  if (first < 0xf0) return {((first & 0xf) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f), 3};
  return {
      ((first & 7) << 18) | ((byte(1) & 0x3f) << 12) | ((byte(2) & 0x3f) << 6) | (byte(3) & 0x3f),
      4};
}

std::string quote(const std::string& text) {
  std::string out = "'";
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode_at(text, at);
    if (point == '\'' || point == '\\') {
      out += '\\';
      out += static_cast<char>(point);
    } else if (point >= 0x20 && point < 0x7f) {
      out += static_cast<char>(point);
    } else if (point < 0x100) {
      out += fmt::format("\\x{:02x}", point);
    } else if (point < 0x10000) {
      out += fmt::format("\\u{:04x}", point);
    } else {
      out += fmt::format("\\U{:08x}", point);
    }
    at += length;
  }
  return out + "'";
}

std::string quote_bytes(const std::string& data) {
  std::string out = "b'";
  for (const char c : data) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\'' || byte == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out + "'";
}

std::string number(double value) {
  if (std::isnan(value)) return "float('nan')";
  if (std::isinf(value)) return value > 0 ? "float('inf')" : "float('-inf')";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string join(const std::vector<Value>& items) {
  std::string out;
  for (const Value& item : items) out += (out.empty() ? "" : ", ") + to_python(item);
  return out;
}

struct Printer {
  std::string operator()(const None&) const { return "None"; }
  std::string operator()(bool flag) const { return flag ? "True" : "False"; }
  std::string operator()(const BigInt& value) const { return value.str(); }
  std::string operator()(double value) const { return number(value); }
  std::string operator()(const Complex& z) const {
    return fmt::format("complex({}, {})", number(z.real), number(z.imag));
  }
  std::string operator()(const Str& text) const { return quote(text.utf8); }
  std::string operator()(const Bytes& data) const { return quote_bytes(data.data); }
  std::string operator()(const ByteArray& data) const {
    return "bytearray(" + quote_bytes(data.data) + ")";
  }
  std::string operator()(const List& v) const { return "[" + join(v.items) + "]"; }
  std::string operator()(const Tuple& v) const {
    return "(" + join(v.items) + (v.items.size() == 1 ? ",)" : ")");
  }
  std::string operator()(const Dict& v) const {
    std::string out;
    for (const auto& [key, value] : v.items) {
      out += (out.empty() ? "" : ", ") + to_python(key) + ": " + to_python(value);
    }
    return "{" + out + "}";
  }
  std::string operator()(const Set& v) const {
    return v.items.empty() ? "set()" : "{" + join(v.items) + "}";
  }
  std::string operator()(const FrozenSet& v) const { return "frozenset([" + join(v.items) + "])"; }
  std::string operator()(const Slice& v) const { return "slice(" + join(v.parts) + ")"; }
  std::string operator()(const Range& v) const { return "range(" + join(v.parts) + ")"; }
  std::string operator()(const Array& v) const {
    return fmt::format("array('{}', [{}])", v.typecode, join(v.items));
  }
  std::string operator()(const Exception& v) const {
    return v.type + "(" + (v.args.empty() ? v.message : join(v.args)) + ")";
  }
  std::string operator()(const Ref& v) const { return v.name; }
  std::string operator()(const Proxy& v) const { return "<" + v.type + " object>"; }
  std::string operator()(const Opaque& v) const { return "<" + v.text + ">"; }
  std::string operator()(const Var& v) const { return v.name; }
};

}  // namespace

std::string to_python(const Value& value) { return std::visit(Printer{}, value.kind()); }

void PrintTo(const Value& value, std::ostream* out) { *out << to_python(value); }
std::ostream& operator<<(std::ostream& out, const Value& value) { return out << to_python(value); }

}  // namespace mpspec
