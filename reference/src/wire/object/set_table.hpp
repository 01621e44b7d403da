#pragma once

#include <cstddef>

#include "wire/object/nodes.hpp"
#include "wire/object/walk.hpp"

namespace mp::detail {

/// The operations of a set on its node.
class SetTable {
 public:
  explicit SetTable(SetNode* node) : node_(node) {}

  /// Position of an equal item, or HashIndex::kNone.
  std::size_t find(const Object& item, Failure& failure) const;
  /// False when an equal item is there: `item` keeps what it had.
  bool add(Object&& item, Failure& failure);
  bool discard(const Object& item, Failure& failure);
  void clear();

  /// Makes the index, so that it has room for so many items in all and add() allocates none beside
  /// the hashes.
  bool prepare_index(std::size_t items, Failure& failure);

  /// Adds without looking whether it is there; settle() does, for all.
  void add_deferred(Object&& item) {
    node_->hash = 0;
    node_->items.push_back(std::move(item));
  }
  /// Compares all items; those that were there already go to `dropped`.
  void settle(Slots& dropped, Failure& failure);

 private:
  std::size_t find_hashed(const Object& item, std::uint64_t hash, Failure& failure) const;
  bool hash_all(Failure& failure);
  void build_index(Failure& failure);
  void fill_index(std::size_t items);

  SetNode* node_;
};

}  // namespace mp::detail
