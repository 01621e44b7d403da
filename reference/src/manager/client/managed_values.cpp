#include "mp/managed_values.hpp"

#include "manager/client/results.hpp"

namespace mp {
namespace {

using manager::to_bool;
using manager::to_size;
using manager::to_void;

bool is_own(std::string_view name) { return name.starts_with('_'); }

Error no_attribute(std::string_view name) {
  return exception_error(Object::exception(
      "builtins", "AttributeError",
      {Object::str("'NamespaceProxy' object has no attribute '" + std::string(name) + "'")}));
}

}  // namespace

Result<Object> ManagedNamespace::getattr(std::string_view name) const {
  if (!is_own(name)) return call("__getattribute__", {Object::str(name)});
  const auto found = own_->find(name);
  if (found == own_->end()) return no_attribute(name);
  return found->second;
}

Result<void> ManagedNamespace::setattr(std::string_view name, Object value) const {
  if (!is_own(name)) return to_void(call("__setattr__", {Object::str(name), std::move(value)}));
  own_->insert_or_assign(std::string(name), std::move(value));
  return {};
}

Result<void> ManagedNamespace::delattr(std::string_view name) const {
  if (!is_own(name)) return to_void(call("__delattr__", {Object::str(name)}));
  const auto found = own_->find(name);
  if (found == own_->end()) return no_attribute(name);
  own_->erase(found);
  return {};
}

Result<Object> ManagedValue::get() const { return call("get"); }
Result<void> ManagedValue::set(Object value) const {
  return to_void(call("set", {std::move(value)}));
}

Result<Object> ManagedValue::add(Object delta) const { return call("add", {std::move(delta)}); }
Result<bool> ManagedValue::compare_and_set(Object expected, Object value) const {
  return to_bool(call("compare_and_set", {std::move(expected), std::move(value)}));
}
Result<Object> ManagedValue::update_with(const Update& function) const {
  while (true) {
    MP_TRY_ASSIGN(const Object old, get());
    MP_TRY_ASSIGN(const Object own, manager::deep_copy(old));
    const Object value = function(own);
    MP_TRY_ASSIGN(const bool done, compare_and_set(old, value));
    if (done) return value;
  }
}

Result<std::size_t> ManagedArray::len() const { return to_size(call("__len__")); }
Result<Object> ManagedArray::getitem(Object index) const {
  return call("__getitem__", {std::move(index)});
}
Result<void> ManagedArray::setitem(Object index, Object value) const {
  return to_void(call("__setitem__", {std::move(index), std::move(value)}));
}
Result<std::vector<Object>> ManagedArray::to_vector() const {
  MP_TRY_ASSIGN(const Object array, get_value());
  if (array.kind() != Kind::Array) {
    return Error{ErrorCode::Malformed, "the server's reply is no array"};
  }
  MP_TRY_ASSIGN(const std::size_t length, array.length());
  std::vector<Object> items;
  items.reserve(length);
  for (std::size_t i = 0; i < length; ++i) items.push_back(array.array_item(i));
  return items;
}

}  // namespace mp
