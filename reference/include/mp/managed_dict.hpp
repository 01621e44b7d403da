#pragma once

#include <optional>
#include <utility>

#include "mp/proxy.hpp"

namespace mp {

/// A dict in a manager's server. Methods and errors are those of Python's dict; Remote carries
/// them. Every method is one call, and atomic, but for to_dict(), get_many() and update_with().
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

  /// The values of these keys, or nothing where there is none: one round trip, a call for each.
  Result<std::vector<std::optional<Object>>> get_many(const std::vector<Object>& keys) const;

  // With a server of this library only; CPython's answers with Remote.

  /// Python's d[key] = d.get(key, 0) + delta, and the new value.
  /// Errors: Remote (TypeError, OverflowError)   what is no int or float
  Result<Object> increment(Object key, Object delta = Object::integer(1)) const;
  /// d[key] = value if d[key] equals `expected`: whether it did. False for a missing key.
  Result<bool> compare_and_set(Object key, Object expected, Object value) const;
  /// d[key] = function(d[key]), and the new value: computed here and written on condition that
  /// nobody has changed it, else once more with what is there then.
  /// Errors: Remote (KeyError)   a missing key
  Result<Object> update_with(const Object& key, const Update& function) const;
};

}  // namespace mp
