#pragma once

#include "measure.hpp"

namespace mp::bench {

/// What CPython's own multiprocessing takes for the work of that name, in nanoseconds for one
/// operation: a process of `python3` with cpython.py.
Contender cpython(const std::string& work);

}  // namespace mp::bench
