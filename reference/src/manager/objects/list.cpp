#include "manager/objects/list.hpp"

#include <algorithm>
#include <limits>

#include "manager/objects/arguments.hpp"
#include "manager/objects/iterate.hpp"
#include "manager/objects/python_text.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr Method kMethods[] = {
    reading<&ListReferent::add>("__add__"),
    reading<&ListReferent::contains>("__contains__"),
    method<&ListReferent::delete_item>("__delitem__"),
    reading<&ListReferent::get_item>("__getitem__"),
    reading<&ListReferent::length>("__len__"),
    reading<&ListReferent::multiply>("__mul__"),
    reading<&ListReferent::reversed>("__reversed__"),
    reading<&ListReferent::multiply>("__rmul__"),
    method<&ListReferent::set_item>("__setitem__"),
    method<&ListReferent::append>("append"),
    reading<&ListReferent::count>("count"),
    method<&ListReferent::extend>("extend"),
    reading<&ListReferent::index>("index"),
    method<&ListReferent::insert>("insert"),
    taking<&ListReferent::pop>("pop"),
    method<&ListReferent::remove>("remove"),
    method<&ListReferent::reverse>("reverse"),
    method<&ListReferent::sort>("sort"),
    method<&ListReferent::multiply_in_place>("__imul__"),
};
constexpr ReferentType kType = {"list", kMethods};

Raise bad_index(const Object& index) {
  return type_error("list indices must be integers or slices, not " + python_type_name(index));
}

/// A bound of index(): counts from the end when negative, and is clipped.
Attempt<std::size_t> search_bound(const Object& bound, std::size_t length) {
  if (!is_integer(bound)) {
    return type_error("slice indices must be integers or have an __index__ method");
  }
  const auto size = static_cast<std::int64_t>(length);
  const bool is_negative = bound.int_text().starts_with('-');
  std::int64_t position = is_negative ? -size : size;
  if (bound.fits_int64()) position = bound.as_int64();
  if (position < 0) position += size;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(position, 0, size));
}

}  // namespace

std::unique_ptr<Referent> ListReferent::restore(Host& host, ObjectNumber number,
                                                SavedState& state) {
  std::unique_ptr<ListReferent> made(new ListReferent(host, number));
  made->items_ = state.list();
  made->references_.restore(state);
  return made;
}

Object ListReferent::save() const { return Object::tuple_of(items_, references_.save()); }

const ReferentType& ListReferent::type() const { return kType; }

Attempt<std::unique_ptr<Referent>> ListReferent::make(Host& host, ObjectNumber number,
                                                      const Call& call) {
  MP_TRY(expect_positional(call, "list", 0, 1));
  std::unique_ptr<ListReferent> list(new ListReferent(host, number));
  if (!call.args.empty()) {
    MP_TRY_ASSIGN(std::vector<Object> items, manager::iterate(host, call.args[0]));
    // The items of a proxy's referent may hold references that the request itself does not show.
    for (const Object& item : items) list->references_.stored(item, true);
    list->items_ = Object::list(std::move(items));
  }
  return std::unique_ptr<Referent>(std::move(list));
}

Attempt<std::vector<Object>> ListReferent::iterate() const {
  return std::vector<Object>(items_.items().begin(), items_.items().end());
}

Object ListReferent::take_at(std::size_t position) {
  Object taken = items_.take_at(position);
  references_.removed(taken);
  return taken;
}

Attempt<std::size_t> ListReferent::find(const Object& value, std::size_t from,
                                        std::size_t to) const {
  const std::span<const Object> items = items_.items();
  for (std::size_t i = from; i < to; ++i) {
    MP_TRY_ASSIGN(const bool same, attempt(equal(items[i], value)));
    if (same) return i;
  }
  return to;
}

Attempt<std::vector<Object>> ListReferent::repeated(const Object& times) const {
  MP_TRY_ASSIGN(const std::int64_t count,
                to_ssize(times, "cannot fit 'int' into an index-sized integer"));
  std::vector<Object> items;
  if (count <= 0 || size() == 0) return items;
  if (static_cast<std::size_t>(count) > kIterationMax / size()) {
    return Raise::of(Object::exception("builtins", "MemoryError"));
  }
  items.reserve(size() * static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    items.insert(items.end(), items_.items().begin(), items_.items().end());
  }
  return items;
}

Outcome ListReferent::add(const Call& call) {
  MP_TRY(expect_positional(call, "list.__add__", 1, 1));
  const Object& other = call.args[0];
  if (other.kind() != Kind::List) {
    return type_error("can only concatenate list (not \"" + python_type_name(other) +
                      "\") to list");
  }
  std::vector<Object> sum(items_.items().begin(), items_.items().end());
  sum.insert(sum.end(), other.items().begin(), other.items().end());
  return returned(Object::list(std::move(sum)));
}

Outcome ListReferent::contains(const Call& call) {
  MP_TRY(expect_positional(call, "list.__contains__", 1, 1));
  MP_TRY_ASSIGN(const std::size_t position, find(call.args[0], 0, size()));
  return returned(Object::boolean(position != size()));
}

Outcome ListReferent::delete_item(const Call& call) {
  MP_TRY(expect_positional(call, "list.__delitem__", 1, 1));
  const Object& key = call.args[0];
  if (key.kind() == Kind::Slice) return delete_slice(key);
  if (!is_integer(key)) return bad_index(key);
  MP_TRY_ASSIGN(const std::int64_t index, to_index(key));
  MP_TRY_ASSIGN(const std::size_t position,
                resolve_index(index, size(), "list assignment index out of range"));
  take_at(position);
  return returned();
}

Outcome ListReferent::delete_slice(const Object& slice) {
  MP_TRY_ASSIGN(const SliceRange range, resolve_slice(slice, size()));
  if (range.count == 0) return returned();
  std::vector<bool> doomed(size(), false);
  for (std::size_t i = 0; i < range.count; ++i) {
    doomed[static_cast<std::size_t>(range.start + static_cast<std::int64_t>(i) * range.step)] =
        true;
  }
  std::vector<Object> kept;
  kept.reserve(size() - range.count);
  for (std::size_t i = 0; i < size(); ++i) {
    if (doomed[i]) {
      references_.removed(items_.items()[i]);
    } else {
      kept.push_back(items_.items()[i]);
    }
  }
  items_ = Object::list(std::move(kept));
  return returned();
}

Outcome ListReferent::get_item(const Call& call) {
  MP_TRY(expect_positional(call, "list.__getitem__", 1, 1));
  const Object& key = call.args[0];
  if (key.kind() == Kind::Slice) {
    MP_TRY_ASSIGN(const SliceRange range, resolve_slice(key, size()));
    std::vector<Object> items;
    items.reserve(range.count);
    for (std::size_t i = 0; i < range.count; ++i) {
      const std::int64_t position = range.start + static_cast<std::int64_t>(i) * range.step;
      items.push_back(items_.items()[static_cast<std::size_t>(position)]);
    }
    return returned(Object::list(std::move(items)));
  }
  if (!is_integer(key)) return bad_index(key);
  MP_TRY_ASSIGN(const std::int64_t index, to_index(key));
  MP_TRY_ASSIGN(const std::size_t position,
                resolve_index(index, size(), "list index out of range"));
  return returned(items_.items()[position]);
}

Outcome ListReferent::length(const Call& call) {
  MP_TRY(expect_positional(call, "list.__len__", 0, 0));
  return returned(Object::unsigned_integer(size()));
}

Outcome ListReferent::multiply(const Call& call) {
  MP_TRY(expect_positional(call, "list.__mul__", 1, 1));
  MP_TRY_ASSIGN(std::vector<Object> items, repeated(call.args[0]));
  return returned(Object::list(std::move(items)));
}

Outcome ListReferent::reversed(const Call& call) {
  MP_TRY(expect_positional(call, "list.__reversed__", 0, 0));
  return returned(
      Object::call(Object::global("builtins", "reversed"), Object::tuple_of(items_.copy())));
}

Outcome ListReferent::set_item(const Call& call) {
  MP_TRY(expect_positional(call, "list.__setitem__", 2, 2));
  const Object& key = call.args[0];
  if (key.kind() == Kind::Slice) return set_slice(key, call.args[1], call.carries_proxies);
  if (!is_integer(key)) return bad_index(key);
  MP_TRY_ASSIGN(const std::int64_t index, to_index(key));
  MP_TRY_ASSIGN(const std::size_t position,
                resolve_index(index, size(), "list assignment index out of range"));
  references_.stored(call.args[1], call.carries_proxies);
  references_.removed(items_.items()[position]);
  items_.set_at(position, call.args[1]);
  return returned();
}

Outcome ListReferent::set_slice(const Object& slice, const Object& values, bool carries_proxies) {
  MP_TRY(
      resolve_slice(slice, size()));  // a step of zero is refused before the values are looked at
  Attempt<std::vector<Object>> given = manager::iterate(host(), values);
  if (!given && given.error().exception().is_instance_of("builtins", "TypeError")) {
    return type_error("can only assign an iterable");
  }
  MP_TRY_ASSIGN(std::vector<Object> items, std::move(given));
  MP_TRY_ASSIGN(const SliceRange range, resolve_slice(slice, size()));
  if (range.step != 1 && items.size() != range.count) {
    return value_error("attempt to assign sequence of size " + std::to_string(items.size()) +
                       " to extended slice of size " + std::to_string(range.count));
  }
  for (const Object& item : items) references_.stored(item, carries_proxies);
  for (std::size_t i = 0; i < range.count; ++i) {
    const auto position =
        static_cast<std::size_t>(range.start + static_cast<std::int64_t>(i) * range.step);
    references_.removed(items_.items()[position]);
    if (range.step != 1) items_.set_at(position, items[i]);
  }
  if (range.step == 1) {
    items_.splice(static_cast<std::size_t>(range.start), range.count, std::move(items));
  }
  return returned();
}

Outcome ListReferent::append(const Call& call) {
  MP_TRY(expect_positional(call, "list.append", 1, 1));
  references_.stored(call.args[0], call.carries_proxies);
  items_.append(call.args[0]);
  return returned();
}

Outcome ListReferent::count(const Call& call) {
  MP_TRY(expect_positional(call, "list.count", 1, 1));
  std::uint64_t found = 0;
  for (const Object& item : items_.items()) {
    MP_TRY_ASSIGN(const bool same, attempt(equal(item, call.args[0])));
    if (same) ++found;
  }
  return returned(Object::unsigned_integer(found));
}

Outcome ListReferent::extend(const Call& call) {
  MP_TRY(expect_positional(call, "list.extend", 1, 1));
  MP_TRY_ASSIGN(std::vector<Object> items, manager::iterate(host(), call.args[0]));
  for (const Object& item : items) references_.stored(item, call.carries_proxies);
  items_.splice(size(), 0, std::move(items));
  return returned();
}

Outcome ListReferent::index(const Call& call) {
  MP_TRY(expect_positional(call, "index", 1, 3));
  std::size_t from = 0;
  std::size_t to = size();
  if (call.args.size() > 1) {
    MP_TRY_ASSIGN(from, search_bound(call.args[1], size()));
  }
  if (call.args.size() > 2) {
    MP_TRY_ASSIGN(to, search_bound(call.args[2], size()));
  }
  to = std::max(from, to);
  MP_TRY_ASSIGN(const std::size_t position, find(call.args[0], from, to));
  if (position != to) return returned(Object::unsigned_integer(position));
  MP_TRY_ASSIGN(const std::string shown, python_repr(call.args[0]));
  return value_error(shown + " is not in list");
}

Outcome ListReferent::insert(const Call& call) {
  MP_TRY(expect_positional(call, "insert", 2, 2));
  if (call.args[0].kind() == Kind::Int && !call.args[0].fits_int64()) {
    return Raise::of(
        Object::exception("builtins", "OverflowError",
                          {Object::str("Python int too large to convert to C ssize_t")}));
  }
  MP_TRY_ASSIGN(std::int64_t position, to_ssize(call.args[0]));
  const auto length = static_cast<std::int64_t>(size());
  if (position < 0) position += length;
  position = std::clamp<std::int64_t>(position, 0, length);
  references_.stored(call.args[1], call.carries_proxies);
  items_.insert(static_cast<std::size_t>(position), call.args[1]);
  return returned();
}

Outcome ListReferent::pop(const Call& call) {
  MP_TRY(expect_positional(call, "pop", 0, 1));
  std::int64_t index = -1;
  if (!call.args.empty()) {
    MP_TRY_ASSIGN(index, to_ssize(call.args[0]));
  }
  if (size() == 0) return index_error("pop from empty list");
  MP_TRY_ASSIGN(const std::size_t position, resolve_index(index, size(), "pop index out of range"));
  return returned(take_at(position));
}

Outcome ListReferent::remove(const Call& call) {
  MP_TRY(expect_positional(call, "list.remove", 1, 1));
  MP_TRY_ASSIGN(const std::size_t position, find(call.args[0], 0, size()));
  if (position == size()) return value_error("list.remove(x): x not in list");
  take_at(position);
  return returned();
}

Outcome ListReferent::reverse(const Call& call) {
  MP_TRY(expect_positional(call, "list.reverse", 0, 0));
  items_.reverse();
  return returned();
}

Outcome ListReferent::sort(const Call& call) {
  if (!call.args.empty()) return type_error("sort() takes no positional arguments");
  constexpr std::string_view names[] = {"key", "reverse"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "sort", names, 0));
  if (given[0] != nullptr && !given[0]->is_none()) {
    return type_error("a key function is code, and this server keeps data only");
  }
  MP_TRY(attempt(mp::sort(items_, given[1] != nullptr && truth(*given[1]))));
  return returned();
}

Outcome ListReferent::multiply_in_place(const Call& call) {
  MP_TRY(expect_positional(call, "list.__imul__", 1, 1));
  MP_TRY_ASSIGN(std::vector<Object> items, repeated(call.args[0]));
  for (const Object& item : items) references_.stored(item, references_.any());
  for (const Object& item : items_.items()) references_.removed(item);
  items_ = Object::list(std::move(items));
  return returned(items_);
}

}  // namespace mp::manager
