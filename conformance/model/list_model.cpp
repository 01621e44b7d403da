#include "model/list_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/sequence.hpp"

namespace mpspec {
namespace {

using Iterator = std::vector<Value>::difference_type;

bool fits_machine(const BigInt& number) {
  return number >= std::numeric_limits<std::int64_t>::min() &&
         number <= std::numeric_limits<std::int64_t>::max();
}

bool has_one_order(const Value& value) {
  if (value.is<Set>() || value.is<FrozenSet>()) return false;
  if (const auto* number = value.get_if<double>()) return !std::isnan(*number);
  const auto* in_list = value.get_if<List>();
  const auto* in_tuple = value.get_if<Tuple>();
  if (in_list == nullptr && in_tuple == nullptr) return true;
  const auto& items = in_list != nullptr ? in_list->items : in_tuple->items;
  return std::all_of(items.begin(), items.end(), has_one_order);
}

}  // namespace

ModelResult ListModel::getitem(const Value& key) const {
  if (const auto* slice = key.get_if<Slice>()) {
    const auto selected = slice_range(*slice, items_.size());
    if (const auto* error = std::get_if<ModelError>(&selected)) return *error;
    List out;
    for (const std::size_t at : std::get<SliceRange>(selected).positions())
      out.items.push_back(items_[at]);
    return out;
  }
  const auto index = as_index(key);
  if (!index) return fails("TypeError");
  const auto at = position_of(*index, items_.size());
  return at ? ModelResult(items_[*at]) : fails("IndexError");
}

ModelResult ListModel::setitem(const Value& key, const Value& value) {
  if (const auto* slice = key.get_if<Slice>()) return assign(*slice, value);
  const auto index = as_index(key);
  if (!index) return fails("TypeError");
  const auto at = position_of(*index, items_.size());
  if (!at) return fails("IndexError");
  items_[*at] = value;
  return Value();
}

ModelResult ListModel::assign(const Slice& slice, const Value& value) {
  const auto selected = slice_range(slice, items_.size());
  if (const auto* error = std::get_if<ModelError>(&selected)) return *error;
  const auto& range = std::get<SliceRange>(selected);
  const auto fresh = iterate(value);
  if (!fresh) return fails("TypeError");
  if (range.contiguous()) {
    const auto first = items_.begin() + static_cast<Iterator>(range.start);
    const auto hole = items_.erase(first, first + static_cast<Iterator>(range.count));
    items_.insert(hole, fresh->begin(), fresh->end());
    return Value();
  }
  if (fresh->size() != range.count) return fails("ValueError");
  const auto positions = range.positions();
  for (std::size_t i = 0; i < positions.size(); ++i) items_[positions[i]] = (*fresh)[i];
  return Value();
}

ModelResult ListModel::delitem(const Value& key) {
  if (const auto* slice = key.get_if<Slice>()) return erase(*slice);
  const auto index = as_index(key);
  if (!index) return fails("TypeError");
  const auto at = position_of(*index, items_.size());
  if (!at) return fails("IndexError");
  items_.erase(items_.begin() + static_cast<Iterator>(*at));
  return Value();
}

ModelResult ListModel::erase(const Slice& slice) {
  const auto selected = slice_range(slice, items_.size());
  if (const auto* error = std::get_if<ModelError>(&selected)) return *error;
  auto positions = std::get<SliceRange>(selected).positions();
  std::sort(positions.begin(), positions.end(), std::greater<>());
  for (const std::size_t at : positions) items_.erase(items_.begin() + static_cast<Iterator>(at));
  return Value();
}

ModelResult ListModel::append(Value item) {
  items_.push_back(std::move(item));
  return Value();
}

ModelResult ListModel::extend(const Value& iterable) {
  const auto more = iterate(iterable);
  if (!more) return fails("TypeError");
  items_.insert(items_.end(), more->begin(), more->end());
  return Value();
}

ModelResult ListModel::insert(const Value& index, Value item) {
  const auto number = as_index(index);
  if (!number) return fails("TypeError");
  if (!fits_machine(*number)) return fails("OverflowError");
  const auto at = static_cast<Iterator>(clamped(*number, items_.size()));
  items_.insert(items_.begin() + at, std::move(item));
  return Value();
}

ModelResult ListModel::pop(const Value& index) {
  const auto number = as_index(index);
  if (!number) return fails("TypeError");
  if (!fits_machine(*number)) return fails("OverflowError");
  const auto at = position_of(*number, items_.size());
  if (!at) return fails("IndexError");
  Value item = items_[*at];
  items_.erase(items_.begin() + static_cast<Iterator>(*at));
  return item;
}

std::optional<std::size_t> ListModel::find(const Value& item, std::size_t start,
                                           std::size_t stop) const {
  for (std::size_t at = start; at < stop; ++at) {
    if (python_equal(items_[at], item)) return at;
  }
  return std::nullopt;
}

ModelResult ListModel::remove(const Value& item) {
  const auto at = find(item, 0, items_.size());
  if (!at) return fails("ValueError");
  items_.erase(items_.begin() + static_cast<Iterator>(*at));
  return Value();
}

ModelResult ListModel::contains(const Value& item) const {
  return Value(find(item, 0, items_.size()).has_value());
}

ModelResult ListModel::count(const Value& item) const {
  return Value(std::count_if(items_.begin(), items_.end(),
                             [&](const Value& own) { return python_equal(own, item); }));
}

ModelResult ListModel::index(const Value& item, const Value& start, const Value& stop) const {
  const auto from = start.is<None>() ? BigInt(0) : as_index(start);
  const auto to = stop.is<None>() ? BigInt(items_.size()) : as_index(stop);
  if (!from || !to) return fails("TypeError");
  const auto at = find(item, clamped(*from, items_.size()), clamped(*to, items_.size()));
  return at ? ModelResult(Value(*at)) : fails("ValueError");
}

ModelResult ListModel::reverse() {
  std::reverse(items_.begin(), items_.end());
  return Value();
}

ModelResult ListModel::reversed() const {
  return list(std::vector<Value>(items_.rbegin(), items_.rend()));
}

bool ListModel::sort_is_defined() const {
  return std::all_of(items_.begin(), items_.end(), has_one_order);
}

ModelResult ListModel::sort(bool reverse) {
  // To put two items in order a sort has to compare them, directly or through others of their kind.
  for (std::size_t i = 0; i < items_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!python_less(items_[i], items_[j])) return fails("TypeError");
    }
  }
  std::stable_sort(items_.begin(), items_.end(), [&](const Value& a, const Value& b) {
    return reverse ? *python_less(b, a) : *python_less(a, b);
  });
  return Value();
}

ModelResult ListModel::add(const Value& other) const {
  const auto* more = other.get_if<List>();
  if (more == nullptr) return fails("TypeError");
  List out{items_};
  out.items.insert(out.items.end(), more->items.begin(), more->items.end());
  return out;
}

ModelResult ListModel::mul(const Value& times) const {
  const auto number = as_index(times);
  if (!number) return fails("TypeError");
  if (!fits_machine(*number)) return fails("OverflowError");
  List out;
  for (BigInt i = 0; i < *number; ++i)
    out.items.insert(out.items.end(), items_.begin(), items_.end());
  return out;
}

ModelResult ListModel::imul(const Value& times) {
  const auto product = mul(times);
  const auto* value = std::get_if<Value>(&product);
  if (value == nullptr) return product;
  items_ = value->get_if<List>()->items;
  return Value();
}

}  // namespace mpspec
