#include "wire/testing/allocation_meter.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace mp::testing {
namespace {

// Atomic because libraries have threads of their own; the meter's reading is for one.
std::atomic<std::size_t> current{0};
std::atomic<std::size_t> highest{0};

void* counted(std::size_t size, std::size_t alignment) {
  void* const made =
      alignment <= alignof(std::max_align_t)
          ? std::malloc(size)
          : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (made == nullptr) return nullptr;
  const std::size_t now = current += ::malloc_usable_size(made);
  if (now > highest) highest = now;
  return made;
}

void* counted_or_throw(std::size_t size, std::size_t alignment) {
  void* const made = counted(size, alignment);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

void uncounted(void* pointer) {
  if (pointer == nullptr) return;
  current -= ::malloc_usable_size(pointer);
  std::free(pointer);
}

}  // namespace

std::size_t allocated_bytes() { return current; }

AllocationMeter::AllocationMeter() : before_(current) { highest = before_; }
std::size_t AllocationMeter::peak() const {
  return highest - std::min<std::size_t>(before_, highest);
}

}  // namespace mp::testing

using mp::testing::counted;
using mp::testing::counted_or_throw;
using mp::testing::uncounted;

constexpr std::size_t kUsual = alignof(std::max_align_t);

void* operator new(std::size_t size) { return counted_or_throw(size, kUsual); }
void* operator new[](std::size_t size) { return counted_or_throw(size, kUsual); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, kUsual);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, kUsual);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* pointer) noexcept { uncounted(pointer); }
void operator delete[](void* pointer) noexcept { uncounted(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { uncounted(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { uncounted(pointer); }
void operator delete(void* pointer, const std::nothrow_t&) noexcept { uncounted(pointer); }
void operator delete[](void* pointer, const std::nothrow_t&) noexcept { uncounted(pointer); }
void operator delete(void* pointer, std::align_val_t) noexcept { uncounted(pointer); }
void operator delete[](void* pointer, std::align_val_t) noexcept { uncounted(pointer); }
void operator delete(void* pointer, std::size_t, std::align_val_t) noexcept { uncounted(pointer); }
void operator delete[](void* pointer, std::size_t, std::align_val_t) noexcept {
  uncounted(pointer);
}
