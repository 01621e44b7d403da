#include "model/dict_model.hpp"

#include <algorithm>

#include "model/sequence.hpp"

namespace mpspec {

std::optional<std::size_t> DictModel::find(const Value& key) const {
  for (std::size_t at = 0; at < items_.size(); ++at) {
    if (python_equal(items_[at].first, key)) return at;
  }
  return std::nullopt;
}

Value DictModel::take(std::size_t at) {
  Value value = items_[at].second;
  items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(at));
  return value;
}

ModelResult DictModel::getitem(const Value& key) const {
  if (!hashable(key)) return fails("TypeError");
  const auto at = find(key);
  return at ? ModelResult(items_[*at].second) : fails("KeyError");
}

ModelResult DictModel::setitem(const Value& key, const Value& value) {
  if (!hashable(key)) return fails("TypeError");
  if (const auto at = find(key)) {
    items_[*at].second = value;
  } else {
    items_.emplace_back(key, value);
  }
  return Value();
}

ModelResult DictModel::delitem(const Value& key) {
  if (!hashable(key)) return fails("TypeError");
  const auto at = find(key);
  if (!at) return fails("KeyError");
  take(*at);
  return Value();
}

ModelResult DictModel::contains(const Value& key) const {
  if (!hashable(key)) return fails("TypeError");
  return Value(find(key).has_value());
}

ModelResult DictModel::get(const Value& key, const Value& fallback) const {
  if (!hashable(key)) return fails("TypeError");
  const auto at = find(key);
  return at ? items_[*at].second : fallback;
}

ModelResult DictModel::pop(const Value& key, const std::optional<Value>& fallback) {
  if (!hashable(key)) return fails("TypeError");
  if (const auto at = find(key)) return take(*at);
  return fallback ? ModelResult(*fallback) : fails("KeyError");
}

ModelResult DictModel::popitem() {
  if (items_.empty()) return fails("KeyError");
  const Value key = items_.back().first;
  return tuple({key, take(items_.size() - 1)});
}

ModelResult DictModel::setdefault(const Value& key, const Value& fallback) {
  if (!hashable(key)) return fails("TypeError");
  if (const auto at = find(key)) return items_[*at].second;
  items_.emplace_back(key, fallback);
  return fallback;
}

ModelResult DictModel::update(const Value& other) {
  if (const auto* mapping = other.get_if<Dict>()) {
    for (const auto& [key, value] : mapping->items) setitem(key, value);
    return Value();
  }
  const auto pairs = iterate(other);
  if (!pairs) return fails("TypeError");
  for (const Value& item : *pairs) {
    const auto pair = iterate(item);
    if (!pair) return fails("TypeError");
    if (pair->size() != 2) return fails("ValueError");
    const ModelResult set = setitem(pair->at(0), pair->at(1));
    if (std::holds_alternative<ModelError>(set)) return set;
  }
  return Value();
}

ModelResult DictModel::clear() {
  items_.clear();
  return Value();
}

Value DictModel::keys() const {
  List out;
  for (const auto& [key, value] : items_) out.items.push_back(key);
  return out;
}

Value DictModel::values() const {
  List out;
  for (const auto& [key, value] : items_) out.items.push_back(value);
  return out;
}

Value DictModel::items() const {
  List out;
  for (const auto& [key, value] : items_) out.items.push_back(tuple({key, value}));
  return out;
}

}  // namespace mpspec
