#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "manager/objects/outcome.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Python's rules for the arguments of a function written in Python: by position or by name, the
/// first `required` without a default. What was not given is nullptr.
/// TypeError with Python's texts for everything else.
Attempt<void> bind_into(const Call& call, std::string_view function,
                        std::span<const std::string_view> names, std::size_t required,
                        std::span<const Object*> out);

template <std::size_t N>
Attempt<std::array<const Object*, N>> bind_arguments(const Call& call, std::string_view function,
                                                     const std::string_view (&names)[N],
                                                     std::size_t required) {
  std::array<const Object*, N> values{};
  MP_TRY(bind_into(call, function, names, required, values));
  return values;
}

/// Python's rules for a function written in C that takes no names: `least` to `most` arguments.
Attempt<void> expect_positional(const Call& call, std::string_view function, std::size_t least,
                                std::size_t most);

inline bool is_integer(const Object& object) {
  return object.kind() == Kind::Int || object.kind() == Kind::Bool;
}
/// An int (or bool) as an index: TypeError for other types, IndexError when it needs more than 64
/// bits.
Attempt<std::int64_t> to_index(const Object& object);
/// The same where Python takes a number and not a subscript: OverflowError instead of IndexError.
Attempt<std::int64_t> to_ssize(
    const Object& object,
    std::string_view overflow = "Python int too large to convert to C ssize_t");

/// The numbers of a slice for a sequence of `length` items: `count` positions from `start` on,
/// `step` apart; all of them valid. With count 0, `start` is where an insertion goes.
struct SliceRange {
  std::int64_t start;
  std::int64_t step;
  std::size_t count;
};
Attempt<SliceRange> resolve_slice(const Object& slice, std::size_t length);

/// Position of item `index`, which may count from the end; IndexError(out_of_range) otherwise.
Attempt<std::size_t> resolve_index(std::int64_t index, std::size_t length,
                                   std::string_view out_of_range);

/// The longest wait that CPython accepts, in seconds.
inline constexpr double kTimeoutMax = 9223372036.0;
/// An int, bool or float as seconds. TypeError for others.
Attempt<double> to_seconds(const Object& object);
/// How many seconds a call may wait; nothing for as long as it takes.
using WaitLimit = std::optional<double>;
/// An argument that may be left out or None, both of which set no limit.
Attempt<WaitLimit> to_wait_limit(const Object* timeout);
/// The moment the limit ends for a call that begins now; `now` itself for zero and less.
/// ValueError for a NaN, OverflowError beyond kTimeoutMax.
Attempt<Clock::time_point> deadline_of(const WaitLimit& limit, Clock::time_point now);

}  // namespace mp::manager
