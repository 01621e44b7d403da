// Value and Array: one number or character of a C type, or a fixed number of them.
#pragma once

#include <vector>

#include "model/c_type.hpp"

namespace mpspec {

class ValueModel {
 public:
  explicit ValueModel(const CType& type) : type_(type), value_(type.zero()) {}

  [[nodiscard]] const CType& type() const { return type_; }
  [[nodiscard]] ModelResult get() const { return value_; }
  ModelResult set(const Value& value);

 private:
  CType type_;
  Value value_;
};

class ArrayModel {
 public:
  /// Of items that its type can hold.
  ArrayModel(const CType& type, const std::vector<Value>& items);

  [[nodiscard]] const CType& type() const { return type_; }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] ModelResult to_list() const { return list(items_); }
  /// By index or slice; a slice of characters is bytes.
  [[nodiscard]] ModelResult getitem(const Value& key) const;
  /// By index or slice. To a slice, only items that the type can hold: how much of a sequence has
  /// been written when one is refused is open.
  ModelResult setitem(const Value& key, const Value& value);

 private:
  ModelResult assign(const Slice& slice, const Value& value);

  CType type_;
  std::vector<Value> items_;
};

}  // namespace mpspec
