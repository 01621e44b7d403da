#include "wire/object/dict_table.hpp"

#include <algorithm>

#include "wire/object/semantics.hpp"

namespace mp::detail {

std::size_t DictTable::find_linear(const Object& key, Failure& failure) const {
  for (std::size_t i = 0; i < node_->entries.size() && !failure; ++i) {
    const Object& candidate = node_->entries[i].key;
    if (!Access::is_hole(candidate) && equal_objects(candidate, key, failure)) return i;
  }
  return HashIndex::kNone;
}

std::size_t DictTable::find_hashed(const Object& key, std::uint64_t hash, Failure& failure) const {
  const std::size_t position = node_->index.find(hash, [&](std::size_t at) {
    return failure || equal_objects(node_->entries[at].key, key, failure);
  });
  return failure ? HashIndex::kNone : position;
}

std::size_t DictTable::find_position(const Object& key, Failure& failure) const {
  if (!node_->index.active())
    return check_hashable(key, failure) ? find_linear(key, failure) : HashIndex::kNone;
  const std::uint64_t hash = hash_object(key, failure);
  return failure ? HashIndex::kNone : find_hashed(key, hash, failure);
}

const Object* DictTable::find(const Object& key, Failure& failure) const {
  const std::size_t position = find_position(key, failure);
  return position == HashIndex::kNone ? nullptr : &node_->entries[position].value;
}

const Object* DictTable::find_str(std::string_view key) const {
  if (node_->index.active()) {
    Failure none;  // a str is hashable
    return find(Object::str(key), none);
  }
  for (const DictNode::Entry& entry : node_->entries)
    if (entry.key.is_str(key)) return &entry.value;
  return nullptr;
}

bool DictTable::set(Object&& key, Object& value, Failure& failure) {
  if (!node_->index.active() && node_->entries.size() == HashIndex::kLinearMax) {
    if (!hash_all(failure)) return false;
    rebuild();
  }
  std::uint64_t hash = 0;
  std::size_t position = HashIndex::kNone;
  if (node_->index.active()) {
    hash = hash_object(key, failure);
    if (!failure) position = find_hashed(key, hash, failure);
  } else if (check_hashable(key, failure)) {
    position = find_linear(key, failure);
  }
  if (failure) return false;
  if (position != HashIndex::kNone) {
    node_->entries[position].value.swap(value);
    return false;
  }
  append(std::move(key), std::move(value), hash);
  return true;
}

void DictTable::append(Object&& key, Object&& value, std::uint64_t hash) {
  node_->entries.push_back({std::move(key), std::move(value), hash});
  ++node_->live;
  if (node_->index.active() && !node_->index.insert(hash, node_->entries.size() - 1)) rebuild();
}

DictNode::Entry DictTable::cut(std::size_t position) {
  DictNode::Entry& entry = node_->entries[position];
  if (node_->index.active()) node_->index.erase(entry.hash, position);
  DictNode::Entry taken{Access::counted(std::move(entry.key)),
                        Access::counted(std::move(entry.value)), entry.hash};
  entry.key = Access::hole();
  --node_->live;
  while (!node_->entries.empty() && Access::is_hole(node_->entries.back().key))
    node_->entries.pop_back();
  // Walking past holes must not cost more than the items do.
  if (node_->entries.size() > 2 * node_->live + 16) rebuild();
  return taken;
}

std::optional<Object> DictTable::take(const Object& key, Failure& failure) {
  const std::size_t position = find_position(key, failure);
  if (position == HashIndex::kNone) return std::nullopt;
  return cut(position).value;
}

std::optional<std::pair<Object, Object>> DictTable::take_last() {
  if (node_->live == 0) return std::nullopt;
  DictNode::Entry last = cut(node_->entries.size() - 1);
  return std::pair(std::move(last.key), std::move(last.value));
}

void DictTable::clear() {
  const std::vector<DictNode::Entry> entries = std::move(node_->entries);
  node_->entries.clear();
  node_->live = 0;
  node_->index.reset();
}

void DictTable::copy_from(const DictNode& original) {
  node_->entries.reserve(original.live);
  for (const DictNode::Entry& entry : original.entries)
    if (!Access::is_hole(entry.key)) node_->entries.push_back(entry);
  node_->live = original.live;
  if (original.index.active()) rebuild();
}

const DictNode::Entry* DictTable::next(std::size_t& position) const {
  while (position < node_->entries.size()) {
    const DictNode::Entry& entry = node_->entries[position++];
    if (!Access::is_hole(entry.key)) return &entry;
  }
  return nullptr;
}

void DictTable::set_deferred(Object&& key, Object&& value) {
  node_->entries.push_back({std::move(key), std::move(value), 0});
  ++node_->live;
}

void DictTable::settle(Slots& dropped, Failure& failure) {
  std::vector<DictNode::Entry> entries = std::move(node_->entries);
  clear();
  node_->entries.reserve(entries.size());
  node_->deferred = false;
  for (DictNode::Entry& entry : entries) {
    if (!failure && set(std::move(entry.key), entry.value, failure)) continue;
    dropped.push_back(std::move(entry.key));
    dropped.push_back(std::move(entry.value));
  }
}

bool DictTable::hash_all(Failure& failure) {
  for (DictNode::Entry& entry : node_->entries)
    if (!Access::is_hole(entry.key)) entry.hash = hash_object(entry.key, failure);
  return !failure;
}

void DictTable::rebuild() {
  std::erase_if(node_->entries,
                [](const DictNode::Entry& entry) { return Access::is_hole(entry.key); });
  node_->index.reset();
  if (node_->entries.size() < HashIndex::kLinearMax) return;
  fill_index(node_->entries.size());
}

bool DictTable::prepare_index(std::size_t items, Failure& failure) {
  if (!node_->index.active() && !hash_all(failure)) return false;
  fill_index(items);
  return true;
}

void DictTable::fill_index(std::size_t items) {
  node_->index.prepare(items);
  for (std::size_t i = 0; i < node_->entries.size(); ++i)
    node_->index.insert(node_->entries[i].hash, i);
}

}  // namespace mp::detail
