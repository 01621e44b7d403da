#include "mp/managed_dict.hpp"

#include "manager/client/results.hpp"
#include "mp/batch.hpp"

namespace mp {
namespace {

using manager::to_bool;
using manager::to_items;
using manager::to_size;
using manager::to_void;

Result<std::pair<Object, Object>> to_pair(const Result<Object>& result) {
  if (!result) return result.error();
  if (result->kind() != Kind::Tuple || result->items().size() != 2) {
    return Error{ErrorCode::Malformed, "the server's reply is no pair"};
  }
  return std::pair(result->items()[0], result->items()[1]);
}

/// The keys of a server-side iterator, one call each.
Result<std::vector<Object>> exhaust(const Proxy& iterator) {
  std::vector<Object> items;
  while (true) {
    MP_TRY_ASSIGN(Answer answer, iterator.invoke("__next__"));
    if (answer.kind == Answer::Kind::Returned) {
      items.push_back(std::move(answer.value));
    } else if (exception_name(answer.value) == "StopIteration") {
      return items;
    } else {
      return exception_error(answer.value);
    }
  }
}

}  // namespace

Result<std::size_t> ManagedDict::len() const { return to_size(call("__len__")); }
Result<Object> ManagedDict::getitem(Object key) const {
  return call("__getitem__", {std::move(key)});
}
Result<void> ManagedDict::setitem(Object key, Object value) const {
  return to_void(call("__setitem__", {std::move(key), std::move(value)}));
}
Result<void> ManagedDict::delitem(Object key) const {
  return to_void(call("__delitem__", {std::move(key)}));
}
Result<bool> ManagedDict::contains(Object key) const {
  return to_bool(call("__contains__", {std::move(key)}));
}

Result<Object> ManagedDict::get(Object key, Object fallback) const {
  return call("get", {std::move(key), std::move(fallback)});
}
Result<Object> ManagedDict::pop(Object key) const { return call("pop", {std::move(key)}); }
Result<Object> ManagedDict::pop(Object key, Object fallback) const {
  return call("pop", {std::move(key), std::move(fallback)});
}
Result<std::pair<Object, Object>> ManagedDict::popitem() const { return to_pair(call("popitem")); }
Result<Object> ManagedDict::setdefault(Object key, Object value) const {
  return call("setdefault", {std::move(key), std::move(value)});
}
Result<void> ManagedDict::update(Object mapping, const Object& keywords) const {
  return to_void(call("update", {std::move(mapping)}, keywords));
}
Result<void> ManagedDict::clear() const { return to_void(call("clear")); }
Result<Object> ManagedDict::copy() const { return call("copy"); }

Result<std::vector<Object>> ManagedDict::keys() const { return to_items(call("keys")); }
Result<std::vector<Object>> ManagedDict::values() const { return to_items(call("values")); }
Result<std::vector<std::pair<Object, Object>>> ManagedDict::items() const {
  MP_TRY_ASSIGN(const std::vector<Object> rows, to_items(call("items")));
  std::vector<std::pair<Object, Object>> pairs;
  pairs.reserve(rows.size());
  for (const Object& row : rows) {
    MP_TRY_ASSIGN(auto pair, to_pair(row));
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

Result<std::vector<Object>> ManagedDict::iterate() const {
  MP_TRY_ASSIGN(const Answer answer, invoke("__iter__"));
  if (answer.kind == Answer::Kind::Raised) return exception_error(answer.value);
  if (answer.kind == Answer::Kind::MadeProxy) return exhaust(*answer.proxy);
  return to_items(answer.value);
}

Result<Object> ManagedDict::to_dict() const {
  MP_TRY_ASSIGN(const std::vector<Object> all, keys());
  Object copy = Object::dict();
  DictView dict = copy.as_dict();
  for (const Object& key : all) {
    MP_TRY_ASSIGN(Object value, getitem(key));
    MP_TRY(dict.set(key, std::move(value)));
  }
  return copy;
}

Result<std::vector<std::optional<Object>>> ManagedDict::get_many(
    const std::vector<Object>& keys) const {
  Batch batch;
  for (const Object& key : keys) batch.call(*this, "__getitem__", {key});
  MP_TRY_ASSIGN(std::vector<Answer> answers, batch.run());
  std::vector<std::optional<Object>> values;
  values.reserve(answers.size());
  for (Answer& answer : answers) {
    if (answer.kind == Answer::Kind::Returned) {
      values.push_back(std::move(answer.value));
    } else if (exception_name(answer.value) == "KeyError") {
      values.push_back(std::nullopt);
    } else {
      return exception_error(answer.value);
    }
  }
  return values;
}

Result<Object> ManagedDict::increment(Object key, Object delta) const {
  return call("increment", {std::move(key), std::move(delta)});
}
Result<bool> ManagedDict::compare_and_set(Object key, Object expected, Object value) const {
  return to_bool(call("compare_and_set", {std::move(key), std::move(expected), std::move(value)}));
}
Result<Object> ManagedDict::update_with(const Object& key, const Update& function) const {
  while (true) {
    MP_TRY_ASSIGN(const Object old, getitem(key));
    MP_TRY_ASSIGN(const Object own, manager::deep_copy(old));
    const Object value = function(own);
    MP_TRY_ASSIGN(const bool done, compare_and_set(key, old, value));
    if (done) return value;
  }
}

}  // namespace mp
