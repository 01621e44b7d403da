#include <algorithm>
#include <iterator>

#include "wire/object/dict_table.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/set_table.hpp"
#include "wire/object/walk.hpp"

namespace mp {

using detail::Access;
using detail::as;
using detail::Failure;
using detail::ListNode;
using detail::SetNode;
using detail::SetTable;
using detail::TupleNode;

namespace {

detail::Slots& list_items(const Object& object) {
  MP_ASSERT(object.kind() == Kind::List);
  return as<ListNode>(object)->items;
}

TupleNode* empty_tuple() {
  static TupleNode* const node = [] {
    TupleNode* tuple = detail::new_tuple(0);
    tuple->refs = detail::Node::kImmortal + detail::Node::kImmortal / 2;
    return tuple;
  }();
  return node;
}

}  // namespace

Object Object::tuple_taking(std::span<Object> items) {
  if (items.empty()) return Access::adopt(empty_tuple());
  TupleNode* node = detail::new_tuple(items.size());
  std::ranges::move(items, node->items());
  return Access::adopt(node);
}

Object Object::tuple(std::vector<Object> items) { return tuple_taking(items); }

Object Object::list(std::vector<Object> items) {
  auto* node = detail::new_node<ListNode>(Tag::List);
  node->items.replace(0, 0, items);
  return Access::adopt(node);
}

std::span<const Object> Object::items() const {
  switch (tag_) {
    case Tag::List:
      return as<ListNode>(*this)->items;
    case Tag::Tuple:
      return {as<TupleNode>(*this)->items(), as<TupleNode>(*this)->size};
    default:
      MP_ASSERT(tag_ == Tag::Set || tag_ == Tag::FrozenSet);
      return as<SetNode>(*this)->items;
  }
}

void Object::append(Object item) { list_items(*this).push_back(std::move(item)); }

void Object::insert(std::size_t position, Object item) {
  list_items(*this).insert(position, std::move(item));
}

void Object::set_at(std::size_t position, Object item) {
  MP_ASSERT(position < list_items(*this).size());
  list_items(*this)[position].swap(item);
}

Object Object::take_at(std::size_t position) {
  return Access::counted(list_items(*this).take(position));
}

void Object::splice(std::size_t first, std::size_t count, std::vector<Object> with) {
  list_items(*this).replace(first, count, with);
}

void Object::reverse() { std::reverse(list_items(*this).begin(), list_items(*this).end()); }

Result<Object> Object::set(std::vector<Object> items) {
  auto* node = detail::new_node<SetNode>(Tag::Set);
  const Object result = Access::adopt(node);
  Failure failure;
  for (Object& item : items) SetTable(node).add(std::move(item), failure);
  return detail::finish(result, failure);
}

Result<Object> Object::frozenset(std::vector<Object> items) {
  auto* node = detail::new_node<SetNode>(Tag::FrozenSet);
  const Object result = Access::adopt(node);
  Failure failure;
  for (Object& item : items) SetTable(node).add(std::move(item), failure);
  return detail::finish(result, failure);
}

Result<bool> Object::contains(const Object& item) const {
  MP_ASSERT(tag_ == Tag::Set || tag_ == Tag::FrozenSet);
  Failure failure;
  const bool found = SetTable(as<SetNode>(*this)).find(item, failure) != detail::HashIndex::kNone;
  return detail::finish(found, failure);
}

Result<bool> Object::add(Object item) {
  MP_ASSERT(tag_ == Tag::Set);
  Failure failure;
  const bool added = SetTable(as<SetNode>(*this)).add(std::move(item), failure);
  return detail::finish(added, failure);
}

Result<bool> Object::discard(const Object& item) {
  MP_ASSERT(tag_ == Tag::Set);
  Failure failure;
  const bool removed = SetTable(as<SetNode>(*this)).discard(item, failure);
  return detail::finish(removed, failure);
}

void Object::clear() {
  switch (tag_) {
    case Tag::List: {
      const detail::Slots items = std::move(as<ListNode>(*this)->items);
      return;
    }
    case Tag::Set:
      return SetTable(as<SetNode>(*this)).clear();
    default:
      MP_ASSERT(tag_ == Tag::Dict);
      detail::DictTable(as<detail::DictNode>(*this)).clear();
  }
}

}  // namespace mp
