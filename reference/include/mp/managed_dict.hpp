#pragma once

#include <optional>
#include <utility>

#include "mp/proxy.hpp"

namespace mp {

/// A dict in a manager's server. Methods and errors are those of Python's dict; Remote carries
/// them. Every method but to_dict() is one call, and atomic.
class ManagedDict : public Proxy {
 public:
  explicit ManagedDict(Proxy proxy) : Proxy(std::move(proxy)) {}

  Result<std::size_t> len() const;
  Result<Object> getitem(Object key) const;
  Result<void> setitem(Object key, Object value) const;
  Result<void> delitem(Object key) const;
  Result<bool> contains(Object key) const;

  Result<Object> get(Object key, Object fallback = Object()) const;
  Result<Object> pop(Object key) const;
  Result<Object> pop(Object key, Object fallback) const;
  Result<std::pair<Object, Object>> popitem() const;
  Result<Object> setdefault(Object key, Object value = Object()) const;
  /// A mapping or an iterable of pairs, and then keywords.
  Result<void> update(Object mapping, const Object& keywords = Object::dict()) const;
  Result<void> clear() const;
  /// A plain Dict of one moment.
  Result<Object> copy() const;

  Result<std::vector<Object>> keys() const;
  Result<std::vector<Object>> values() const;
  Result<std::vector<std::pair<Object, Object>>> items() const;
  /// Python's iteration over the keys. On a CPython server it goes key by key and fails with Remote
  /// (RuntimeError) when the size changes meanwhile; on this library's it gives those of one
  /// moment.
  Result<std::vector<Object>> iterate() const;
  /// Python's dict(d): the keys, then value by value; may mix moments.
  Result<Object> to_dict() const;
};

}  // namespace mp
