#include "mp/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace mp {

void assert_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace mp
