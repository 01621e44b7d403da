#include "values.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <map>

namespace adapter {
namespace {

using mp::Kind;
using mp::Object;
using nlohmann::json;

constexpr const char* kMarkerModule = "mp.adapter";
constexpr const char* kMarkerName = "object";
constexpr std::int64_t kPlainIntMax = (std::int64_t{1} << 53) - 1;

[[noreturn]] void refuse(const std::string& why) { throw Raised{"AdapterError", why, {}}; }

std::string hex(std::string_view data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : data) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string from_hex(const json& node) {
  const std::string text = node.get<std::string>();
  std::string out;
  for (std::size_t i = 0; i + 2 <= text.size(); i += 2) {
    unsigned byte = 0;
    if (std::from_chars(text.data() + i, text.data() + i + 2, byte, 16).ptr != text.data() + i + 2)
      refuse("not hexadecimal");
    out += static_cast<char>(byte);
  }
  if (text.size() % 2 != 0) refuse("not hexadecimal");
  return out;
}

std::string float_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  std::string out(text, end);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

double float_from(const json& node) {
  const std::string text = node.get<std::string>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) refuse("not a float: " + text);
  return number;
}

template <class T>
T taken(mp::Result<T> result) {
  if (!result) throw Raised{"TypeError", result.error().message, {}};
  return *std::move(result);
}

class Reader {
 public:
  explicit Reader(const Resolve& resolve) : resolve_(resolve) {}

  Object read(const json& node) const {
    if (node.is_null()) return Object::none();
    if (node.is_boolean()) return Object::boolean(node.get<bool>());
    if (node.is_number_unsigned()) return Object::unsigned_integer(node.get<std::uint64_t>());
    if (node.is_number_integer()) return Object::integer(node.get<std::int64_t>());
    if (node.is_string()) return Object::str(node.get_ref<const std::string&>());
    if (node.is_array()) return Object::list(items(node));
    if (!node.is_object() || node.size() != 1) refuse("not a value");
    return tagged(node.begin().key(), node.begin().value());
  }

 private:
  std::vector<Object> items(const json& node) const {
    std::vector<Object> out;
    for (const auto& item : node) out.push_back(read(item));
    return out;
  }

  Object dict(const json& node) const {
    const Object out = Object::dict();
    auto view = out.as_dict();
    for (const auto& pair : node) taken(view.set(read(pair.at(0)), read(pair.at(1))));
    return out;
  }

  Object array(const json& node) const {
    const std::string typecode = node.at(0).get<std::string>();
    if (typecode.size() != 1) refuse("an array's typecode is one letter");
    std::string content;
    for (const auto& item : node.at(1)) content += machine_bytes(typecode[0], read(item));
    return taken(Object::array(typecode[0], content));
  }

  static std::string machine_bytes(char typecode, const Object& item) {
    const auto copy = [](auto number) {
      std::string out(sizeof number, '\0');
      std::memcpy(out.data(), &number, sizeof number);
      return out;
    };
    if (typecode == 'd') return copy(item.to_double().value_or(0));
    if (typecode == 'f') return copy(static_cast<float>(item.to_double().value_or(0)));
    std::string out = item.int_bytes();
    const bool negative = item.kind() == Kind::Int && item.fits_int64() && item.as_int64() < 0;
    out.resize(Object::array_item_bytes(typecode), negative ? '\xff' : '\0');
    return out;
  }

  Object tagged(const std::string& kind, const json& node) const {
    using Read = Object (*)(const Reader&, const json&);
    static const std::map<std::string, Read> kReaders = {
        {"int",
         [](const Reader&, const json& n) {
           return taken(Object::integer_from_text(n.get<std::string>()));
         }},
        {"float", [](const Reader&, const json& n) { return Object::real(float_from(n)); }},
        {"complex",
         [](const Reader&, const json& n) {
           return Object::complex(float_from(n.at(0)), float_from(n.at(1)));
         }},
        {"str", [](const Reader&, const json& n) { return Object::str(from_hex(n)); }},
        {"bytes", [](const Reader&, const json& n) { return Object::bytes(from_hex(n)); }},
        {"bytearray", [](const Reader&, const json& n) { return Object::bytearray(from_hex(n)); }},
        {"tuple", [](const Reader& r, const json& n) { return Object::tuple(r.items(n)); }},
        {"dict", [](const Reader& r, const json& n) { return r.dict(n); }},
        {"set", [](const Reader& r, const json& n) { return taken(Object::set(r.items(n))); }},
        {"frozenset",
         [](const Reader& r, const json& n) { return taken(Object::frozenset(r.items(n))); }},
        {"range",
         [](const Reader& r, const json& n) {
           return Object::range(r.read(n.at(0)), r.read(n.at(1)), r.read(n.at(2)));
         }},
        {"slice",
         [](const Reader& r, const json& n) {
           return Object::slice(r.read(n.at(0)), r.read(n.at(1)), r.read(n.at(2)));
         }},
        {"array", [](const Reader& r, const json& n) { return r.array(n); }},
        {"exception",
         [](const Reader& r, const json& n) {
           return Object::exception("builtins", n.at("type").get<std::string>(),
                                    r.items(n.at("args")));
         }},
        {"ref", [](const Reader& r, const json& n) { return r.resolve_(n.get<std::string>()); }},
    };
    const auto reader = kReaders.find(kind);
    if (reader == kReaders.end()) refuse("unknown kind of value: " + kind);
    return reader->second(*this, node);
  }

  const Resolve& resolve_;
};

json items_json(std::span<const Object> items) {
  json out = json::array();
  for (const Object& item : items) out.push_back(to_json(item));
  return out;
}

bool has_lone_surrogate(std::string_view utf8) {
  for (std::size_t i = 0; i + 1 < utf8.size(); ++i) {
    if (static_cast<unsigned char>(utf8[i]) == 0xed &&
        static_cast<unsigned char>(utf8[i + 1]) >= 0xa0)
      return true;
  }
  return false;
}

json int_json(const Object& object) {
  if (object.fits_int64() && object.as_int64() <= kPlainIntMax &&
      object.as_int64() >= -kPlainIntMax)
    return object.as_int64();
  return {{"int", object.int_text()}};
}

json array_json(const Object& object) {
  json items = json::array();
  const std::size_t count = object.length().value();
  for (std::size_t i = 0; i < count; ++i) items.push_back(to_json(object.array_item(i)));
  return {{"array", json::array({std::string(1, object.typecode()), items})}};
}

json dict_json(const Object& object) {
  json pairs = json::array();
  for (const auto& [key, value] : object.as_dict())
    pairs.push_back(json::array({to_json(key), to_json(value)}));
  return {{"dict", pairs}};
}

/// A proxy as a value, an exception, or something this adapter has no name for.
json opaque_json(const Object& object) {
  if (object.is_instance_of("multiprocessing.managers", "RebuildProxy") &&
      object.args().items().size() > 1) {
    const Object& token = object.args().items()[1];
    const Object* state = token.kind() == Kind::Opaque ? token.state() : nullptr;
    if (state != nullptr && state->kind() == Kind::Tuple && !state->items().empty() &&
        state->items()[0].kind() == Kind::Str) {
      return {{"proxy", "manager." + std::string(state->items()[0].as_str())}};
    }
  }
  const Object& callable = object.callable();
  const bool builtin_error =
      callable.kind() == Kind::Global &&
      (callable.name().ends_with("Error") || callable.name().ends_with("Exception") ||
       callable.name() == "Empty" || callable.name() == "Full");
  if (builtin_error) {
    return {{"exception",
             {{"type", std::string(callable.name())},
              {"args", items_json(object.args().items())},
              {"message", ""}}}};
  }
  const auto text = mp::repr(object);
  return {{"opaque", text ? *text : std::string(mp::type_name(object))}};
}

}  // namespace

Object marker(const std::string& name) {
  return Object::call(Object::global(kMarkerModule, kMarkerName),
                      Object::tuple_of(Object::str(name)));
}

std::optional<std::string> marked_name(const Object& object) {
  if (object.kind() != Kind::Opaque || !object.is_instance_of(kMarkerModule, kMarkerName))
    return std::nullopt;
  return std::string(object.args().items()[0].as_str());
}

bool contains_marker(const Object& object) {
  switch (object.kind()) {
    case Kind::Opaque:
      return marked_name(object).has_value();
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
    case Kind::FrozenSet:
      for (const Object& item : object.items()) {
        if (contains_marker(item)) return true;
      }
      return false;
    case Kind::Dict:
      for (const auto& [key, value] : object.as_dict()) {
        if (contains_marker(key) || contains_marker(value)) return true;
      }
      return false;
    default:
      return false;
  }
}

Object from_json(const json& node, const Resolve& resolve) {
  try {
    return Reader(resolve).read(node);
  } catch (const json::exception& error) {
    refuse(error.what());
  }
}

json to_json(const Object& object) {
  switch (object.kind()) {
    case Kind::None:
      return nullptr;
    case Kind::Bool:
      return object.as_bool();
    case Kind::Int:
      return int_json(object);
    case Kind::Float:
      return {{"float", float_text(object.as_double())}};
    case Kind::Complex:
      return {{"complex", json::array({float_text(object.as_complex().first),
                                       float_text(object.as_complex().second)})}};
    case Kind::Str:
      if (has_lone_surrogate(object.as_str())) return {{"str", hex(object.as_str())}};
      return std::string(object.as_str());
    case Kind::Bytes:
      return {{"bytes", hex(object.as_bytes())}};
    case Kind::ByteArray:
      return {{"bytearray", hex(object.as_bytes())}};
    case Kind::List:
      return items_json(object.items());
    case Kind::Tuple:
      return {{"tuple", items_json(object.items())}};
    case Kind::Set:
      return {{"set", items_json(object.items())}};
    case Kind::FrozenSet:
      return {{"frozenset", items_json(object.items())}};
    case Kind::Dict:
      return dict_json(object);
    case Kind::Range:
      return {{"range", json::array({to_json(object.start()), to_json(object.stop()),
                                     to_json(object.step())})}};
    case Kind::Slice:
      return {{"slice", json::array({to_json(object.start()), to_json(object.stop()),
                                     to_json(object.step())})}};
    case Kind::Array:
      return array_json(object);
    case Kind::Global:
      return {{"opaque", std::string(object.module()) + "." + std::string(object.name())}};
    case Kind::Opaque:
      return opaque_json(object);
  }
  return {{"opaque", "?"}};
}

json to_json(const Raised& raised) {
  return {{"type", raised.type}, {"args", items_json(raised.args)}, {"message", raised.message}};
}

}  // namespace adapter
