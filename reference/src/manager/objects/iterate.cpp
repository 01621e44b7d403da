#include "manager/objects/iterate.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "manager/objects/arguments.hpp"
#include "manager/objects/python_text.hpp"

namespace mp::manager {
namespace {

using Items = std::vector<Object>;

Items copy_of(std::span<const Object> items) { return Items(items.begin(), items.end()); }

Raise not_iterable(const Object& object) {
  return type_error("'" + python_type_name(object) + "' object is not iterable");
}

Raise too_long() { return Raise::of(Object::exception("builtins", "MemoryError")); }

Items keys_of(const DictView& dict) {
  Items keys;
  keys.reserve(dict.size());
  for (const DictView::Item item : dict) keys.push_back(item.key);
  return keys;
}

Items characters_of(std::string_view text) {
  const auto is_continuation = [](char byte) { return (byte & 0xC0) == 0x80; };
  Items characters;
  for (std::size_t from = 0; from < text.size();) {
    std::size_t to = from + 1;
    while (to < text.size() && is_continuation(text[to])) ++to;
    characters.push_back(Object::str(text.substr(from, to - from)));
    from = to;
  }
  return characters;
}

Items numbers_of(std::string_view bytes) {
  Items numbers;
  numbers.reserve(bytes.size());
  for (const char byte : bytes)
    numbers.push_back(Object::integer(static_cast<unsigned char>(byte)));
  return numbers;
}

Attempt<Items> range_items(const Object& range) {
  if (!range.start().fits_int64() || !range.stop().fits_int64() || !range.step().fits_int64()) {
    return overflow_error("Python int too large to convert to C ssize_t");
  }
  const Result<std::size_t> length = range.length();
  if (!length || *length > kIterationMax) return too_long();
  Items items;
  items.reserve(*length);
  std::int64_t next = range.start().as_int64();
  for (std::size_t i = 0; i < *length; ++i) {
    items.push_back(Object::integer(next));
    if (i + 1 < *length) next += range.step().as_int64();
  }
  return items;
}

Items array_items(const Object& array) {
  Items items;
  const std::size_t length = array.length().value_or(0);
  items.reserve(length);
  for (std::size_t i = 0; i < length; ++i) items.push_back(array.array_item(i));
  return items;
}

struct CollectionType {
  std::string_view module;
  std::string_view name;
  std::size_t position;  // of the argument that has the contents
  bool is_mapping;
};
// collections.X(contents), and what is then appended or assigned: how these pickle.
constexpr std::array<CollectionType, 4> kCollections = {{
    {"collections", "OrderedDict", 0, true},
    {"collections", "Counter", 0, true},
    {"collections", "defaultdict", 1, true},
    {"collections", "deque", 0, false},
}};

const CollectionType* collection_type(const Object& object) {
  for (const CollectionType& type : kCollections) {
    if (object.is_instance_of(type.module, type.name)) return &type;
  }
  return nullptr;
}

const Object* argument(const Object& opaque, std::size_t position) {
  const std::span<const Object> args = opaque.args().items();
  return position < args.size() ? &args[position] : nullptr;
}

Attempt<Object> collection_as_dict(Host& host, const Object& object, const CollectionType& type) {
  Object result = Object::dict();
  DictView dict = result.as_dict();
  if (const Object* contents = argument(object, type.position)) {
    MP_TRY_ASSIGN(result, to_dict(host, *contents));
    dict = result.as_dict();
  }
  for (const OpaqueStep& step : object.steps()) {
    if (step.what() != OpaqueStep::What::SetItem) continue;
    const std::span<const Object> values = step.values();
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
      MP_TRY(attempt(dict.set(values[i], values[i + 1])));
    }
  }
  return result;
}

Attempt<Items> deque_items(Host& host, const Object& deque, const CollectionType& type) {
  Items items;
  if (const Object* contents = argument(deque, type.position)) {
    MP_TRY_ASSIGN(items, iterate(host, *contents));
  }
  for (const OpaqueStep& step : deque.steps()) {
    if (step.what() != OpaqueStep::What::Append) continue;
    items.insert(items.end(), step.values().begin(), step.values().end());
  }
  return items;
}

/// iter(x), whose state is the next position, and reversed(x), whose state is the next one down.
Attempt<Items> iterator_items(Host& host, const Object& iterator, bool is_reversed) {
  const Object* source = argument(iterator, 0);
  if (source == nullptr) return not_iterable(iterator);
  MP_TRY_ASSIGN(Items items, iterate(host, *source));
  const Object* state = iterator.state();
  const bool positioned = state != nullptr && is_integer(*state) && state->fits_int64();
  const auto size = static_cast<std::int64_t>(items.size());
  if (positioned) {
    const std::int64_t position = state->as_int64();
    if (is_reversed) {
      items.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(position + 1, 0, size)));
    } else {
      items.erase(items.begin(), items.begin() + std::clamp<std::int64_t>(position, 0, size));
    }
  }
  if (is_reversed) std::reverse(items.begin(), items.end());
  return items;
}

/// zip(a, b, ...): tuples, as many as the shortest has items.
Attempt<Items> zip_items(Host& host, const Object& zip) {
  std::vector<Items> columns;
  for (const Object& source : zip.args().items()) {
    MP_TRY_ASSIGN(Items column, iterate(host, source));
    columns.push_back(std::move(column));
  }
  Items rows;
  if (columns.empty()) return rows;
  const auto shortest =
      std::min_element(columns.begin(), columns.end(),
                       [](const Items& a, const Items& b) { return a.size() < b.size(); });
  for (std::size_t i = 0; i < shortest->size(); ++i) {
    Items row;
    for (const Items& column : columns) row.push_back(column[i]);
    rows.push_back(Object::tuple(std::move(row)));
  }
  return rows;
}

/// enumerate(iterable, start).
Attempt<Items> enumerate_items(Host& host, const Object& enumerate) {
  const Object* source = argument(enumerate, 0);
  if (source == nullptr) return not_iterable(enumerate);
  MP_TRY_ASSIGN(Items items, iterate(host, *source));
  std::int64_t number = 0;
  if (const Object* start = argument(enumerate, 1)) {
    MP_TRY_ASSIGN(number, to_index(*start));
  }
  if (number > std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(items.size())) {
    return overflow_error("Python int too large to convert to C ssize_t");
  }
  for (Object& item : items) item = Object::tuple_of(Object::integer(number++), item);
  return items;
}

Attempt<Items> opaque_items(Host& host, const Object& object) {
  if (const Referent* referent = host.referent_of(object)) return referent->iterate();
  if (object.is_instance_of("builtins", "iter")) return iterator_items(host, object, false);
  if (object.is_instance_of("builtins", "reversed")) return iterator_items(host, object, true);
  if (object.is_instance_of("builtins", "zip")) return zip_items(host, object);
  if (object.is_instance_of("builtins", "enumerate")) return enumerate_items(host, object);
  const CollectionType* type = collection_type(object);
  if (type == nullptr) return not_iterable(object);
  if (!type->is_mapping) return deque_items(host, object, *type);
  MP_TRY_ASSIGN(const Object dict, collection_as_dict(host, object, *type));
  return keys_of(dict.as_dict());
}

Raise bad_pair(std::size_t position, const std::string& what) {
  return type_error("cannot convert dictionary update sequence element #" +
                    std::to_string(position) + what);
}

Attempt<Object> dict_of_pairs(Host& host, const Object& pairs) {
  MP_TRY_ASSIGN(const Items elements, iterate(host, pairs));
  Object result = Object::dict();
  DictView dict = result.as_dict();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Attempt<Items> pair = iterate(host, elements[i]);
    if (!pair) return bad_pair(i, " to a sequence");
    if (pair->size() != 2) {
      return value_error("dictionary update sequence element #" + std::to_string(i) +
                         " has length " + std::to_string(pair->size()) + "; 2 is required");
    }
    MP_TRY(attempt(dict.set((*pair)[0], (*pair)[1])));
  }
  return result;
}

}  // namespace

Attempt<std::vector<Object>> iterate(Host& host, const Object& object) {
  switch (object.kind()) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
    case Kind::FrozenSet:
      return copy_of(object.items());
    case Kind::Dict:
      return keys_of(object.as_dict());
    case Kind::Str:
      return characters_of(object.as_str());
    case Kind::Bytes:
    case Kind::ByteArray:
      return numbers_of(object.as_bytes());
    case Kind::Range:
      return range_items(object);
    case Kind::Array:
      return array_items(object);
    case Kind::Opaque:
      return opaque_items(host, object);
    default:
      return not_iterable(object);
  }
}

Attempt<Object> to_dict(Host& host, const Object& object) {
  if (object.kind() == Kind::Dict) return object.copy();
  if (object.kind() == Kind::Opaque) {
    if (const Referent* referent = host.referent_of(object)) {
      if (referent->type().type_id == "dict") return referent->as_mapping();
    } else if (const CollectionType* type = collection_type(object); type && type->is_mapping) {
      return collection_as_dict(host, object, *type);
    }
  }
  return dict_of_pairs(host, object);
}

}  // namespace mp::manager
