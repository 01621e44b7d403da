#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "mp/object.hpp"

namespace mp::detail {

/// What went wrong in a walk over objects. Walks return plain values and stop at the first
/// failure, which their public front turns into a Result.
struct Failure {
  std::optional<Error> error;

  explicit operator bool() const noexcept { return error.has_value(); }
  /// Keeps the first one. False, for `return failure.set(...)`.
  bool set(ErrorCode code, std::string message) {
    if (!error) error = Error{code, std::move(message)};
    return false;
  }
};

template <class T>
Result<T> finish(T value, Failure& failure) {
  if (failure) return *std::move(failure.error);
  return value;
}

/// One level deeper in a walk. The limits hold for everything this thread walks at once, so that a
/// comparison which looks a key up, which compares, ... cannot get round them.
class Descent {
 public:
  /// `what` as in Python's "maximum recursion depth exceeded in comparison".
  Descent(const char* what, Failure& failure) noexcept : entered_(depth_ < kNestingMax) {
    if (depth_ == 0) work_ = 0;
    if (!entered_) fail(what, failure);
    ++depth_;
    if (++work_ > kWorkMax) {
      entered_ = false;
      fail("(too many containers) ", failure);
    }
  }
  ~Descent() { --depth_; }
  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;

  /// False: the failure is set, go no further.
  explicit operator bool() const noexcept { return entered_; }

 private:
  /// Containers entered in one walk. Shared ones count each time: a small pickle can describe a
  /// structure with 2^1000 paths.
  static constexpr std::size_t kWorkMax = std::size_t{1} << 22;

  static void fail(const char* what, Failure& failure) noexcept;

  static thread_local std::size_t depth_;
  static thread_local std::size_t work_;
  bool entered_;
};

}  // namespace mp::detail
