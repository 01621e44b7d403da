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
bool Decoder::changes(const Object& parent) {
  if (Access::node(parent)->refs.load(std::memory_order_relaxed) == 1) return true;
  if (!suspects_.empty() && Access::node(suspects_.back()) == Access::node(parent)) return true;
  if (!afford(budget_.make_room(suspects_, 1))) return false;
  suspects_.push_back(Object(parent));
  return true;
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
  if (!afford_bytes(sizeof(detail::TupleNode) + count * sizeof(Object))) return false;
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
  if (!take_mark(first) || !afford_node<ListNode>()) return false;
  auto* list = detail::new_node<ListNode>(Tag::List);
  Object result = Access::adopt(list);
  if (!afford(budget_.make_room(list->items, stack_.size() - first))) return false;
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
    if (!changes(target) || !afford(budget_.make_room(list->items, count))) return false;
    list->items.take_over(&stack_[first], count);
    stack_.forget(first);
    for (std::size_t i = before; i < list->items.size(); ++i)
      if (!nest(list, list->items[i])) return false;
    return true;
  }
  if (target.kind() != Kind::Opaque)
    return fail("'" + std::string(type_name(target)) + "' object has no attribute 'append'");
  return append_to_opaque(first);
}

bool Decoder::append_to_opaque(std::size_t first) {
  Object& target = stack_[first - 1];
  if (!changes(target) || !make_step(target, OpaqueStep::What::Append, stack_.size() - first))
    return false;
  for (std::size_t i = first; i < stack_.size(); ++i) {
    if (!nest(as<Container>(target), stack_[i])) return false;
    target.add_append(std::move(stack_[i]));
  }
  stack_.truncate(first);
  return true;
}

/// The step that so many values go to: the last one when it is of that kind, as add_append() and
/// the like have it.
bool Decoder::make_step(Object& opaque, OpaqueStep::What what, std::size_t count) {
  if (count == 0) return true;
  std::vector<OpaqueStep>& steps = as<detail::OpaqueNode>(opaque)->steps;
  if (steps.empty() || steps.back().what() != what) {
    if (!afford(budget_.make_room(steps, 1))) return false;
    steps.push_back(Access::step(what));
  }
  return afford(budget_.make_room(Access::values(steps.back()), count));
}

// Dicts

bool Decoder::dict() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  if (!afford_node<DictNode>()) return false;
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
  if (target.kind() != Kind::Dict && target.kind() != Kind::Opaque)
    return fail("'" + std::string(type_name(target)) + "' object does not support item assignment");
  if (!changes(target)) return false;
  const bool done =
      target.kind() == Kind::Dict ? set_in_dict(as<DictNode>(target), first) : set_in_opaque(first);
  if (done) stack_.truncate(first);
  return done;
}

bool Decoder::set_in_opaque(std::size_t first) {
  Object& target = stack_[first - 1];
  if ((stack_.size() - first) % 2 != 0) return fail("odd number of items");
  if (!make_step(target, OpaqueStep::What::SetItem, stack_.size() - first)) return false;
  for (std::size_t i = first; i < stack_.size(); i += 2) {
    if (!nest(as<Container>(target), stack_[i]) || !nest(as<Container>(target), stack_[i + 1]))
      return false;
    target.add_set_item(std::move(stack_[i]), std::move(stack_[i + 1]));
  }
  return true;
}

/// So that adding `more` items allocates nothing.
bool Decoder::make_room_in_dict(DictNode* dict, std::size_t more) {
  if (!afford(budget_.make_room(dict->entries, more))) return false;
  const std::size_t count = dict->entries.size() + more;
  if (dict->deferred || count <= detail::HashIndex::kLinearMax || dict->index.has_room(more))
    return true;
  detail::Failure failure;
  if (!afford(budget_.grow(dict->index.bytes(), detail::HashIndex::bytes_for(count)))) return false;
  return detail::DictTable(dict).prepare_index(count, failure) || report(failure);
}

/// Moves the keys and values from `first` on out of the stack.
bool Decoder::set_in_dict(DictNode* dict, std::size_t first) {
  if ((stack_.size() - first) % 2 != 0) return fail("odd number of items");
  if (!make_room_in_dict(dict, (stack_.size() - first) / 2)) return false;
  detail::DictTable table(dict);
  detail::Failure failure;
  for (std::size_t i = first; i < stack_.size(); i += 2) {
    Object& key = stack_[i];
    Object& value = stack_[i + 1];
    if (!nest(dict, key) || !nest(dict, value)) return false;
    if (!dict->deferred && !is_plain_key(key)) {
      dict->deferred = true;
      if (!afford(budget_.make_room(deferred_, 1))) return false;
      deferred_.push_back(dict);
    }
    if (dict->deferred) {
      table.set_deferred(std::move(key), std::move(value));
    } else if (!table.set(std::move(key), value, failure)) {
      if (failure) return report(failure);
      // The first key stays.
      if (!drop(std::move(key)) || !drop(std::move(value))) return false;
    }
  }
  return true;
}

// Sets

bool Decoder::frozenset() {
  std::size_t first = 0;
  if (!take_mark(first) || !afford_node<SetNode>()) return false;
  auto* set = detail::new_node<SetNode>(Tag::FrozenSet);
  Object result = Access::adopt(set);
  if (!make_room_in_set(set, stack_.size() - first)) return false;
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
  const std::size_t count = stack_.size() - first;
  const bool has_room =
      changes(target) &&
      (target.kind() == Kind::Set ? make_room_in_set(as<SetNode>(target), count)
                                  : make_step(target, OpaqueStep::What::AddItem, count));
  if (!has_room) return false;
  for (std::size_t i = first; i < stack_.size(); ++i) {
    if (target.kind() == Kind::Set) {
      if (!add_to_set(as<SetNode>(target), std::move(stack_[i]))) return false;
    } else {
      if (!nest(as<Container>(target), stack_[i])) return false;
      target.add_add_item(std::move(stack_[i]));
    }
  }
  stack_.truncate(first);
  return true;
}

/// As make_room_in_dict().
bool Decoder::make_room_in_set(SetNode* set, std::size_t more) {
  if (!afford(budget_.make_room(set->items, more))) return false;
  const std::size_t count = set->items.size() + more;
  if (set->deferred || count <= detail::HashIndex::kLinearMax) return true;
  if (!afford(budget_.make_room(set->hashes, count - set->hashes.size()))) return false;
  if (set->index.has_room(more)) return true;
  detail::Failure failure;
  if (!afford(budget_.grow(set->index.bytes(), detail::HashIndex::bytes_for(count)))) return false;
  return detail::SetTable(set).prepare_index(count, failure) || report(failure);
}

bool Decoder::add_to_set(SetNode* set, Object&& item) {
  if (!nest(set, item)) return false;
  detail::SetTable table(set);
  if (!set->deferred && !is_plain_key(item)) {
    set->deferred = true;
    if (!afford(budget_.make_room(deferred_, 1))) return false;
    deferred_.push_back(set);
  }
  if (set->deferred) {
    table.add_deferred(std::move(item));
    return true;
  }
  detail::Failure failure;
  if (table.add(std::move(item), failure)) return true;
  if (failure) return report(failure);
  return drop(std::move(item));
}

}  // namespace mp::pickle
