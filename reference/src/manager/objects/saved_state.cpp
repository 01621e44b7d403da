#include "manager/objects/saved_state.hpp"

namespace mp::manager {

Object SavedState::any() {
  if (parts_.empty()) {
    reject();
    return Object();
  }
  const Object part = parts_.front();
  parts_ = parts_.subspan(1);
  return part;
}

Object SavedState::of(Kind kind, Object otherwise) {
  Object part = any();
  if (part.kind() == kind) return part;
  reject();
  return otherwise;
}

Object SavedState::list() { return of(Kind::List, Object::list()); }
Object SavedState::dict() { return of(Kind::Dict, Object::dict()); }
Object SavedState::tuple() { return of(Kind::Tuple, Object::tuple()); }

std::int64_t SavedState::integer() {
  const Object part = any();
  const bool is_integer = part.kind() == Kind::Int || part.kind() == Kind::Bool;
  if (is_integer && part.fits_int64()) return part.as_int64();
  reject();
  return 0;
}

std::string_view SavedState::bytes() {
  if (parts_.empty() || parts_.front().kind() != Kind::Bytes) {
    reject();
    return {};
  }
  const std::string_view content = parts_.front().as_bytes();  // of state_, which stays
  parts_ = parts_.subspan(1);
  return content;
}

std::deque<std::uint64_t> SavedState::numbers() {
  SavedState all(tuple());
  std::deque<std::uint64_t> read;
  while (!all.is_at_end()) read.push_back(all.number());
  if (!all.is_whole()) reject();
  return read;
}

Object saved(const std::deque<std::uint64_t>& numbers) {
  std::vector<Object> items;
  items.reserve(numbers.size());
  for (const std::uint64_t number : numbers) items.push_back(saved(number));
  return Object::tuple(std::move(items));
}

}  // namespace mp::manager
