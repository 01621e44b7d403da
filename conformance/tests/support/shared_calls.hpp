// Calls on managed objects that several processes make at the same time.
#pragma once

#include <vector>

#include "tests/support/concurrent.hpp"

namespace mpspec {

/// Calls that write and calls that read, on few places, so that those of several processes meet.
const std::vector<Callable>& list_calls();
const std::vector<Callable>& dict_calls();
const std::vector<Callable>& queue_calls();
const std::vector<Callable>& value_calls();

}  // namespace mpspec
