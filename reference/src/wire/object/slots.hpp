#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include "mp/assert.hpp"
#include "mp/object.hpp"

namespace mp::detail {

/// A growable array of Objects. It differs from std::vector in that handles are moved as plain
/// bytes: a handle has no address of its own.
class Slots {
 public:
  using value_type = Object;

  Slots() noexcept = default;
  Slots(Slots&& other) noexcept { swap(other); }
  Slots& operator=(Slots&& other) noexcept {
    swap(other);
    return *this;
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots() {
    truncate(0);
    ::operator delete(data_);
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  Object* begin() noexcept { return data_; }
  Object* end() noexcept { return data_ + size_; }
  const Object* begin() const noexcept { return data_; }
  const Object* end() const noexcept { return data_ + size_; }
  Object& operator[](std::size_t position) noexcept { return data_[position]; }
  const Object& operator[](std::size_t position) const noexcept { return data_[position]; }
  Object& back() noexcept { return data_[size_ - 1]; }

  void push_back(Object&& object) {
    if (size_ == capacity_) reserve(size_ + 1);
    new (data_ + size_) Object(std::move(object));
    ++size_;
  }
  Object pop_back() noexcept {
    Object last(std::move(data_[size_ - 1]));
    --size_;
    return last;
  }
  /// Takes the handles over: the caller's must not be used or destroyed any more.
  void take_over(Object* from, std::size_t count) {
    if (count == 0) return;
    reserve(size_ + count);
    std::memcpy(static_cast<void*>(data_ + size_), from, count * sizeof(Object));
    size_ += count;
  }
  void reserve(std::size_t wanted) {
    if (wanted > capacity_) grow(wanted);
  }
  void insert(std::size_t position, Object&& object);
  Object take(std::size_t position);
  void replace(std::size_t first, std::size_t count, std::span<Object> with);
  void truncate(std::size_t size) noexcept {
    while (size_ > size) data_[--size_].~Object();
  }
  void swap(Slots& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void grow(std::size_t wanted);

  Object* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace mp::detail
