// Generators and commands for Value, Array and their raw kin.
#pragma once

#include <string>
#include <vector>

#include "model/shared_numbers.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {

namespace gen {

inline rc::Gen<CType> c_type() { return rc::gen::elementOf(CType::all()); }
rc::Gen<CType> numeric_c_type();
rc::Gen<CType> integer_c_type();
/// What can be assigned: integers of any size to an integer type, floats and small integers to a
/// floating one, bytes of length one to a character.
rc::Gen<Value> assignable(const CType& type);
/// What cannot: strings, lists and None to a number, floats to an integer, anything but one byte to
/// a character.
rc::Gen<Value> refused(const CType& type);
/// That many items for an array: a list.
rc::Gen<Value> assignable_items(const CType& type, std::size_t count);
/// A slice with any bounds, near and far from the length, and any step but zero.
rc::Gen<Value> any_slice(std::size_t length);
/// An index of which two at each end are out of range.
rc::Gen<Value> near_index(std::size_t length);

}  // namespace gen

namespace numbers_of {

/// `value` read by any of the subject's actors.
template <std::size_t actors = 1>
struct Read : ModelledCall<ValueModel> {
  Read() : ModelledCall("value") { actor_ = *gen::in_range<std::size_t>(0, actors); }
  ModelResult model(ValueModel& state) const override { return state.get(); }
};

template <std::size_t actors = 1>
struct Assign : ModelledCall<ValueModel> {
  explicit Assign(const ValueModel& state)
      : ModelledCall("value.set", {*gen::assignable(state.type())}) {
    actor_ = *gen::in_range<std::size_t>(0, actors);
  }
  ModelResult model(ValueModel& state) const override { return state.set(args_[0]); }
};

struct AssignRefused : ModelledCall<ValueModel> {
  explicit AssignRefused(const ValueModel& state)
      : ModelledCall("value.set", {*gen::refused(state.type())}) {}
  ModelResult model(ValueModel& state) const override { return state.set(args_[0]); }
};

}  // namespace numbers_of

namespace array_of {

inline rc::Gen<Value> some_index(std::size_t length, bool inside) {
  if (!inside) return gen::near_index(length);
  return rc::gen::map(gen::in_range<std::size_t>(0, length),
                      [](std::size_t n) { return Value(n); });
}

/// At any index, of which some are out of range; `inside`: only at one from 0 on.
template <bool inside = false>
struct GetItem : ModelledCall<ArrayModel> {
  explicit GetItem(const ArrayModel& state)
      : ModelledCall("__getitem__", {*some_index(state.size(), inside)}) {}
  ModelResult model(ArrayModel& state) const override { return state.getitem(args_[0]); }
};

template <bool inside = false>
struct SetItem : ModelledCall<ArrayModel> {
  explicit SetItem(const ArrayModel& state)
      : ModelledCall("__setitem__",
                     {*some_index(state.size(), inside), *gen::assignable(state.type())}) {}
  ModelResult model(ArrayModel& state) const override { return state.setitem(args_[0], args_[1]); }
};

struct SetItemRefused : ModelledCall<ArrayModel> {
  explicit SetItemRefused(const ArrayModel& state)
      : ModelledCall("__setitem__",
                     {*gen::in_range<std::size_t>(0, state.size()), *gen::refused(state.type())}) {}
  ModelResult model(ArrayModel& state) const override { return state.setitem(args_[0], args_[1]); }
};

struct GetSlice : ModelledCall<ArrayModel> {
  explicit GetSlice(const ArrayModel& state)
      : ModelledCall("__getitem__", {*gen::any_slice(state.size())}) {}
  ModelResult model(ArrayModel& state) const override { return state.getitem(args_[0]); }
};

/// Of the right length, or now and then of another one.
struct SetSlice : ModelledCall<ArrayModel> {
  explicit SetSlice(const ArrayModel& state);
  ModelResult model(ArrayModel& state) const override { return state.setitem(args_[0], args_[1]); }
};

struct ToList : ModelledCall<ArrayModel> {
  ToList() : ModelledCall("to_list") {}
  ModelResult model(ArrayModel& state) const override { return state.to_list(); }
};

struct Length : ModelledCall<ArrayModel> {
  Length() : ModelledCall("__len__") {}
  ModelResult model(ArrayModel& state) const override { return Value(state.size()); }
};

/// One round of a property: a new array of generated items, and a sequence of these commands on it.
template <class... Commands>
void check_round(Actor& actor, const std::string& kind, const CType& type) {
  const auto length = *gen::in_range<std::size_t>(1, 8);
  const Value items = *gen::assignable_items(type, length);
  Subject subject{{&actor}, {actor.make(kind, {type.typecode(), items})}};
  const ArrayModel initial(type, items.get_if<List>()->items);
  ArrayModel last =
      check_sequence(initial, subject, rc::state::gen::execOneOfWithArgs<Commands...>());
  RC_ASSERT(actor.call(subject.objects[0], "to_list") == to_outcome(last.to_list()));
}

}  // namespace array_of
}  // namespace mpspec
