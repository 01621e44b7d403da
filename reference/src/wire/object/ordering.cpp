#include <algorithm>
#include <string>

#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"
#include "wire/object/set_table.hpp"

namespace mp {
namespace detail {
namespace {

bool fail_unordered(const Object& a, const Object& b, Failure& failure) {
  return failure.set(ErrorCode::InvalidArgument, "'<' not supported between instances of '" +
                                                     std::string(type_name(a)) + "' and '" +
                                                     std::string(type_name(b)) + "'");
}

bool is_any_set(const Object& object) {
  return object.kind() == Kind::Set || object.kind() == Kind::FrozenSet;
}

bool is_any_bytes(const Object& object) {
  return object.kind() == Kind::Bytes || object.kind() == Kind::ByteArray;
}

/// The first items that differ decide; if none does, the lengths.
template <class ItemOf>
bool less_sequences(std::size_t a_size, std::size_t b_size, ItemOf&& item_of, Failure& failure) {
  for (std::size_t i = 0; i < std::min(a_size, b_size); ++i) {
    const auto& [x, y] = item_of(i);
    if (equal_objects(x, y, failure)) continue;
    return !failure && less_objects(x, y, failure);
  }
  return a_size < b_size;
}

struct Borrowed {
  const Object& first;
  const Object& second;
};

bool less_items(std::span<const Object> a, std::span<const Object> b, Failure& failure) {
  return less_sequences(
      a.size(), b.size(),
      [&](std::size_t i) {
        return Borrowed{a[i], b[i]};
      },
      failure);
}

bool less_arrays(const Object& a, const Object& b, Failure& failure) {
  return less_sequences(
      *a.length(), *b.length(),
      [&](std::size_t i) { return std::pair(a.array_item(i), b.array_item(i)); }, failure);
}

bool less_slices(const Object& a, const Object& b, Failure& failure) {
  const Object x[] = {a.start(), a.stop(), a.step()};
  const Object y[] = {b.start(), b.stop(), b.step()};
  return less_items(x, y, failure);
}

/// Sets: a proper subset.
bool less_sets(const Object& a, const Object& b, Failure& failure) {
  return a.items().size() < b.items().size() &&
         std::ranges::all_of(a.items(), [&](const Object& item) {
           return SetTable(as<SetNode>(b)).find(item, failure) != HashIndex::kNone;
         });
}

bool less_containers(const Object& a, const Object& b, Failure& failure) {
  const Descent deeper("in comparison", failure);
  if (!deeper) return false;
  if (is_any_set(a) && is_any_set(b)) return less_sets(a, b, failure);
  if (a.kind() != b.kind()) return fail_unordered(a, b, failure);
  switch (a.kind()) {
    case Kind::List:
    case Kind::Tuple:
      return less_items(a.items(), b.items(), failure);
    case Kind::Array:
      return less_arrays(a, b, failure);
    case Kind::Slice:
      return less_slices(a, b, failure);
    default:
      return fail_unordered(a, b, failure);
  }
}

}  // namespace

bool less_objects(const Object& a, const Object& b, Failure& failure) {
  if (is_number(a) && is_number(b)) {
    if (a.kind() == Kind::Complex || b.kind() == Kind::Complex)
      return fail_unordered(a, b, failure);
    return less_numbers(a, b);
  }
  // Bytes of UTF-8 sort as its characters do, and std::string_view compares unsigned.
  if (a.kind() == Kind::Str && b.kind() == Kind::Str) return a.as_str() < b.as_str();
  const auto compares_as_buffer = [](const Object& x, const Object& y) {
    return (is_any_bytes(x) && is_any_bytes(y)) ||
           (x.kind() == Kind::ByteArray && y.kind() == Kind::Array);
  };
  if (compares_as_buffer(a, b) || compares_as_buffer(b, a)) return a.as_bytes() < b.as_bytes();
  return less_containers(a, b, failure);
}

}  // namespace detail

Result<bool> compare_less(const Object& a, const Object& b) {
  detail::Failure failure;
  return detail::finish(detail::less_objects(a, b, failure) && !failure, failure);
}

}  // namespace mp
