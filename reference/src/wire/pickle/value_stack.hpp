#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "mp/object.hpp"

namespace mp::pickle {

/// The decoder's stack. The first values lie in the stack itself: a message needs no memory for it.
class ValueStack {
 public:
  using value_type = Object;

  ValueStack() noexcept : data_(reinterpret_cast<Object*>(few_)) {}
  ValueStack(const ValueStack&) = delete;
  ValueStack& operator=(const ValueStack&) = delete;
  ~ValueStack() { truncate(0); }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  Object& operator[](std::size_t position) noexcept { return data_[position]; }
  Object& back() noexcept { return data_[size_ - 1]; }

  /// There must be room: size() < capacity().
  void push_back(Object&& object) {
    new (data_ + size_) Object(std::move(object));
    ++size_;
  }
  void reserve(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity * sizeof(Object));
    std::memcpy(larger.get(), static_cast<const void*>(data_), size_ * sizeof(Object));
    many_ = std::move(larger);
    data_ = reinterpret_cast<Object*>(many_.get());
    capacity_ = capacity;
  }
  Object pop_back() noexcept {
    --size_;
    Object last(std::move(data_[size_]));
    return last;
  }
  void truncate(std::size_t size) noexcept {
    while (size_ > size) data_[--size_].~Object();
  }
  /// Shortens without destroying what was there: somebody has taken the handles over.
  void forget(std::size_t size) noexcept { size_ = size; }

 private:
  static constexpr std::size_t kFew = 48;

  Object* data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = kFew;
  std::unique_ptr<std::byte[]> many_;
  alignas(Object) std::byte few_[kFew * sizeof(Object)];
};

}  // namespace mp::pickle
