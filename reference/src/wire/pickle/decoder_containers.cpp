#include <algorithm>

#include "wire/object/dict_table.hpp"
#include "wire/object/set_table.hpp"
#include "wire/pickle/decoder.hpp"

namespace mp::pickle {

using detail::Access;
using detail::as;
using detail::DictNode;
using detail::ListNode;
using detail::SetNode;
using detail::Tag;

namespace {

/// A key that is complete and compares by its value alone, so that it can be looked up at once.
bool is_plain_key(const Object& key, int levels = 3) {
  switch (Access::tag(key)) {
    case Tag::Tuple:
      return levels > 0 && std::ranges::all_of(key.items(), [levels](const Object& item) {
               return is_plain_key(item, levels - 1);
             });
    case Tag::FrozenSet:
    case Tag::Slice:
    case Tag::Opaque:
      return false;
    default:
      return true;
  }
}

}  // namespace

/// Accounts for a child that `parent` gets.
bool Decoder::nest(Container* parent, const Object& child) {
  if (!detail::is_container(Access::tag(child))) return true;
  const std::size_t depth = std::size_t{Access::node(child)->depth} + 1;
  if (depth >= depth_max_) return fail_too_large("nested too deep");
  if (depth > parent->depth) parent->depth = static_cast<std::uint16_t>(depth);
  return true;
}

/// Before a change. A container that only the stack holds cannot be inside what it gets.
void Decoder::changes(Container* parent) {
  if (parent->refs.load(std::memory_order_relaxed) == 1) return;
  if (!suspects_.empty() && Access::node(suspects_.back()) == parent) return;
  suspects_.push_back(Object(stack_.back()));
}

bool Decoder::report(detail::Failure& failure) {
  const ErrorCode code =
      failure.error->code == ErrorCode::TooLarge ? ErrorCode::TooLarge : ErrorCode::Malformed;
  return fail(failure.error->message, code);
}

// Tuples, lists

bool Decoder::tuple_of(std::size_t count) {
  if (!need(count)) return false;
  if (count == 0) return push(Object::tuple());
  detail::TupleNode* tuple = detail::new_tuple(count);
  Object result = Access::adopt(tuple);
  for (std::size_t i = count; i-- > 0;) {
    tuple->items()[i] = stack_.pop_back();
    if (!nest(tuple, tuple->items()[i])) return false;
  }
  return push(std::move(result));
}

bool Decoder::tuple() {
  std::size_t first = 0;
  return take_mark(first) && tuple_of(stack_.size() - first);
}

bool Decoder::list() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  auto* list = detail::new_node<ListNode>(Tag::List);
  Object result = Access::adopt(list);
  list->items.take_over(&stack_[first], stack_.size() - first);
  stack_.forget(first);
  for (const Object& item : list->items)
    if (!nest(list, item)) return false;
  return push(std::move(result));
}

bool Decoder::append() { return need(2) && append_from(stack_.size() - 1); }

bool Decoder::appends() {
  std::size_t first = 0;
  return take_mark(first) && append_from(first);
}

/// The values from `first` on go to what lies below them.
bool Decoder::append_from(std::size_t first) {
  const std::size_t count = stack_.size() - first;
  if (first <= (marks_.empty() ? 0 : marks_.back())) return fail("stack underflow");
  Object& target = stack_[first - 1];
  if (target.kind() == Kind::List) {
    auto* list = as<ListNode>(target);
    const std::size_t before = list->items.size();
    list->items.take_over(&stack_[first], count);
    stack_.forget(first);
    changes(list);
    for (std::size_t i = before; i < list->items.size(); ++i)
      if (!nest(list, list->items[i])) return false;
    return true;
  }
  if (target.kind() != Kind::Opaque)
    return fail("'" + std::string(type_name(target)) + "' object has no attribute 'append'");
  for (std::size_t i = first; i < stack_.size(); ++i) {
    if (!nest(as<Container>(target), stack_[i])) return false;
    target.add_append(std::move(stack_[i]));
  }
  stack_.truncate(first);
  changes(as<Container>(stack_.back()));
  return true;
}

// Dicts

bool Decoder::dict() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  Object result = Object::dict();
  auto* dict = as<DictNode>(result);
  if (!set_in_dict(dict, first)) return false;
  stack_.truncate(first);
  return push(std::move(result));
}

bool Decoder::setitem() { return need(3) && set_from(stack_.size() - 2); }

bool Decoder::setitems() {
  std::size_t first = 0;
  return take_mark(first) && set_from(first);
}

bool Decoder::set_from(std::size_t first) {
  if (first <= (marks_.empty() ? 0 : marks_.back())) return fail("stack underflow");
  Object& target = stack_[first - 1];
  if (target.kind() == Kind::Dict) {
    if (!set_in_dict(as<DictNode>(target), first)) return false;
  } else if (target.kind() == Kind::Opaque) {
    if ((stack_.size() - first) % 2 != 0) return fail("odd number of items");
    for (std::size_t i = first; i < stack_.size(); i += 2) {
      if (!nest(as<Container>(target), stack_[i]) || !nest(as<Container>(target), stack_[i + 1]))
        return false;
      target.add_set_item(std::move(stack_[i]), std::move(stack_[i + 1]));
    }
  } else {
    return fail("'" + std::string(type_name(target)) + "' object does not support item assignment");
  }
  stack_.truncate(first);
  changes(as<Container>(stack_.back()));
  return true;
}

/// Moves the keys and values from `first` on out of the stack.
bool Decoder::set_in_dict(DictNode* dict, std::size_t first) {
  if ((stack_.size() - first) % 2 != 0) return fail("odd number of items");
  detail::DictTable table(dict);
  detail::Failure failure;
  for (std::size_t i = first; i < stack_.size(); i += 2) {
    Object& key = stack_[i];
    Object& value = stack_[i + 1];
    if (!nest(dict, key) || !nest(dict, value)) return false;
    if (!dict->deferred && !is_plain_key(key)) {
      dict->deferred = true;
      deferred_.push_back(dict);
    }
    if (dict->deferred) {
      table.set_deferred(std::move(key), std::move(value));
    } else if (!table.set(std::move(key), value, failure)) {
      if (failure) return report(failure);
      drop(std::move(key));  // the first key stays
      drop(std::move(value));
    }
  }
  return true;
}

// Sets

bool Decoder::frozenset() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  auto* set = detail::new_node<SetNode>(Tag::FrozenSet);
  Object result = Access::adopt(set);
  for (std::size_t i = first; i < stack_.size(); ++i)
    if (!add_to_set(set, std::move(stack_[i]))) return false;
  stack_.truncate(first);
  return push(std::move(result));
}

bool Decoder::additems() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  if (first <= (marks_.empty() ? 0 : marks_.back())) return fail("stack underflow");
  Object& target = stack_[first - 1];
  if (target.kind() != Kind::Set && target.kind() != Kind::Opaque)
    return fail("'" + std::string(type_name(target)) + "' object has no attribute 'add'");
  for (std::size_t i = first; i < stack_.size(); ++i) {
    if (target.kind() == Kind::Set) {
      if (!add_to_set(as<SetNode>(target), std::move(stack_[i]))) return false;
    } else {
      if (!nest(as<Container>(target), stack_[i])) return false;
      target.add_add_item(std::move(stack_[i]));
    }
  }
  stack_.truncate(first);
  changes(as<Container>(stack_.back()));
  return true;
}

bool Decoder::add_to_set(SetNode* set, Object&& item) {
  if (!nest(set, item)) return false;
  detail::SetTable table(set);
  if (!set->deferred && !is_plain_key(item)) {
    set->deferred = true;
    deferred_.push_back(set);
  }
  if (set->deferred) {
    table.add_deferred(std::move(item));
    return true;
  }
  detail::Failure failure;
  if (table.add(std::move(item), failure)) return true;
  if (failure) return report(failure);
  drop(std::move(item));
  return true;
}

}  // namespace mp::pickle
