#include "manager/objects/dict.hpp"

#include "manager/objects/arguments.hpp"
#include "manager/objects/arithmetic.hpp"
#include "manager/objects/iterate.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr Method kMethods[] = {
    reading<&DictReferent::contains>("__contains__"),
    method<&DictReferent::delete_item>("__delitem__"),
    reading<&DictReferent::get_item>("__getitem__"),
    reading<&DictReferent::iter>("__iter__"),
    reading<&DictReferent::length>("__len__"),
    method<&DictReferent::set_item>("__setitem__"),
    method<&DictReferent::clear>("clear"),
    reading<&DictReferent::copy>("copy"),
    reading<&DictReferent::get>("get"),
    reading<&DictReferent::items>("items"),
    reading<&DictReferent::keys>("keys"),
    taking<&DictReferent::pop>("pop"),
    taking<&DictReferent::popitem>("popitem"),
    method<&DictReferent::setdefault>("setdefault"),
    method<&DictReferent::update>("update"),
    reading<&DictReferent::values>("values"),
    // CPython names it twice: as a method, and as one whose result is a proxy.
    reading<&DictReferent::iter>("__iter__"),
    // Beyond CPython.
    method<&DictReferent::increment>("increment"),
    method<&DictReferent::compare_and_set>("compare_and_set"),
};
constexpr ReferentType kType = {"dict", kMethods};

}  // namespace

const ReferentType& DictReferent::type() const { return kType; }

Attempt<std::unique_ptr<Referent>> DictReferent::make(Host& host, ObjectNumber number,
                                                      const Call& call) {
  std::unique_ptr<DictReferent> dict(new DictReferent(host, number));
  MP_TRY(dict->merge(call, "dict"));
  return std::unique_ptr<Referent>(std::move(dict));
}

std::unique_ptr<Referent> DictReferent::restore(Host& host, ObjectNumber number,
                                                SavedState& state) {
  std::unique_ptr<DictReferent> made(new DictReferent(host, number));
  made->items_ = DictView(state.dict());
  made->references_.restore(state);
  return made;
}

Object DictReferent::save() const { return Object::tuple_of(items_.object(), references_.save()); }

Attempt<std::vector<Object>> DictReferent::iterate() const {
  std::vector<Object> keys;
  keys.reserve(items_.size());
  for (const DictView::Item item : items_) keys.push_back(item.key);
  return keys;
}

void DictReferent::put(const Object& key, const Object& value, bool carries_proxies) {
  const Result<const Object*> old = items_.find(key);
  MP_ASSERT(old.has_value());
  references_.stored(value, carries_proxies);
  if (*old != nullptr) {
    references_.removed(**old);  // the key object that is there stays
  } else {
    references_.stored(key, carries_proxies);
  }
  const Result<bool> added = items_.set(key, value);
  MP_ASSERT(added.has_value());
}

Attempt<void> DictReferent::merge(const Call& call, std::string_view function) {
  if (call.args.size() > 1) {
    return type_error(std::string(function) + " expected at most 1 argument, got " +
                      std::to_string(call.args.size()));
  }
  // A mapping is complete before anything is changed, so that a failure changes nothing.
  Object given = Object::dict();
  if (!call.args.empty()) {
    MP_TRY_ASSIGN(given, to_dict(host(), call.args[0]));
  }
  for (const DictView::Item item : given.as_dict()) put(item.key, item.value, call.carries_proxies);
  if (call.kwargs == nullptr) return {};
  for (const DictView::Item item : *call.kwargs) put(item.key, item.value, call.carries_proxies);
  return {};
}

Attempt<std::optional<Object>> DictReferent::take(const Object& key) {
  MP_TRY_ASSIGN(std::optional<Object> taken, attempt(items_.take(key)));
  if (taken) {
    references_.removed(*taken);
    references_.removed(key);
  }
  return taken;
}

Outcome DictReferent::contains(const Call& call) {
  MP_TRY(expect_positional(call, "dict.__contains__", 1, 1));
  MP_TRY_ASSIGN(const Object* found, find(call.args[0]));
  return returned(Object::boolean(found != nullptr));
}

Outcome DictReferent::delete_item(const Call& call) {
  MP_TRY(expect_positional(call, "dict.__delitem__", 1, 1));
  MP_TRY_ASSIGN(const std::optional<Object> taken, take(call.args[0]));
  if (!taken) return key_error(call.args[0]);
  return returned();
}

Outcome DictReferent::get_item(const Call& call) {
  MP_TRY(expect_positional(call, "dict.__getitem__", 1, 1));
  MP_TRY_ASSIGN(const Object* found, find(call.args[0]));
  if (found == nullptr) return key_error(call.args[0]);
  return returned(*found);
}

Outcome DictReferent::iter(const Call& call) {
  MP_TRY(expect_positional(call, "dict.__iter__", 0, 0));
  MP_TRY_ASSIGN(std::vector<Object> keys, iterate());
  return returned(Object::call(Object::global("builtins", "iter"),
                               Object::tuple_of(Object::list(std::move(keys)))));
}

Outcome DictReferent::length(const Call& call) {
  MP_TRY(expect_positional(call, "dict.__len__", 0, 0));
  return returned(Object::unsigned_integer(items_.size()));
}

Outcome DictReferent::set_item(const Call& call) {
  MP_TRY(expect_positional(call, "dict.__setitem__", 2, 2));
  MP_TRY(find(call.args[0]));  // an unhashable key ends here
  put(call.args[0], call.args[1], call.carries_proxies);
  return returned();
}

Outcome DictReferent::clear(const Call& call) {
  MP_TRY(expect_positional(call, "dict.clear", 0, 0));
  if (references_.any()) {
    for (const DictView::Item item : items_) {
      references_.removed(item.key);
      references_.removed(item.value);
    }
  }
  items_ = DictView(Object::dict());
  return returned();
}

Outcome DictReferent::copy(const Call& call) {
  MP_TRY(expect_positional(call, "dict.copy", 0, 0));
  return returned(items_.object());
}

Outcome DictReferent::get(const Call& call) {
  MP_TRY(expect_positional(call, "get", 1, 2));
  MP_TRY_ASSIGN(const Object* found, find(call.args[0]));
  if (found != nullptr) return returned(*found);
  return returned(call.args.size() > 1 ? call.args[1] : Object());
}

Outcome DictReferent::items(const Call& call) {
  MP_TRY(expect_positional(call, "dict.items", 0, 0));
  std::vector<Object> pairs;
  pairs.reserve(items_.size());
  for (const DictView::Item item : items_) pairs.push_back(Object::tuple_of(item.key, item.value));
  return returned(Object::list(std::move(pairs)));
}

Outcome DictReferent::keys(const Call& call) {
  MP_TRY(expect_positional(call, "dict.keys", 0, 0));
  MP_TRY_ASSIGN(std::vector<Object> keys, iterate());
  return returned(Object::list(std::move(keys)));
}

Outcome DictReferent::pop(const Call& call) {
  MP_TRY(expect_positional(call, "pop", 1, 2));
  MP_TRY_ASSIGN(const std::optional<Object> taken, take(call.args[0]));
  if (taken) return returned(*taken);
  if (call.args.size() > 1) return returned(call.args[1]);
  return key_error(call.args[0]);
}

Outcome DictReferent::popitem(const Call& call) {
  MP_TRY(expect_positional(call, "dict.popitem", 0, 0));
  std::optional<std::pair<Object, Object>> last = items_.take_last();
  if (!last) return key_error(Object::str("popitem(): dictionary is empty"));
  references_.removed(last->first);
  references_.removed(last->second);
  return returned(Object::tuple_of(std::move(last->first), std::move(last->second)));
}

Outcome DictReferent::setdefault(const Call& call) {
  MP_TRY(expect_positional(call, "setdefault", 1, 2));
  MP_TRY_ASSIGN(const Object* found, find(call.args[0]));
  if (found != nullptr) return returned(*found);
  const Object value = call.args.size() > 1 ? call.args[1] : Object();
  put(call.args[0], value, call.carries_proxies);
  return returned(value);
}

Outcome DictReferent::update(const Call& call) {
  MP_TRY(merge(call, "update"));
  return returned();
}

Outcome DictReferent::values(const Call& call) {
  MP_TRY(expect_positional(call, "dict.values", 0, 0));
  std::vector<Object> values;
  values.reserve(items_.size());
  for (const DictView::Item item : items_) values.push_back(item.value);
  return returned(Object::list(std::move(values)));
}

/// d[key] = d.get(key, 0) + delta; the new value.
Outcome DictReferent::increment(const Call& call) {
  constexpr std::string_view names[] = {"key", "delta"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "dict.increment", names, 1));
  MP_TRY_ASSIGN(const Object* found, find(*given[0]));
  const Object old = found != nullptr ? *found : Object::integer(0);
  const Object delta = given[1] != nullptr ? *given[1] : Object::integer(1);
  MP_TRY_ASSIGN(const Object sum, add_numbers(old, delta));
  put(*given[0], sum, call.carries_proxies);
  return returned(sum);
}

/// d[key] = value if d[key] is what is expected; whether it was. A missing key is nothing that can
/// be expected: setdefault() is for that.
Outcome DictReferent::compare_and_set(const Call& call) {
  constexpr std::string_view names[] = {"key", "expected", "value"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "dict.compare_and_set", names, 3));
  MP_TRY_ASSIGN(const Object* found, find(*given[0]));
  if (found == nullptr) return returned(Object::boolean(false));
  MP_TRY_ASSIGN(const bool unchanged, is_unchanged(*found, *given[1]));
  if (unchanged) put(*given[0], *given[2], call.carries_proxies);
  return returned(Object::boolean(unchanged));
}

}  // namespace mp::manager
