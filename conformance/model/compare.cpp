// Python's ==, <, and the stricter "the very same value".
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <optional>

#include "model/value.hpp"

namespace mpspec {
namespace {

/// A real number as Python compares it: ints exactly, floats as what they are.
struct Number {
  bool is_float = false;
  BigInt integer;
  double floating = 0;
};

std::optional<Number> as_number(const Value& value) {
  if (const auto* flag = value.get_if<bool>()) return Number{false, BigInt(*flag ? 1 : 0), 0};
  if (const auto* number = value.get_if<BigInt>()) return Number{false, *number, 0};
  if (const auto* number = value.get_if<double>()) return Number{true, 0, *number};
  return std::nullopt;
}

/// -1, 0, 1; nothing when a nan is in play.
std::optional<int> compare(const Number& a, const Number& b) {
  if (!a.is_float && !b.is_float) return a.integer.compare(b.integer);
  if (a.is_float && b.is_float) {
    if (std::isnan(a.floating) || std::isnan(b.floating)) return std::nullopt;
    return a.floating < b.floating ? -1 : a.floating > b.floating ? 1 : 0;
  }
  if (!a.is_float) {
    const auto reversed = compare(b, a);
    return reversed ? std::optional<int>(-*reversed) : std::nullopt;
  }
  if (std::isnan(a.floating)) return std::nullopt;
  if (std::isinf(a.floating)) return a.floating > 0 ? 1 : -1;
  const double whole = std::trunc(a.floating);
  const int by_integer = BigInt(whole).compare(b.integer);
  if (by_integer != 0) return by_integer < 0 ? -1 : 1;
  return a.floating > whole ? 1 : a.floating < whole ? -1 : 0;
}

bool all_equal(const std::vector<Value>& a, const std::vector<Value>& b, auto&& same) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

/// Every item of `a` has a partner in `b`, each used once: sets, and dicts by key.
bool same_members(const std::vector<Value>& a, const std::vector<Value>& b, auto&& same) {
  if (a.size() != b.size()) return false;
  std::vector<bool> used(b.size(), false);
  for (const Value& item : a) {
    bool found = false;
    for (std::size_t i = 0; i < b.size() && !found; ++i) {
      if (!used[i] && same(item, b[i])) used[i] = found = true;
    }
    if (!found) return false;
  }
  return true;
}

bool dict_equal(const Dict& a, const Dict& b) {
  if (a.items.size() != b.items.size()) return false;
  for (const auto& [key, value] : a.items) {
    bool found = false;
    for (const auto& [other_key, other_value] : b.items) {
      if (python_equal(key, other_key)) {
        if (!python_equal(value, other_value)) return false;
        found = true;
        break;
      }
    }
    if (!found) return false;
  }
  return true;
}

const std::vector<Value>* set_items(const Value& value) {
  if (const auto* items = value.get_if<Set>()) return &items->items;
  if (const auto* items = value.get_if<FrozenSet>()) return &items->items;
  return nullptr;
}

const std::string* byte_data(const Value& value) {
  if (const auto* data = value.get_if<Bytes>()) return &data->data;
  if (const auto* data = value.get_if<ByteArray>()) return &data->data;
  return nullptr;
}

std::optional<bool> sequence_less(const std::vector<Value>& a, const std::vector<Value>& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (!python_equal(a[i], b[i])) return python_less(a[i], b[i]);
  }
  return a.size() < b.size();
}

/// UTF-8 with surrogates encoded as characters sorts by code point when compared as bytes.
bool text_less(const std::string& a, const std::string& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
  });
}

struct SameAs {
  const Value& other;
  template <class T>
  const T& same_kind(const T&) const {
    return *other.get_if<T>();
  }
  static bool bits(double x, double y) {
    return (std::isnan(x) && std::isnan(y)) ||
           std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  }
  bool operator()(const None&) const { return true; }
  bool operator()(const bool& flag) const { return flag == same_kind(flag); }
  bool operator()(const BigInt& number) const { return number == same_kind(number); }
  bool operator()(const double& number) const { return bits(number, same_kind(number)); }
  bool operator()(const Complex& z) const {
    return bits(z.real, same_kind(z).real) && bits(z.imag, same_kind(z).imag);
  }
  bool operator()(const Str& text) const { return text.utf8 == same_kind(text).utf8; }
  bool operator()(const Bytes& data) const { return data.data == same_kind(data).data; }
  bool operator()(const ByteArray& data) const { return data.data == same_kind(data).data; }
  bool operator()(const List& v) const { return all_equal(v.items, same_kind(v).items, identical); }
  bool operator()(const Tuple& v) const {
    return all_equal(v.items, same_kind(v).items, identical);
  }
  bool operator()(const Set& v) const {
    return same_members(v.items, same_kind(v).items, identical);
  }
  bool operator()(const FrozenSet& v) const {
    return same_members(v.items, same_kind(v).items, identical);
  }
  bool operator()(const Slice& v) const {
    return all_equal(v.parts, same_kind(v).parts, identical);
  }
  bool operator()(const Range& v) const {
    return all_equal(v.parts, same_kind(v).parts, identical);
  }
  bool operator()(const Array& v) const {
    return v.typecode == same_kind(v).typecode && all_equal(v.items, same_kind(v).items, identical);
  }
  bool operator()(const Dict& v) const {
    const Dict& w = same_kind(v);
    if (v.items.size() != w.items.size()) return false;
    for (std::size_t i = 0; i < v.items.size(); ++i) {
      if (!identical(v.items[i].first, w.items[i].first)) return false;
      if (!identical(v.items[i].second, w.items[i].second)) return false;
    }
    return true;
  }
  bool operator()(const Exception& v) const {
    return v.type == same_kind(v).type && all_equal(v.args, same_kind(v).args, identical);
  }
  bool operator()(const Ref& v) const { return v.name == same_kind(v).name; }
  bool operator()(const Proxy& v) const { return v.type == same_kind(v).type; }
  bool operator()(const Opaque& v) const { return v.text == same_kind(v).text; }
  bool operator()(const Var& v) const { return v.name == same_kind(v).name; }
};

}  // namespace

bool python_equal(const Value& a, const Value& b) {
  const auto x = as_number(a);
  const auto y = as_number(b);
  if (x && y) {
    const auto order = compare(*x, *y);
    return order && *order == 0;
  }
  if (const auto* z = a.get_if<Complex>()) {
    if (const auto* w = b.get_if<Complex>()) return z->real == w->real && z->imag == w->imag;
    return y && z->imag == 0 && python_equal(Value(z->real), b);
  }
  if (b.is<Complex>()) return python_equal(b, a);
  if (const auto* items = set_items(a)) {
    const auto* others = set_items(b);
    return others != nullptr && same_members(*items, *others, python_equal);
  }
  if (const auto* data = byte_data(a)) {
    const auto* other = byte_data(b);
    return other != nullptr && *data == *other;
  }
  if (a.kind().index() != b.kind().index()) return false;
  if (const auto* items = a.get_if<List>())
    return all_equal(items->items, b.get_if<List>()->items, python_equal);
  if (const auto* items = a.get_if<Tuple>())
    return all_equal(items->items, b.get_if<Tuple>()->items, python_equal);
  if (const auto* items = a.get_if<Array>())
    return all_equal(items->items, b.get_if<Array>()->items, python_equal);
  if (const auto* items = a.get_if<Dict>()) return dict_equal(*items, *b.get_if<Dict>());
  return identical(a, b);
}

bool identical(const Value& a, const Value& b) {
  if (a.kind().index() != b.kind().index()) return false;
  return std::visit(SameAs{b}, a.kind());
}

std::optional<bool> python_less(const Value& a, const Value& b) {
  const auto x = as_number(a);
  const auto y = as_number(b);
  if (x && y) {
    const auto order = compare(*x, *y);
    return order && *order < 0;
  }
  if (a.is<Str>() && b.is<Str>()) return text_less(a.get_if<Str>()->utf8, b.get_if<Str>()->utf8);
  if (byte_data(a) != nullptr && byte_data(b) != nullptr)
    return text_less(*byte_data(a), *byte_data(b));
  if (a.is<List>() && b.is<List>())
    return sequence_less(a.get_if<List>()->items, b.get_if<List>()->items);
  if (a.is<Tuple>() && b.is<Tuple>())
    return sequence_less(a.get_if<Tuple>()->items, b.get_if<Tuple>()->items);
  return std::nullopt;
}

}  // namespace mpspec
