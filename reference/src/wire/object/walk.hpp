#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

/// The walk that this thread is on: from the outermost Descent to its end.
struct Walk {
  static thread_local Walk current;

  std::size_t depth = 0;
  std::size_t work = 0;      ///< containers entered; shared ones count each time
  std::size_t work_max = 0;  ///< within a WalkBudget, which counts several walks as one
  std::size_t began_at = 0;  ///< `work` when it began
  std::uint64_t number = 0;

  void begin() noexcept {
    if (work_max == 0) work = 0;
    began_at = work;
    ++number;
  }
  /// Entered so many containers that some of them may be shared and entered once for each way to
  /// them: a small pickle can describe a structure with 2^1000.
  [[nodiscard]] bool is_long() const noexcept { return depth != 0 && work - began_at > 256; }
};

/// One level deeper in a walk. The limits hold for everything this thread walks at once, so that a
/// comparison which looks a key up, which compares, ... cannot get round them.
class Descent {
 public:
  /// `what` as in Python's "maximum recursion depth exceeded in comparison".
  Descent(const char* what, Failure& failure) noexcept
      : walk_(Walk::current), entered_(walk_.depth < kNestingMax) {
    if (walk_.depth == 0) walk_.begin();
    if (!entered_) fail("maximum recursion depth exceeded ", what, failure);
    ++walk_.depth;
    if (++walk_.work > std::max(kWorkMax, walk_.work_max)) {
      entered_ = false;
      fail("too many containers ", what, failure);
    }
  }
  ~Descent() { --walk_.depth; }
  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;

  /// False: the failure is set, go no further.
  explicit operator bool() const noexcept { return entered_; }

  /// Containers entered in one walk.
  static constexpr std::size_t kWorkMax = std::size_t{1} << 22;

 private:
  static void fail(const char* limit, const char* what, Failure& failure) noexcept;

  Walk& walk_;
  bool entered_;
};

/// While it lives all walks of this thread together may enter kWorkMax containers and `more`. One
/// at a time.
class WalkBudget {
 public:
  explicit WalkBudget(std::size_t more) noexcept {
    MP_ASSERT(Walk::current.work_max == 0 && Walk::current.depth == 0);
    Walk::current.work_max = Descent::kWorkMax + more;
    Walk::current.work = 0;
  }
  ~WalkBudget() { Walk::current.work_max = 0; }
  WalkBudget(const WalkBudget&) = delete;
  WalkBudget& operator=(const WalkBudget&) = delete;
};

/// What a long walk of this thread has found out about containers, so that it goes through shared
/// ones once instead of once for each way to them. It holds for this walk, during which nothing
/// changes. Of a fixed size, and new entries take the place of old ones: what is forgotten is only
/// walked again.
class WalkMemo {
 public:
  enum class What : std::uint8_t { Hash, HashInsideOpaque, Hashable, Equal, StrictlyEqual };

  /// What was kept of `a`, or of `a` and `b`.
  static std::optional<std::uint64_t> find(What what, const void* a, const void* b = nullptr) {
    return Walk::current.is_long() ? look(what, a, b) : std::nullopt;
  }
  static void keep(What what, std::uint64_t value, const void* a, const void* b = nullptr) {
    if (Walk::current.is_long()) note(what, value, a, b);
  }

 private:
  static std::optional<std::uint64_t> look(What what, const void* a, const void* b);
  static void note(What what, std::uint64_t value, const void* a, const void* b);
};

}  // namespace mp::detail
