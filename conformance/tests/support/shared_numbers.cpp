#include "tests/support/shared_numbers.hpp"

#include "tests/support/in_range.hpp"

namespace mpspec {
namespace gen {
namespace {

/// Where a double, and with it a conversion in two steps, is exact.
rc::Gen<Value> exact_integer() {
  constexpr long long kLimit = 1LL << 53;
  return rc::gen::map(gen::in_range(-kLimit, kLimit + 1), [](long long n) { return Value(n); });
}

rc::Gen<Value> character() {
  return rc::gen::map(rc::gen::arbitrary<char>(), [](char c) { return bytes(std::string(1, c)); });
}

}  // namespace

rc::Gen<CType> numeric_c_type() {
  return rc::gen::suchThat(c_type(), [](const CType& type) { return !type.is_character(); });
}

rc::Gen<CType> integer_c_type() {
  return rc::gen::suchThat(c_type(), [](const CType& type) { return type.is_integer(); });
}

rc::Gen<Value> assignable(const CType& type) {
  if (type.is_character()) return character();
  if (type.is_integer()) return integer();
  return rc::gen::weightedOneOf<Value>({{3, floating()}, {1, exact_integer()}});
}

rc::Gen<Value> refused(const CType& type) {
  if (type.is_character()) {
    const auto bytes_of_another_length = rc::gen::suchThat(
        byte_string(), [](const Value& value) { return value.get_if<Bytes>()->data.size() != 1; });
    return rc::gen::oneOf(bytes_of_another_length, text());
  }
  const auto never = rc::gen::weightedOneOf<Value>(
      {{3, text()}, {1, rc::gen::just(Value())}, {1, rc::gen::element(list(), list({1}))}});
  if (!type.is_integer()) return never;
  return rc::gen::weightedOneOf<Value>({{2, never}, {1, floating()}});
}

rc::Gen<Value> assignable_items(const CType& type, std::size_t count) {
  return rc::gen::map(rc::gen::container<std::vector<Value>>(count, assignable(type)),
                      [](std::vector<Value> items) { return list(std::move(items)); });
}

rc::Gen<Value> any_slice(std::size_t length) {
  const int far = static_cast<int>(length) + 3;
  const auto bound = [far] {
    return rc::gen::weightedOneOf<Value>(
        {{1, rc::gen::just(Value())},
         {4, rc::gen::map(gen::in_range(-far, far), [](int n) { return Value(n); })},
         {1, rc::gen::element(Value(BigInt(1) << 70), Value(-(BigInt(1) << 70)))}});
  };
  const auto step =
      rc::gen::suchThat(bound(), [](const Value& value) { return value != Value(0); });
  return rc::gen::map(rc::gen::tuple(bound(), bound(), step),
                      [](const std::tuple<Value, Value, Value>& parts) {
                        return slice(std::get<0>(parts), std::get<1>(parts), std::get<2>(parts));
                      });
}

rc::Gen<Value> near_index(std::size_t length) {
  const int far = static_cast<int>(length) + 2;
  return rc::gen::map(gen::in_range(-far, far), [](int n) { return Value(n); });
}

}  // namespace gen

namespace array_of {
namespace {

std::size_t selected(const ArrayModel& state, const Value& slice) {
  const Value part = std::get<Value>(state.getitem(slice));
  if (const auto* characters = part.get_if<Bytes>()) return characters->data.size();
  return part.get_if<List>()->items.size();
}

}  // namespace

SetSlice::SetSlice(const ArrayModel& state) : ModelledCall("__setitem__") {
  const Value slice = *gen::any_slice(state.size());
  const std::size_t right = selected(state, slice);
  const std::size_t count = *rc::gen::weightedOneOf<std::size_t>(
      {{3, rc::gen::just(right)}, {1, gen::in_range<std::size_t>(0, right + 3)}});
  args_ = {slice, *gen::assignable_items(state.type(), count)};
}

}  // namespace array_of
}  // namespace mpspec
