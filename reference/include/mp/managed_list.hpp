#pragma once

#include <functional>

#include "mp/proxy.hpp"

namespace mp {

/// A list in a manager's server. Methods and errors are those of Python's list; Remote carries
/// them. `index` may be an Int or a Slice. Every method is one call, and atomic.
class ManagedList : public Proxy {
 public:
  explicit ManagedList(Proxy proxy) : Proxy(std::move(proxy)) {}

  Result<std::size_t> len() const;
  Result<Object> getitem(Object index) const;
  Result<void> setitem(Object index, Object value) const;
  Result<void> delitem(Object index) const;
  Result<bool> contains(Object value) const;

  Result<void> append(Object value) const;
  Result<void> extend(Object iterable) const;
  Result<void> insert(std::int64_t index, Object value) const;
  Result<Object> pop(std::int64_t index = -1) const;
  Result<void> remove(Object value) const;
  Result<std::size_t> index(Object value) const;
  Result<std::size_t> index(Object value, std::int64_t start, std::int64_t stop) const;
  Result<std::size_t> count(Object value) const;
  Result<void> sort(bool reverse = false) const;
  Result<void> reverse() const;

  /// A plain list: the sum, the product.
  Result<Object> add(Object list) const;
  Result<Object> mul(std::int64_t times) const;
  /// l += iterable, l *= times.
  Result<void> iadd(Object iterable) const;
  Result<void> imul(std::int64_t times) const;

  /// The items of one moment, forwards and backwards.
  Result<std::vector<Object>> to_vector() const;
  Result<std::vector<Object>> reversed() const;
  /// Python's iteration: item by item, by index, until there is none or `visit` returns false.
  /// Changes meanwhile are seen.
  Result<void> iterate(const std::function<bool(const Object& item)>& visit) const;
};

}  // namespace mp
