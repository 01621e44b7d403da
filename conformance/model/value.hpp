// The suite's own Python value: what operations take and give, what the model computes with.
// It shares no code with the reference's object type, so one mistake cannot hide in both.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <concepts>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mpspec {

class Value;
using BigInt = boost::multiprecision::cpp_int;

struct None {};
struct Complex {
  double real = 0;
  double imag = 0;
};
/// UTF-8; lone surrogates stand encoded as if they were characters (ed a0 80 for U+D800).
struct Str {
  std::string utf8;
};
struct Bytes {
  std::string data;
};
struct ByteArray {
  std::string data;
};
struct List {
  std::vector<Value> items;
};
struct Tuple {
  std::vector<Value> items;
};
/// Pairs in insertion order; the model keeps the keys distinct, what an adapter sent is taken as it
/// came.
struct Dict {
  std::vector<std::pair<Value, Value>> items;
};
/// Items in any order.
struct Set {
  std::vector<Value> items;
};
struct FrozenSet {
  std::vector<Value> items;
};
/// start, stop, step as an int or None.
struct Slice {
  std::vector<Value> parts;
};
struct Range {
  std::vector<Value> parts;
};
struct Array {
  std::string typecode;
  std::vector<Value> items;
};
struct Exception {
  std::string type;
  std::vector<Value> args;
  std::string message;
};
/// An object of an actor, by the name it has there.
struct Ref {
  std::string name;
};
/// A live object that the actor gave no name.
struct Proxy {
  std::string type;
};
struct Opaque {
  std::string text;
};
/// A program's variable; occurs in programs only.
struct Var {
  std::string name;
};

template <class T, class... Kinds>
concept OneOf = (std::same_as<T, Kinds> || ...);
template <class T>
concept StructKind = OneOf<T, None, Complex, Str, Bytes, ByteArray, List, Tuple, Dict, Set,
                           FrozenSet, Slice, Range, Array, Exception, Ref, Proxy, Opaque, Var>;

class Value {
 public:
  using Kind =
      std::variant<None, bool, BigInt, double, Complex, Str, Bytes, ByteArray, List, Tuple, Dict,
                   Set, FrozenSet, Slice, Range, Array, Exception, Ref, Proxy, Opaque, Var>;

  Value() = default;
  Value(std::same_as<bool> auto flag) : kind_(flag) {}
  Value(std::integral auto number) requires(!std::same_as<decltype(number), bool>)
      : kind_(BigInt(number)) {}
  Value(BigInt number) : kind_(std::move(number)) {}
  Value(double number) : kind_(number) {}
  Value(const char* text) : kind_(Str{text}) {}
  Value(std::string text) : kind_(Str{std::move(text)}) {}
  template <StructKind T>
  Value(T kind) : kind_(std::in_place_type<T>, std::move(kind)) {}

  template <class T>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<T>(kind_);
  }
  template <class T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&kind_);
  }
  template <class T>
  [[nodiscard]] T* get_if() {
    return std::get_if<T>(&kind_);
  }
  [[nodiscard]] const Kind& kind() const { return kind_; }

 private:
  Kind kind_;
};

Value list(std::vector<Value> items = {});
Value tuple(std::vector<Value> items = {});
Value dict(std::vector<std::pair<Value, Value>> items = {});
Value set(std::vector<Value> items = {});
Value bytes(std::string data);
Value slice(Value start, Value stop, Value step = {});
Value var(std::string name);

/// Python's ==: 1 == 1.0 == True, int and float compared exactly, nan equal to nothing.
bool python_equal(const Value& a, const Value& b);

/// The same value of the same type: True is not 1, -0.0 is not 0.0, nan is nan, dict order counts.
/// What a value must be after it travelled through a backend.
bool identical(const Value& a, const Value& b);
inline bool operator==(const Value& a, const Value& b) { return identical(a, b); }

/// Whether Python could use the value as a dict key.
bool hashable(const Value& value);

/// Python's a < b for the values the model orders (numbers, str, bytes, lists and tuples of such).
/// Returns no value where Python raises TypeError.
std::optional<bool> python_less(const Value& a, const Value& b);

bool truthy(const Value& value);

/// Name of the Python type: 'int', 'NoneType', 'list', ...
std::string type_name(const Value& value);

/// Python source text that evaluates to the value (nan and inf as float('nan')).
std::string to_python(const Value& value);

/// The value as a machine-sized number; the caller knows that it is one.
long long as_int(const Value& value);

/// googletest prints values as Python source.
void PrintTo(const Value& value, std::ostream* out);
std::ostream& operator<<(std::ostream& out, const Value& value);

}  // namespace mpspec
