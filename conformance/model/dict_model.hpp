// Python's dict.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "model/result.hpp"

namespace mpspec {

/// Keys are found by ==, so 1, 1.0 and True are one key and nan is never found; the first key of
/// equal ones stays. A key that cannot be hashed is a TypeError everywhere.
class DictModel {
 public:
  [[nodiscard]] Value value() const { return Dict{items_}; }
  [[nodiscard]] std::size_t size() const { return items_.size(); }

  [[nodiscard]] ModelResult getitem(const Value& key) const;
  ModelResult setitem(const Value& key, const Value& value);
  ModelResult delitem(const Value& key);
  [[nodiscard]] ModelResult contains(const Value& key) const;

  [[nodiscard]] ModelResult get(const Value& key, const Value& fallback = {}) const;
  ModelResult pop(const Value& key, const std::optional<Value>& fallback = {});
  ModelResult popitem();
  ModelResult setdefault(const Value& key, const Value& fallback = {});
  /// From a mapping or from pairs. The pairs before a wrong one take effect.
  ModelResult update(const Value& other);
  ModelResult clear();

  [[nodiscard]] Value keys() const;
  [[nodiscard]] Value values() const;
  [[nodiscard]] Value items() const;

 private:
  [[nodiscard]] std::optional<std::size_t> find(const Value& key) const;
  Value take(std::size_t at);

  std::vector<std::pair<Value, Value>> items_;
};

}  // namespace mpspec
