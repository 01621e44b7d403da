#pragma once

#include <cstddef>

namespace mp::testing {

/// What `new` has given out and not got back, in this program. Link allocation_meter.cpp, which
/// replaces the global operators.
std::size_t allocated_bytes();

/// The most that was allocated at once since the meter was made, beyond what was there before.
/// One at a time; single-threaded.
class AllocationMeter {
 public:
  AllocationMeter();
  std::size_t peak() const;

 private:
  std::size_t before_;
};

}  // namespace mp::testing
