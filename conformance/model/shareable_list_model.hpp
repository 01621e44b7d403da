// ShareableList: a fixed number of places for simple values.
#pragma once

#include <vector>

#include "model/result.hpp"

namespace mpspec {

class ShareableListModel {
 public:
  /// Of integers of 64 bits, floats, bools, ASCII strings, bytes and None.
  explicit ShareableListModel(const std::vector<Value>& items);

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] ModelResult to_list() const;
  [[nodiscard]] ModelResult getitem(const BigInt& index) const;
  /// ValueError for a string or bytes that is longer than the place.
  ModelResult setitem(const BigInt& index, const Value& value);
  [[nodiscard]] ModelResult index(const Value& value) const;
  [[nodiscard]] ModelResult count(const Value& value) const;
  [[nodiscard]] ModelResult contains(const Value& value) const;

 private:
  struct Place {
    Value item;
    std::size_t bytes;
  };

  std::vector<Place> places_;
};

}  // namespace mpspec
