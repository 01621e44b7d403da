#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace mp::bench {

/// Something could not be measured; the text says what.
class CannotMeasure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where the parties of a measurement run: all on one processor, each on the next of two, or
/// wherever the scheduler likes.
enum class Placement { Same, Split, Free };
const char* to_text(Placement placement);

/// A forked process that takes part in a measurement.
using Party = std::function<void()>;

/// Starts all parties at one moment; how long it took from the first one's begin to the last one's
/// end, in nanoseconds. A party that fails, or does not end within a minute, is an error.
double run_team(const std::vector<Party>& parties, Placement placement);

/// Zeroed memory that this process shares with those it forks, until the pointer is gone.
std::shared_ptr<void> shared_bytes(std::size_t bytes);
template <class T>
std::shared_ptr<T> shared_object() {
  auto bytes = shared_bytes(sizeof(T));
  T* object = new (bytes.get()) T;
  return std::shared_ptr<T>(std::move(bytes), object);
}

/// Keeps the calling process on a processor: the first or the second of those it may use.
void pin_to(int which);

}  // namespace mp::bench
