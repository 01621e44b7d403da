#include "model/shareable_list_model.hpp"

#include <algorithm>
#include <optional>

#include "model/sequence.hpp"

namespace mpspec {
namespace {

constexpr std::size_t kAlignment = 8;

/// Of a string or bytes; nothing for what fits into every place.
std::optional<std::size_t> length(const Value& value) {
  if (const auto* text = value.get_if<Str>()) return text->utf8.size();
  if (const auto* data = value.get_if<Bytes>()) return data->data.size();
  return std::nullopt;
}

}  // namespace

ShareableListModel::ShareableListModel(const std::vector<Value>& items) {
  for (const Value& item : items)
    places_.push_back({item, kAlignment * (length(item).value_or(0) / kAlignment + 1)});
}

ModelResult ShareableListModel::to_list() const {
  List out;
  for (const Place& place : places_) out.items.push_back(place.item);
  return Value(out);
}

ModelResult ShareableListModel::getitem(const BigInt& index) const {
  const auto position = position_of(index, size());
  if (!position) return fails("IndexError");
  return places_[*position].item;
}

ModelResult ShareableListModel::setitem(const BigInt& index, const Value& value) {
  const auto position = position_of(index, size());
  if (!position) return fails("IndexError");
  Place& place = places_[*position];
  if (length(value).value_or(0) > place.bytes) return fails("ValueError");
  place.item = value;
  return Value();
}

ModelResult ShareableListModel::index(const Value& value) const {
  const auto found = std::find_if(places_.begin(), places_.end(), [&](const Place& place) {
    return python_equal(place.item, value);
  });
  if (found == places_.end()) return fails("ValueError");
  return Value(found - places_.begin());
}

ModelResult ShareableListModel::count(const Value& value) const {
  return Value(std::count_if(places_.begin(), places_.end(),
                             [&](const Place& place) { return python_equal(place.item, value); }));
}

ModelResult ShareableListModel::contains(const Value& value) const {
  return Value(std::holds_alternative<Value>(index(value)));
}

}  // namespace mpspec
