#include "manager/server/own_process.hpp"

#include <malloc.h>

namespace mp::manager {

void tune_allocator_for_serving() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

}  // namespace mp::manager
