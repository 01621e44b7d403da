#include "model/shared_numbers.hpp"

#include "model/sequence.hpp"

namespace mpspec {
namespace {

/// Items of a list, or the characters of bytes as bytes of length one.
std::vector<Value> items_of_sequence(const Value& sequence) {
  if (const auto* items = sequence.get_if<List>()) return items->items;
  std::vector<Value> out;
  for (const char character : sequence.get_if<Bytes>()->data)
    out.push_back(bytes(std::string(1, character)));
  return out;
}

}  // namespace

ModelResult ValueModel::set(const Value& value) {
  ModelResult stored = type_.stored(value);
  if (std::holds_alternative<ModelError>(stored)) return stored;
  value_ = std::get<Value>(stored);
  return Value();
}

ArrayModel::ArrayModel(const CType& type, const std::vector<Value>& items) : type_(type) {
  for (const Value& item : items) items_.push_back(std::get<Value>(type_.stored(item)));
}

ModelResult ArrayModel::getitem(const Value& key) const {
  if (const auto* slice = key.get_if<Slice>()) {
    const auto range = slice_range(*slice, size());
    if (const auto* error = std::get_if<ModelError>(&range)) return *error;
    List out;
    std::string characters;
    for (const std::size_t position : std::get<SliceRange>(range).positions()) {
      out.items.push_back(items_[position]);
      if (type_.is_character()) characters += items_[position].get_if<Bytes>()->data;
    }
    return type_.is_character() ? bytes(characters) : Value(out);
  }
  const auto index = as_index(key);
  if (!index) return fails("TypeError");
  const auto position = position_of(*index, size());
  if (!position) return fails("IndexError");
  return items_[*position];
}

ModelResult ArrayModel::setitem(const Value& key, const Value& value) {
  if (const auto* slice = key.get_if<Slice>()) return assign(*slice, value);
  const auto index = as_index(key);
  if (!index) return fails("TypeError");
  const auto position = position_of(*index, size());
  if (!position) return fails("IndexError");
  ModelResult stored = type_.stored(value);
  if (std::holds_alternative<ModelError>(stored)) return stored;
  items_[*position] = std::get<Value>(stored);
  return Value();
}

ModelResult ArrayModel::assign(const Slice& slice, const Value& value) {
  const auto range = slice_range(slice, size());
  if (const auto* error = std::get_if<ModelError>(&range)) return *error;
  const auto positions = std::get<SliceRange>(range).positions();
  const auto items = items_of_sequence(value);
  if (items.size() != positions.size()) return fails("ValueError");
  for (std::size_t i = 0; i < items.size(); ++i)
    items_[positions[i]] = std::get<Value>(type_.stored(items[i]));
  return Value();
}

}  // namespace mpspec
