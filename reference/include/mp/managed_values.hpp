#pragma once

#include <map>
#include <memory>

#include "mp/proxy.hpp"

namespace mp {

/// A bag of attributes in a manager's server. A name that begins with an underscore belongs to the
/// proxy: it is kept here, shared by copies of this handle only.
/// Sharing: attributes with an underscore one thread at a time.
class ManagedNamespace : public Proxy {
 public:
  explicit ManagedNamespace(Proxy proxy) : Proxy(std::move(proxy)) {}

  /// Errors: Remote (AttributeError)   no such attribute
  Result<Object> getattr(std::string_view name) const;
  Result<void> setattr(std::string_view name, Object value) const;
  Result<void> delattr(std::string_view name) const;

 private:
  using Attributes = std::map<std::string, Object, std::less<>>;
  std::shared_ptr<Attributes> own_ = std::make_shared<Attributes>();
};

/// One value in a manager's server. The typecode it was made with is kept, not enforced.
class ManagedValue : public Proxy {
 public:
  explicit ManagedValue(Proxy proxy) : Proxy(std::move(proxy)) {}

  Result<Object> get() const;
  Result<void> set(Object value) const;

  // With a server of this library only; CPython's answers with Remote.

  /// Python's value += delta in one call, and the new value.
  /// Errors: Remote (TypeError, OverflowError)   what is no int or float
  Result<Object> add(Object delta) const;
  /// Sets the value if it equals `expected`: whether it did.
  Result<bool> compare_and_set(Object expected, Object value) const;
  /// value = function(value), and the new value: computed here and written on condition that
  /// nobody has changed it, else once more with what is there then.
  Result<Object> update_with(const Update& function) const;
};

/// An array.array in a manager's server: its length is fixed but for slice assignment.
/// Errors: Remote (IndexError, OverflowError, TypeError)
class ManagedArray : public Proxy {
 public:
  explicit ManagedArray(Proxy proxy) : Proxy(std::move(proxy)) {}

  Result<std::size_t> len() const;
  /// `index` is an Int, or a Slice: then an Array comes back, or is assigned.
  Result<Object> getitem(Object index) const;
  Result<void> setitem(Object index, Object value) const;
  /// All items, of one moment.
  Result<std::vector<Object>> to_vector() const;
};

}  // namespace mp
