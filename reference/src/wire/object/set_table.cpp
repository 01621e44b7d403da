#include "wire/object/set_table.hpp"

#include "wire/object/semantics.hpp"

namespace mp::detail {

std::size_t SetTable::find(const Object& item, Failure& failure) const {
  if (node_->index.active()) {
    const std::uint64_t hash = hash_object(item, failure);
    return failure ? HashIndex::kNone : find_hashed(item, hash, failure);
  }
  if (!check_hashable(item, failure)) return HashIndex::kNone;
  for (std::size_t i = 0; i < node_->items.size() && !failure; ++i)
    if (equal_objects(node_->items[i], item, failure)) return i;
  return HashIndex::kNone;
}

std::size_t SetTable::find_hashed(const Object& item, std::uint64_t hash, Failure& failure) const {
  const std::size_t position = node_->index.find(hash, [&](std::size_t at) {
    return failure || equal_objects(node_->items[at], item, failure);
  });
  return failure ? HashIndex::kNone : position;
}

bool SetTable::add(Object&& item, Failure& failure) {
  node_->hash = 0;
  if (!node_->index.active() && node_->items.size() == HashIndex::kLinearMax) {
    build_index(failure);
    if (failure) return false;
  }
  if (!node_->index.active()) {
    if (find(item, failure) != HashIndex::kNone || failure) return false;
    node_->items.push_back(std::move(item));
    return true;
  }
  const std::uint64_t hash = hash_object(item, failure);
  if (failure || find_hashed(item, hash, failure) != HashIndex::kNone || failure) return false;
  node_->items.push_back(std::move(item));
  node_->hashes.push_back(hash);
  if (!node_->index.insert(hash, node_->items.size() - 1)) build_index(failure);
  return true;
}

bool SetTable::discard(const Object& item, Failure& failure) {
  const std::size_t position = find(item, failure);
  if (position == HashIndex::kNone) return false;
  node_->hash = 0;
  const std::size_t last = node_->items.size() - 1;
  if (node_->index.active()) {
    node_->index.erase(node_->hashes[position], position);
    if (position != last) node_->index.move(node_->hashes[last], last, position);
    node_->hashes[position] = node_->hashes[last];
    node_->hashes.pop_back();
  }
  if (position != last) node_->items[position].swap(node_->items[last]);
  const Object removed = node_->items.pop_back();  // dropped when the set is whole again
  return true;
}

void SetTable::clear() {
  const Slots items = std::move(node_->items);
  node_->hash = 0;
  node_->hashes.clear();
  node_->index.reset();
}

void SetTable::settle(Slots& dropped, Failure& failure) {
  Slots items = std::move(node_->items);
  node_->items.reserve(items.size());
  node_->hashes.clear();
  node_->index.reset();
  node_->deferred = false;
  for (Object& item : items) {
    const bool added = !failure && add(std::move(item), failure);
    if (!added) dropped.push_back(std::move(item));
  }
}

bool SetTable::hash_all(Failure& failure) {
  node_->hashes.clear();
  for (const Object& item : node_->items) node_->hashes.push_back(hash_object(item, failure));
  if (failure) node_->hashes.clear();
  return !failure;
}

void SetTable::build_index(Failure& failure) {
  if (node_->index.active() || hash_all(failure)) fill_index(node_->items.size());
}

bool SetTable::prepare_index(std::size_t items, Failure& failure) {
  if (!node_->index.active() && !hash_all(failure)) return false;
  fill_index(items);
  return true;
}

void SetTable::fill_index(std::size_t items) {
  node_->index.prepare(items);
  for (std::size_t i = 0; i < node_->items.size(); ++i) node_->index.insert(node_->hashes[i], i);
}

}  // namespace mp::detail
