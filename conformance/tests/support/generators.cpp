#include "tests/support/generators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/in_range.hpp"

namespace mpspec::gen {
namespace {

rc::Gen<Value> one_of(std::vector<Value> values) { return rc::gen::elementOf(std::move(values)); }

std::string encode(unsigned point) {
  std::string out;
  const auto push = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | (point >> 6));
    push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    push(0xe0 | (point >> 12));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  } else {
    push(0xf0 | (point >> 18));
    push(0x80 | ((point >> 12) & 0x3f));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  }
  return out;
}

/// A high surrogate before a low one would be read back as one character by some languages' JSON;
/// keep them apart.
rc::Gen<unsigned> code_point() {
  return rc::gen::weightedOneOf<unsigned>(
      {{8, gen::in_range(0x20U, 0x7fU)},
       {2, gen::in_range(0U, 0x250U)},
       {1, gen::in_range(0x1f300U, 0x1f650U)},
       {1, gen::in_range(0xdc00U, 0xe000U)},
       {1, rc::gen::elementOf(
               std::vector<unsigned>{0, '\'', '"', '\\', '\n', 0x2028, 0xffff, 0x10ffff})}});
}

rc::Gen<std::vector<Value>> items(rc::Gen<Value> item) {
  return rc::gen::resize(6, rc::gen::container<std::vector<Value>>(std::move(item)));
}

/// Keys that Python would take for one are dropped, as a dict display does.
std::vector<Value> distinct(const std::vector<Value>& values) {
  std::vector<Value> out;
  for (const Value& value : values) {
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const Value& seen) { return python_equal(seen, value); });
    if (!known) out.push_back(value);
  }
  return out;
}

}  // namespace

rc::Gen<Value> integer() {
  return rc::gen::weightedOneOf<Value>(
      {{4, rc::gen::map(gen::in_range(-300, 300), [](int n) { return Value(n); })},
       {2,
        rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Value(n); })},
       {1,
        one_of({255, 256, 65535, 65536, std::numeric_limits<std::int32_t>::max(),
                std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int64_t>::max(),
                std::numeric_limits<std::int64_t>::min()})},
       {1, rc::gen::map(rc::gen::pair(gen::in_range(53, 2100), rc::gen::arbitrary<bool>()),
                        [](const std::pair<int, bool>& parts) {
                          const BigInt power = BigInt(1) << static_cast<unsigned>(parts.first);
                          return parts.second ? Value(BigInt(-power)) : Value(BigInt(power + 1));
                        })}});
}

rc::Gen<Value> floating() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return rc::gen::weightedOneOf<Value>(
      {{3, rc::gen::map(gen::in_range(-1000, 1000), [](int n) { return Value(n / 8.0); })},
       {2, rc::gen::map(rc::gen::arbitrary<double>(), [](double x) { return Value(x); })},
       {1, one_of({0.0, -0.0, 0.1, 1e300, 5e-324, inf, -inf, std::nan(""), 9007199254740993.0})}});
}

rc::Gen<Value> text() {
  return rc::gen::map(rc::gen::resize(12, rc::gen::container<std::vector<unsigned>>(code_point())),
                      [](const std::vector<unsigned>& points) {
                        std::string utf8;
                        for (const unsigned point : points) utf8 += encode(point);
                        return Value(utf8);
                      });
}

rc::Gen<Value> byte_string() {
  return rc::gen::map(rc::gen::resize(12, rc::gen::arbitrary<std::string>()),
                      [](std::string data) { return bytes(std::move(data)); });
}

rc::Gen<Value> scalar() {
  return rc::gen::weightedOneOf<Value>({{1, one_of({Value(), true, false})},
                                        {4, integer()},
                                        {2, floating()},
                                        {3, text()},
                                        {1, byte_string()}});
}

rc::Gen<Value> key() {
  const auto plain = rc::gen::suchThat(scalar(), [](const Value& value) {
    const auto* number = value.get_if<double>();
    return number == nullptr || !std::isnan(*number);
  });
  return rc::gen::weightedOneOf<Value>(
      {{6, plain},
       {1, rc::gen::map(rc::gen::resize(3, rc::gen::container<std::vector<Value>>(plain)),
                        [](std::vector<Value> parts) { return tuple(std::move(parts)); })}});
}

rc::Gen<Value> any(int depth) {
  if (depth == 0) return scalar();
  const auto inner = any(depth - 1);
  return rc::gen::weightedOneOf<Value>(
      {{6, scalar()},
       {2, rc::gen::map(items(inner), [](std::vector<Value> v) { return list(std::move(v)); })},
       {1, rc::gen::map(items(inner), [](std::vector<Value> v) { return tuple(std::move(v)); })},
       {1,
        rc::gen::map(items(key()), [](const std::vector<Value>& v) { return set(distinct(v)); })},
       {2, rc::gen::map(rc::gen::pair(items(key()), items(inner)),
                        [](const std::pair<std::vector<Value>, std::vector<Value>>& parts) {
                          Dict out;
                          const auto keys = distinct(parts.first);
                          for (std::size_t i = 0; i < keys.size() && i < parts.second.size(); ++i)
                            out.items.emplace_back(keys[i], parts.second[i]);
                          return Value(out);
                        })}});
}

rc::Gen<Value> common() {
  return one_of({0, 1, 2, 3, true, false, 1.0, 0.0, Value(), "", "a", "b", "key", tuple({1, "a"}),
                 bytes("a"), -1, 0.5});
}

}  // namespace mpspec::gen
