#include "wire/object/dict_table.hpp"
#include "wire/object/nodes.hpp"

namespace mp {

using detail::DictNode;
using detail::DictTable;
using detail::Failure;

namespace {

DictNode* node_of(const Object& object) { return detail::as<DictNode>(object); }

}  // namespace

Object Object::dict() { return detail::Access::adopt(detail::new_node<DictNode>(Tag::Dict)); }

DictView Object::as_dict() const { return DictView(*this); }

DictView::DictView(Object dict) : object_(std::move(dict)) {
  MP_ASSERT(object_.kind() == Kind::Dict);
}

std::size_t DictView::size() const noexcept { return node_of(object_)->live; }

Result<const Object*> DictView::find(const Object& key) const {
  Failure failure;
  const Object* const value = DictTable(node_of(object_)).find(key, failure);
  return detail::finish(value, failure);
}

const Object* DictView::find_str(std::string_view key) const {
  return DictTable(node_of(object_)).find_str(key);
}

Result<bool> DictView::set(Object key, Object value) {
  Failure failure;
  const bool is_new = DictTable(node_of(object_)).set(std::move(key), value, failure);
  return detail::finish(is_new, failure);
}

Result<std::optional<Object>> DictView::take(const Object& key) {
  Failure failure;
  std::optional<Object> value = DictTable(node_of(object_)).take(key, failure);
  return detail::finish(std::move(value), failure);
}

std::optional<std::pair<Object, Object>> DictView::take_last() {
  return DictTable(node_of(object_)).take_last();
}

std::optional<DictView::Item> DictView::next(std::size_t& position) const noexcept {
  const DictNode::Entry* entry = DictTable(node_of(object_)).next(position);
  if (entry == nullptr) return std::nullopt;
  return Item{entry->key, entry->value};
}

// An iterator's position is that of the item it stands on.

DictView::Iterator DictView::begin() const noexcept {
  Iterator first(&object_, static_cast<std::size_t>(-1));
  return ++first;
}

DictView::Iterator DictView::end() const noexcept {
  return Iterator(&object_, node_of(object_)->entries.size());
}

DictView::Item DictView::Iterator::operator*() const noexcept {
  const DictNode::Entry& entry = node_of(*object_)->entries[position_];
  return {entry.key, entry.value};
}

DictView::Iterator& DictView::Iterator::operator++() noexcept {
  std::size_t behind = position_ + 1;
  const bool found = DictTable(node_of(*object_)).next(behind) != nullptr;
  position_ = found ? behind - 1 : behind;
  return *this;
}

}  // namespace mp
