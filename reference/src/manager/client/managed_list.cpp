#include "mp/managed_list.hpp"

#include "manager/client/results.hpp"
#include "manager/protocol/exception_text.hpp"

namespace mp {

using manager::to_bool;
using manager::to_items;
using manager::to_size;
using manager::to_void;

Result<std::size_t> ManagedList::len() const { return to_size(call("__len__")); }
Result<Object> ManagedList::getitem(Object index) const {
  return call("__getitem__", {std::move(index)});
}
Result<void> ManagedList::setitem(Object index, Object value) const {
  return to_void(call("__setitem__", {std::move(index), std::move(value)}));
}
Result<void> ManagedList::delitem(Object index) const {
  return to_void(call("__delitem__", {std::move(index)}));
}
Result<bool> ManagedList::contains(Object value) const {
  return to_bool(call("__contains__", {std::move(value)}));
}

Result<void> ManagedList::append(Object value) const {
  return to_void(call("append", {std::move(value)}));
}
Result<void> ManagedList::extend(Object iterable) const {
  return to_void(call("extend", {std::move(iterable)}));
}
Result<void> ManagedList::insert(std::int64_t index, Object value) const {
  return to_void(call("insert", {Object::integer(index), std::move(value)}));
}
Result<Object> ManagedList::pop(std::int64_t index) const {
  return call("pop", {Object::integer(index)});
}
Result<void> ManagedList::remove(Object value) const {
  return to_void(call("remove", {std::move(value)}));
}
Result<std::size_t> ManagedList::index(Object value) const {
  return to_size(call("index", {std::move(value)}));
}
Result<std::size_t> ManagedList::index(Object value, std::int64_t start, std::int64_t stop) const {
  return to_size(call("index", {std::move(value), Object::integer(start), Object::integer(stop)}));
}
Result<std::size_t> ManagedList::count(Object value) const {
  return to_size(call("count", {std::move(value)}));
}
Result<void> ManagedList::sort(bool reverse) const {
  const Object keywords = Object::dict();
  MP_TRY(keywords.as_dict().set(Object::str("reverse"), Object::boolean(reverse)));
  return to_void(call("sort", {}, keywords));
}
Result<void> ManagedList::reverse() const { return to_void(call("reverse")); }

Result<Object> ManagedList::add(Object list) const { return call("__add__", {std::move(list)}); }
Result<Object> ManagedList::mul(std::int64_t times) const {
  return call("__mul__", {Object::integer(times)});
}
Result<void> ManagedList::iadd(Object iterable) const { return extend(std::move(iterable)); }
Result<void> ManagedList::imul(std::int64_t times) const {
  return to_void(call("__imul__", {Object::integer(times)}));
}

Result<std::vector<Object>> ManagedList::to_vector() const {
  return to_items(getitem(Object::slice(Object(), Object(), Object())));
}
Result<std::vector<Object>> ManagedList::reversed() const { return to_items(call("__reversed__")); }

Result<void> ManagedList::iterate(const std::function<bool(const Object& item)>& visit) const {
  for (std::int64_t index = 0;; ++index) {
    MP_TRY_ASSIGN(const Answer answer, invoke("__getitem__", {Object::integer(index)}));
    if (answer.kind == Answer::Kind::Raised) {
      if (exception_name(answer.value) == "IndexError") return {};
      return exception_error(answer.value);
    }
    if (!visit(answer.value)) return {};
  }
}

}  // namespace mp
