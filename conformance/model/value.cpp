#include "model/value.hpp"

#include <stdexcept>

namespace mpspec {

Value list(std::vector<Value> items) { return List{std::move(items)}; }
Value tuple(std::vector<Value> items) { return Tuple{std::move(items)}; }
Value dict(std::vector<std::pair<Value, Value>> items) { return Dict{std::move(items)}; }
Value set(std::vector<Value> items) { return Set{std::move(items)}; }
Value bytes(std::string data) { return Bytes{std::move(data)}; }
Value slice(Value start, Value stop, Value step) {
  return Slice{{std::move(start), std::move(stop), std::move(step)}};
}
Value var(std::string name) { return Var{std::move(name)}; }

namespace {

bool all_hashable(const std::vector<Value>& items) {
  for (const Value& item : items) {
    if (!hashable(item)) return false;
  }
  return true;
}

struct Truth {
  bool operator()(const None&) const { return false; }
  bool operator()(bool flag) const { return flag; }
  bool operator()(const BigInt& number) const { return number != 0; }
  bool operator()(double number) const { return number != 0; }
  bool operator()(const Complex& z) const { return z.real != 0 || z.imag != 0; }
  bool operator()(const Str& text) const { return !text.utf8.empty(); }
  bool operator()(const Bytes& data) const { return !data.data.empty(); }
  bool operator()(const ByteArray& data) const { return !data.data.empty(); }
  bool operator()(const List& items) const { return !items.items.empty(); }
  bool operator()(const Tuple& items) const { return !items.items.empty(); }
  bool operator()(const Dict& items) const { return !items.items.empty(); }
  bool operator()(const Set& items) const { return !items.items.empty(); }
  bool operator()(const FrozenSet& items) const { return !items.items.empty(); }
  bool operator()(const auto&) const { return true; }
};

}  // namespace

bool hashable(const Value& value) {
  if (const auto* items = value.get_if<Tuple>()) return all_hashable(items->items);
  return !value.is<List>() && !value.is<Dict>() && !value.is<Set>() && !value.is<ByteArray>() &&
         !value.is<Slice>() && !value.is<Array>();
}

bool truthy(const Value& value) { return std::visit(Truth{}, value.kind()); }

std::string type_name(const Value& value) {
  static constexpr const char* kNames[] = {
      "NoneType", "bool",  "int",  "float", "complex",   "str",   "bytes", "bytearray",
      "list",     "tuple", "dict", "set",   "frozenset", "slice", "range", "array.array"};
  const std::size_t index = value.kind().index();
  if (index < std::size(kNames)) return kNames[index];
  if (const auto* error = value.get_if<Exception>()) return error->type;
  if (const auto* proxy = value.get_if<Proxy>()) return proxy->type;
  return "object";
}

long long as_int(const Value& value) {
  if (const auto* number = value.get_if<BigInt>()) return static_cast<long long>(*number);
  if (const auto* flag = value.get_if<bool>()) return *flag ? 1 : 0;
  throw std::logic_error("not an int: " + to_python(value));
}

}  // namespace mpspec
