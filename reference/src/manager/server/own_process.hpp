#pragma once

namespace mp::manager {

/// For a process that does nothing but serve, before its first thread: lets the C library give
/// memory back. Its threads mostly allocate under one lock, so an arena for each would only scatter
/// what they share; and large messages would raise the size from which memory is returned.
void tune_allocator_for_serving();

}  // namespace mp::manager
