#include "driver/value_codec.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>

namespace mpspec {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 500;
/// Reading takes time in proportion to the square of the digits.
constexpr std::size_t kIntDigitsMax = 100'000;
constexpr long long kPlainIntMax = (1LL << 53) - 1;

/// What to show of a wrong piece of JSON; a container may be huge or deep, so only its kind.
std::string brief(const json& node) {
  return node.is_structured() ? node.type_name() : node.dump().substr(0, 60);
}

std::string float_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

double float_from(const json& node) {
  if (!node.is_string()) throw ProtocolError("a float is not written as text: " + brief(node));
  const std::string& text = node.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw ProtocolError("not a float: " + brief(node));
  }
  return number;
}

std::string hex(const std::string& data) {
  std::string out;
  for (const char c : data) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string from_hex(const json& node) {
  if (!node.is_string()) throw ProtocolError("bytes are not written as hexadecimal text");
  const std::string& text = node.get_ref<const std::string&>();
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size() + 1; i += 2) {
    unsigned byte = 0;
    const char* begin = text.data() + i;
    if (i + 2 > text.size() || std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) {
      throw ProtocolError("not hexadecimal: " + text.substr(0, 60));
    }
    out += static_cast<char>(byte);
  }
  return out;
}

/// Strict UTF-8, which JSON text must be; false for what carries lone surrogates.
bool is_plain_utf8(const std::string& text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (first == 0xed && second >= 0xa0) return false;
  }
  return true;
}

json items_to_json(const std::vector<Value>& items) {
  json out = json::array();
  for (const Value& item : items) out.push_back(to_json(item));
  return out;
}

std::vector<Value> items_from(const json& node, int depth);

json exception_to_json(const Exception& error) {
  return {{"type", error.type}, {"args", items_to_json(error.args)}, {"message", error.message}};
}

struct Writer {
  json operator()(const None&) const { return nullptr; }
  json operator()(bool flag) const { return flag; }
  json operator()(const BigInt& number) const {
    if (number >= -kPlainIntMax && number <= kPlainIntMax) return static_cast<long long>(number);
    return {{"int", number.str()}};
  }
  json operator()(double number) const { return {{"float", float_text(number)}}; }
  json operator()(const Complex& z) const {
    return {{"complex", json::array({float_text(z.real), float_text(z.imag)})}};
  }
  json operator()(const Str& text) const {
    if (is_plain_utf8(text.utf8)) return text.utf8;
    return {{"str", hex(text.utf8)}};
  }
  json operator()(const Bytes& data) const { return {{"bytes", hex(data.data)}}; }
  json operator()(const ByteArray& data) const { return {{"bytearray", hex(data.data)}}; }
  json operator()(const List& v) const { return items_to_json(v.items); }
  json operator()(const Tuple& v) const { return {{"tuple", items_to_json(v.items)}}; }
  json operator()(const Dict& v) const {
    json pairs = json::array();
    for (const auto& [key, value] : v.items) {
      pairs.push_back(json::array({to_json(key), to_json(value)}));
    }
    return {{"dict", pairs}};
  }
  json operator()(const Set& v) const { return {{"set", items_to_json(v.items)}}; }
  json operator()(const FrozenSet& v) const { return {{"frozenset", items_to_json(v.items)}}; }
  json operator()(const Slice& v) const { return {{"slice", items_to_json(v.parts)}}; }
  json operator()(const Range& v) const { return {{"range", items_to_json(v.parts)}}; }
  json operator()(const Array& v) const {
    return {{"array", json::array({v.typecode, items_to_json(v.items)})}};
  }
  json operator()(const Exception& v) const { return {{"exception", exception_to_json(v)}}; }
  json operator()(const Ref& v) const { return {{"ref", v.name}}; }
  json operator()(const Proxy& v) const { return {{"proxy", v.type}}; }
  json operator()(const Opaque& v) const { return {{"opaque", v.text}}; }
  json operator()(const Var& v) const { return {{"var", v.name}}; }
};

Value read(const json& node, int depth);

std::vector<Value> items_from(const json& node, int depth) {
  if (!node.is_array()) throw ProtocolError("not a JSON array: " + brief(node));
  std::vector<Value> out;
  out.reserve(node.size());
  for (const auto& item : node) out.push_back(read(item, depth + 1));
  return out;
}

std::string text_from(const json& node) {
  if (!node.is_string()) throw ProtocolError("not a JSON string: " + brief(node));
  return node.get<std::string>();
}

Value read_int(const json& node, int) {
  const std::string text = text_from(node);
  const std::size_t digits = text.starts_with('-') ? 1 : 0;
  if (text.size() == digits || text.find_first_not_of("0123456789", digits) != std::string::npos) {
    throw ProtocolError("not an int: " + text.substr(0, 60));
  }
  if (text.size() > kIntDigitsMax) throw ProtocolError("an int of too many digits");
  // A leading zero would make it octal.
  const std::size_t first = std::min(text.find_first_not_of('0', digits), text.size() - 1);
  const BigInt magnitude(text.substr(first));
  return digits == 0 ? magnitude : BigInt(-magnitude);
}

Value read_complex(const json& node, int) {
  if (!node.is_array() || node.size() != 2) throw ProtocolError("a complex has two parts");
  return Complex{float_from(node[0]), float_from(node[1])};
}

Value read_dict(const json& node, int depth) {
  Dict out;
  for (const Value& pair : items_from(node, depth)) {
    const auto* items = pair.get_if<List>();
    if (items == nullptr || items->items.size() != 2) {
      throw ProtocolError("a dict is a list of [key, value]");
    }
    out.items.emplace_back(items->items[0], items->items[1]);
  }
  return out;
}

template <class T>
Value read_parts(const json& node, int depth) {
  T out{items_from(node, depth)};
  if (out.parts.size() != 3) throw ProtocolError("start, stop and step are three");
  return out;
}

Value read_array(const json& node, int depth) {
  if (!node.is_array() || node.size() != 2) throw ProtocolError("an array is [typecode, items]");
  return Array{text_from(node[0]), items_from(node[1], depth)};
}

Value read_exception(const json& node, int depth) {
  if (!node.is_object() || !node.contains("type")) throw ProtocolError("an exception has a type");
  Exception out{text_from(node["type"]), {}, ""};
  if (node.contains("args")) out.args = items_from(node["args"], depth);
  if (node.contains("message")) out.message = text_from(node["message"]);
  return out;
}

using Reader = Value (*)(const json&, int);

template <class T>
Value read_items(const json& node, int depth) {
  return T{items_from(node, depth)};
}
template <class T>
Value read_hex(const json& node, int) {
  return T{from_hex(node)};
}
template <class T>
Value read_text(const json& node, int) {
  return T{text_from(node)};
}
Value read_float(const json& node, int) { return float_from(node); }

const std::map<std::string, Reader, std::less<>>& readers() {
  static const std::map<std::string, Reader, std::less<>> kReaders = {
      {"int", read_int},
      {"float", read_float},
      {"complex", read_complex},
      {"str", read_hex<Str>},
      {"bytes", read_hex<Bytes>},
      {"bytearray", read_hex<ByteArray>},
      {"tuple", read_items<Tuple>},
      {"dict", read_dict},
      {"set", read_items<Set>},
      {"frozenset", read_items<FrozenSet>},
      {"slice", read_parts<Slice>},
      {"range", read_parts<Range>},
      {"array", read_array},
      {"exception", read_exception},
      {"ref", read_text<Ref>},
      {"proxy", read_text<Proxy>},
      {"opaque", read_text<Opaque>},
  };
  return kReaders;
}

Value read(const json& node, int depth) {
  if (depth > kDepthMax)
    throw ProtocolError(fmt::format("a value is nested deeper than {}", kDepthMax));
  if (node.is_null()) return {};
  if (node.is_boolean()) return node.get<bool>();
  if (node.is_number_unsigned()) return node.get<std::uint64_t>();
  if (node.is_number_integer()) return node.get<std::int64_t>();
  if (node.is_string()) return node.get<std::string>();
  if (node.is_array()) return List{items_from(node, depth)};
  if (!node.is_object() || node.size() != 1) {
    throw ProtocolError("not a value of the adapter protocol: " + brief(node));
  }
  const auto reader = readers().find(node.begin().key());
  if (reader == readers().end())
    throw ProtocolError("unknown kind of value: " + node.begin().key());
  return reader->second(node.begin().value(), depth);
}

}  // namespace

json to_json(const Value& value) { return std::visit(Writer{}, value.kind()); }
Value from_json(const json& node) { return read(node, 0); }

}  // namespace mpspec
