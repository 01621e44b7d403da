#include "model/sequence.hpp"

namespace mpspec {
namespace {

std::size_t utf8_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::vector<Value> characters(const std::string& utf8) {
  std::vector<Value> out;
  for (std::size_t at = 0; at < utf8.size(); at += utf8_length(utf8[at]))
    out.emplace_back(utf8.substr(at, utf8_length(utf8[at])));
  return out;
}

std::vector<Value> octets(const std::string& data) {
  std::vector<Value> out;
  for (const char c : data) out.emplace_back(static_cast<unsigned char>(c));
  return out;
}

std::vector<Value> keys(const Dict& dict) {
  std::vector<Value> out;
  for (const auto& [key, value] : dict.items) out.push_back(key);
  return out;
}

std::vector<Value> numbers(const Range& range) {
  std::vector<Value> out;
  const long long stop = as_int(range.parts.at(1));
  const long long step = as_int(range.parts.at(2));
  for (long long n = as_int(range.parts.at(0)); step > 0 ? n < stop : n > stop; n += step)
    out.emplace_back(n);
  return out;
}

/// A bound of a slice that runs backwards: -1 stands before the first item.
BigInt clamped_backwards(BigInt bound, const BigInt& length) {
  if (bound < 0) bound += length;
  if (bound < -1) return -1;
  return bound < length ? bound : BigInt(length - 1);
}

}  // namespace

std::optional<std::vector<Value>> iterate(const Value& value) {
  if (const auto* items = value.get_if<List>()) return items->items;
  if (const auto* items = value.get_if<Tuple>()) return items->items;
  if (const auto* items = value.get_if<Set>()) return items->items;
  if (const auto* items = value.get_if<FrozenSet>()) return items->items;
  if (const auto* items = value.get_if<Array>()) return items->items;
  if (const auto* items = value.get_if<Dict>()) return keys(*items);
  if (const auto* text = value.get_if<Str>()) return characters(text->utf8);
  if (const auto* data = value.get_if<Bytes>()) return octets(data->data);
  if (const auto* data = value.get_if<ByteArray>()) return octets(data->data);
  if (const auto* range = value.get_if<Range>()) return numbers(*range);
  return std::nullopt;
}

std::optional<BigInt> as_index(const Value& value) {
  if (const auto* number = value.get_if<BigInt>()) return *number;
  if (const auto* flag = value.get_if<bool>()) return BigInt(*flag ? 1 : 0);
  return std::nullopt;
}

std::optional<std::size_t> position_of(const BigInt& index, std::size_t length) {
  const BigInt position = index < 0 ? BigInt(index + length) : index;
  if (position < 0 || position >= length) return std::nullopt;
  return static_cast<std::size_t>(position);
}

std::size_t clamped(BigInt bound, std::size_t length) {
  if (bound < 0) bound += length;
  if (bound < 0) return 0;
  return bound < length ? static_cast<std::size_t>(bound) : length;
}

std::vector<std::size_t> SliceRange::positions() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(static_cast<std::size_t>(BigInt(start + step * i)));
  return out;
}

std::variant<SliceRange, ModelError> slice_range(const Slice& slice, std::size_t length) {
  const auto given = [&](std::size_t part) { return !slice.parts.at(part).is<None>(); };
  const auto step = given(2) ? as_index(slice.parts.at(2)) : BigInt(1);
  if (!step) return ModelError{"TypeError"};
  if (*step == 0) return ModelError{"ValueError"};
  const bool forwards = *step > 0;
  const BigInt size = length;

  BigInt bounds[2] = {forwards ? BigInt(0) : BigInt(size - 1), forwards ? size : BigInt(-1)};
  for (const std::size_t part : {0U, 1U}) {
    if (!given(part)) continue;
    const auto bound = as_index(slice.parts.at(part));
    if (!bound) return ModelError{"TypeError"};
    bounds[part] = forwards ? BigInt(clamped(*bound, length)) : clamped_backwards(*bound, size);
  }
  const BigInt distance = forwards ? bounds[1] - bounds[0] : bounds[0] - bounds[1];
  const BigInt pace = forwards ? *step : BigInt(-*step);
  const BigInt count = distance > 0 ? BigInt((distance - 1) / pace + 1) : BigInt(0);
  const BigInt start = bounds[0] < 0 ? BigInt(0) : bounds[0];  // nothing is selected then
  return SliceRange{static_cast<std::size_t>(start), *step, static_cast<std::size_t>(count)};
}

}  // namespace mpspec
