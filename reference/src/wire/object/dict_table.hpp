#pragma once

#include <cstddef>

#include "wire/object/nodes.hpp"
#include "wire/object/walk.hpp"

namespace mp::detail {

/// The operations of a dict on its node.
class DictTable {
 public:
  explicit DictTable(DictNode* node) : node_(node) {}

  /// The value, or nullptr.
  const Object* find(const Object& key, Failure& failure) const;
  const Object* find_str(std::string_view key) const;
  /// True when the key is new. Otherwise `value` becomes the one it replaces, and `key` stays.
  bool set(Object&& key, Object& value, Failure& failure);
  std::optional<Object> take(const Object& key, Failure& failure);
  std::optional<std::pair<Object, Object>> take_last();
  void clear();
  /// The own dict must be empty.
  void copy_from(const DictNode& original);

  /// The next item at or after `position`, or nullptr.
  const DictNode::Entry* next(std::size_t& position) const;

  /// Makes the index, so that it has room for so many items in all and set() allocates none.
  bool prepare_index(std::size_t items, Failure& failure);

  /// Appends without comparing keys; settle() does, for all.
  void set_deferred(Object&& key, Object&& value);
  /// Gives a repeated key its last value; what falls out goes to `dropped`.
  void settle(Slots& dropped, Failure& failure);

 private:
  std::size_t find_position(const Object& key, Failure& failure) const;
  std::size_t find_hashed(const Object& key, std::uint64_t hash, Failure& failure) const;
  std::size_t find_linear(const Object& key, Failure& failure) const;
  void append(Object&& key, Object&& value, std::uint64_t hash);
  DictNode::Entry cut(std::size_t position);
  bool hash_all(Failure& failure);
  /// Closes the holes and makes the index anew.
  void rebuild();
  void fill_index(std::size_t items);

  DictNode* node_;
};

}  // namespace mp::detail
