#pragma once

namespace mp {

/// Writes the broken condition to standard error and aborts. Called by MP_ASSERT only.
[[noreturn]] void assert_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace mp

/// Stops the program when an invariant of the library's own code is broken. On in every build.
/// Never for what a caller or a peer can cause: those are values (`Result`).
#define MP_ASSERT(...) \
  ((__VA_ARGS__) ? static_cast<void>(0) : ::mp::assert_failed(#__VA_ARGS__, __FILE__, __LINE__))
