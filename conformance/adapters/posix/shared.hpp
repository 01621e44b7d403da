// Memory that a process shares with the children it forks.
#pragma once

#include <sys/mman.h>

#include <memory>
#include <utility>

#include "mpspec_kit.hpp"

namespace posix_adapter {

/// Fails with OSError and errno's text.
[[noreturn]] void fail_with_errno(int error);

template <class T>
struct Unmap {
  // Not destroyed: other processes may still use it.
  void operator()(T* object) const { ::munmap(object, sizeof(T)); }
};
template <class T>
using Shared = std::unique_ptr<T, Unmap<T>>;

/// A zeroed T, which the caller initialises.
template <class T>
Shared<T> make_shared_memory() {
  void* at = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) fail_with_errno(errno);
  return Shared<T>(static_cast<T*>(at));
}

/// When a wait that begins now shall end, on that clock.
timespec end_of(std::chrono::nanoseconds patience, clockid_t clock);

void add_locks(mpspec::kit::Table& table);
void add_queue(mpspec::kit::Table& table);
void add_shared_memory(mpspec::kit::Table& table);

}  // namespace posix_adapter
