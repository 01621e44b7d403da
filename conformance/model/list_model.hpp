// Python's list.
#pragma once

#include <optional>
#include <vector>

#include "model/result.hpp"

namespace mpspec {

class ListModel {
 public:
  explicit ListModel(std::vector<Value> items = {}) : items_(std::move(items)) {}

  [[nodiscard]] const std::vector<Value>& items() const { return items_; }
  [[nodiscard]] Value value() const { return list(items_); }

  // By index or slice.
  [[nodiscard]] ModelResult getitem(const Value& key) const;
  ModelResult setitem(const Value& key, const Value& value);
  ModelResult delitem(const Value& key);

  ModelResult append(Value item);
  ModelResult extend(const Value& iterable);
  ModelResult insert(const Value& index, Value item);
  ModelResult pop(const Value& index = -1);
  ModelResult remove(const Value& item);

  [[nodiscard]] ModelResult contains(const Value& item) const;
  [[nodiscard]] ModelResult count(const Value& item) const;
  /// Bounds that are not given are None.
  [[nodiscard]] ModelResult index(const Value& item, const Value& start = {},
                                  const Value& stop = {}) const;

  ModelResult reverse();
  [[nodiscard]] ModelResult reversed() const;
  /// Whether sorting has one result: there is none for sets, which Python orders by inclusion, and
  /// for nan.
  [[nodiscard]] bool sort_is_defined() const;
  /// Items that cannot be compared are a TypeError; in which order Python then leaves them is open.
  ModelResult sort(bool reverse = false);

  [[nodiscard]] ModelResult add(const Value& other) const;
  [[nodiscard]] ModelResult mul(const Value& times) const;
  ModelResult imul(const Value& times);

 private:
  ModelResult assign(const Slice& slice, const Value& value);
  ModelResult erase(const Slice& slice);
  [[nodiscard]] std::optional<std::size_t> find(const Value& item, std::size_t start,
                                                std::size_t stop) const;

  std::vector<Value> items_;
};

}  // namespace mpspec
