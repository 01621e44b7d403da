// Value and Array, under the lock that they carry.
#include <algorithm>

#include "history/method_table.hpp"
#include "model/rlock_model.hpp"
#include "model/sequence.hpp"
#include "model/shared_numbers.hpp"

namespace mpspec {
namespace {

/// Every access takes the lock, so it waits while another actor holds it (acquire, get_lock).
template <class Numbers>
struct Locked {
  Numbers numbers;
  RLockModel lock{};

  [[nodiscard]] bool waits_for(const Call& call) const {
    return lock.level() > 0 && lock.holder() != static_cast<std::size_t>(call.actor);
  }
  [[nodiscard]] Value contents() const;
  [[nodiscard]] Value value() const {
    const Value holder = lock.level() == 0 ? Value() : Value(lock.holder());
    return lock.level() == 0 ? contents() : tuple({contents(), holder, lock.level()});
  }
};

template <>
Value Locked<ValueModel>::contents() const {
  return std::get<Value>(numbers.get());
}
template <>
Value Locked<ArrayModel>::contents() const {
  return std::get<Value>(numbers.to_list());
}

template <class Numbers>
MethodTable<Locked<Numbers>> lock_methods() {
  using Subject = Locked<Numbers>;
  return {{"acquire",
           {[](Subject& subject, const Call& call) -> ModelResult {
              if (!subject.waits_for(call))
                return subject.lock.acquire(static_cast<std::size_t>(call.actor));
              return waits_for_ever(call, 0, "block") ? waits() : Value(false);
            },
            Reads::when_false}},
          {"release", {[](Subject& subject, const Call& call) {
             return subject.lock.release(static_cast<std::size_t>(call.actor));
           }}}};
}

const CType& c_type(const SharedObject& object) {
  const Value* code = constructor_argument(object, 0, "typecode");
  const Str* text = code == nullptr ? nullptr : code->get_if<Str>();
  for (const CType& type : CType::all()) {
    if (text != nullptr && type.typecode() == text->utf8) return type;
  }
  throw HistoryError(object.name + " has no typecode");
}

Locked<ValueModel> initial_value(const SharedObject& object) {
  ValueModel model(c_type(object));
  if (const Value* value = constructor_argument(object, 1, "value")) model.set(*value);
  return {model};
}

Locked<ArrayModel> initial_array(const SharedObject& object) {
  const CType& type = c_type(object);
  const Value* given = constructor_argument(object, 1, "size_or_initializer");
  if (given == nullptr) throw HistoryError(object.name + " has neither a size nor items");
  if (const auto items = iterate(*given)) return {ArrayModel(type, *items)};
  return {
      ArrayModel(type, std::vector<Value>(static_cast<std::size_t>(as_int(*given)), type.zero()))};
}

using V = Locked<ValueModel>;
using A = Locked<ArrayModel>;

/// One cell; slices and the lock concern them all. Of negative indices nothing is said, so that
/// the length need not be known.
std::optional<std::string> array_part(const SharedObject&, const Call& call) {
  if (call.method != "__getitem__" && call.method != "__setitem__") return std::nullopt;
  const auto index = as_index(needed(call, 0, ""));
  return index && *index >= 0 ? std::optional("[" + index->str() + "]") : std::nullopt;
}

}  // namespace

Behaviours value_behaviours() {
  MethodTable<V> table = lock_methods<ValueModel>();
  table["value"] = {[](V& v, const Call& c) { return v.waits_for(c) ? waits() : v.numbers.get(); },
                    Reads::always};
  table["value.set"] = {[](V& v, const Call& c) {
    return v.waits_for(c) ? waits() : v.numbers.set(needed(c, 0, "value"));
  }};
  return {std::make_shared<TableBehaviour<V>>(initial_value, table)};
}

Behaviours array_behaviours() {
  MethodTable<A> table = lock_methods<ArrayModel>();
  table["__getitem__"] = {[](A& a, const Call& c) {
                            return a.waits_for(c) ? waits() : a.numbers.getitem(needed(c, 0, ""));
                          },
                          Reads::always};
  table["__setitem__"] = {[](A& a, const Call& c) {
    return a.waits_for(c) ? waits() : a.numbers.setitem(needed(c, 0, ""), needed(c, 1, ""));
  }};
  table["__len__"] = {[](A& a, const Call&) -> ModelResult { return Value(a.numbers.size()); },
                      Reads::always};
  // to_list iterates, one cell after the other: it is no call that happens at one moment.
  return {std::make_shared<TableBehaviour<A>>(initial_array, table, array_part)};
}

}  // namespace mpspec
