#include "wire/object/slots.hpp"

#include <algorithm>
#include <new>

namespace mp::detail {
namespace {

void shift(Object* to, const Object* from, std::size_t count) {
  if (count != 0) std::memmove(static_cast<void*>(to), from, count * sizeof(Object));
}

}  // namespace

void Slots::grow(std::size_t wanted) {
  const std::size_t capacity = std::max({wanted, capacity_ + capacity_ / 2, std::size_t{4}});
  auto* data = static_cast<Object*>(::operator new(capacity * sizeof(Object)));
  shift(data, data_, size_);
  ::operator delete(data_);
  data_ = data;
  capacity_ = capacity;
}

void Slots::insert(std::size_t position, Object&& object) {
  MP_ASSERT(position <= size_);
  reserve(size_ + 1);
  shift(data_ + position + 1, data_ + position, size_ - position);
  new (data_ + position) Object(std::move(object));
  ++size_;
}

Object Slots::take(std::size_t position) {
  MP_ASSERT(position < size_);
  Object taken(std::move(data_[position]));
  shift(data_ + position, data_ + position + 1, size_ - position - 1);
  --size_;
  return taken;
}

void Slots::replace(std::size_t first, std::size_t count, std::span<Object> with) {
  MP_ASSERT(first <= size_ && count <= size_ - first);
  // The old handles are dropped last: what their release runs into must find the array whole.
  Slots old;
  old.reserve(count);
  reserve(size_ - count + with.size());
  shift(old.data_, data_ + first, count);
  old.size_ = count;
  shift(data_ + first + with.size(), data_ + first + count, size_ - first - count);
  for (std::size_t i = 0; i < with.size(); ++i) new (data_ + first + i) Object(std::move(with[i]));
  size_ = size_ - count + with.size();
}

}  // namespace mp::detail
