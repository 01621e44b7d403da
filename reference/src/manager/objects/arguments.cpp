#include "manager/objects/arguments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "manager/objects/python_text.hpp"

namespace mp::manager {
namespace {

std::string counted(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count) + ' ';
  text.append(noun);
  if (count != 1) text += 's';
  return text;
}

std::string called(std::string_view function) { return std::string(function) + "()"; }

Raise too_many(std::string_view function, std::size_t required, std::size_t most,
               std::size_t given) {
  const std::string takes = required == most ? counted(most, "positional argument")
                                             : "from " + std::to_string(required) + " to " +
                                                   std::to_string(most) + " positional arguments";
  return type_error(called(function) + " takes " + takes + " but " + std::to_string(given) +
                    (given == 1 ? " was given" : " were given"));
}

Attempt<void> bind_names(const Call& call, std::string_view function,
                         std::span<const std::string_view> names, std::span<const Object*> out) {
  if (call.kwargs == nullptr) return {};
  for (const DictView::Item item : *call.kwargs) {
    const std::string name(item.key.as_str());
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return type_error(called(function) + " got an unexpected keyword argument '" + name + "'");
    }
    const Object*& slot = out[static_cast<std::size_t>(found - names.begin())];
    if (slot != nullptr) {
      return type_error(called(function) + " got multiple values for argument '" + name + "'");
    }
    slot = &item.value;
  }
  return {};
}

}  // namespace

Attempt<void> bind_into(const Call& call, std::string_view function,
                        std::span<const std::string_view> names, std::size_t required,
                        std::span<const Object*> out) {
  if (call.args.size() > names.size()) {
    return too_many(function, required, names.size(), call.args.size());
  }
  for (std::size_t i = 0; i < call.args.size(); ++i) out[i] = &call.args[i];
  MP_TRY(bind_names(call, function, names, out));
  for (std::size_t i = 0; i < required; ++i) {
    if (out[i] != nullptr) continue;
    return type_error(called(function) + " missing 1 required positional argument: '" +
                      std::string(names[i]) + "'");
  }
  return {};
}

Attempt<void> expect_positional(const Call& call, std::string_view function, std::size_t least,
                                std::size_t most) {
  if (call.kwargs != nullptr && !call.kwargs->empty()) {
    return type_error(called(function) + " takes no keyword arguments");
  }
  const std::size_t given = call.args.size();
  if (given >= least && given <= most) return {};
  if (most == 0) {
    return type_error(called(function) + " takes no arguments (" + std::to_string(given) +
                      " given)");
  }
  if (least == 1 && most == 1) {
    return type_error(called(function) + " takes exactly one argument (" + std::to_string(given) +
                      " given)");
  }
  const bool few = given < least;
  const std::string bound = least == most ? "" : few ? "at least " : "at most ";
  return type_error(std::string(function) + " expected " + bound +
                    counted(few ? least : most, "argument") + ", got " + std::to_string(given));
}

Attempt<std::int64_t> to_index(const Object& object) {
  if (!is_integer(object)) {
    return type_error("'" + python_type_name(object) +
                      "' object cannot be interpreted as an integer");
  }
  if (!object.fits_int64()) return index_error("cannot fit 'int' into an index-sized integer");
  return object.as_int64();
}

Attempt<std::int64_t> to_ssize(const Object& object, std::string_view overflow) {
  if (is_integer(object) && !object.fits_int64()) return overflow_error(overflow);
  return to_index(object);
}

namespace {

/// A bound of a slice: beyond 64 bits it is as good as the end on its side.
Attempt<std::int64_t> slice_number(const Object& object, std::int64_t fallback) {
  if (object.is_none()) return fallback;
  if (!is_integer(object)) {
    return type_error("slice indices must be integers or None or have an __index__ method");
  }
  if (object.fits_int64()) return object.as_int64();
  const bool negative = object.int_text().starts_with('-');
  return negative ? std::numeric_limits<std::int64_t>::min()
                  : std::numeric_limits<std::int64_t>::max();
}

/// As Python clips a slice's start or stop into the sequence.
std::int64_t clip(std::int64_t position, std::int64_t length, std::int64_t step) {
  const std::int64_t lowest = step < 0 ? -1 : 0;
  const std::int64_t highest = step < 0 ? length - 1 : length;
  if (position < 0) position = position < -length ? lowest : position + length;
  return std::clamp(position, lowest, highest);
}

}  // namespace

Attempt<SliceRange> resolve_slice(const Object& slice, std::size_t length) {
  const auto size = static_cast<std::int64_t>(length);
  MP_TRY_ASSIGN(std::int64_t step, slice_number(slice.step(), 1));
  if (step == 0) return value_error("slice step cannot be zero");
  step = std::max(step, -std::numeric_limits<std::int64_t>::max());
  MP_TRY_ASSIGN(std::int64_t start, slice_number(slice.start(), step < 0 ? size - 1 : 0));
  // The default stop of a negative step is before the first item, which no number can say.
  const bool to_front = step < 0 && slice.stop().is_none();
  MP_TRY_ASSIGN(std::int64_t stop, slice_number(slice.stop(), size));
  start = clip(start, size, step);
  stop = to_front ? -1 : clip(stop, size, step);
  std::size_t count = 0;
  if (step > 0 && start < stop) count = static_cast<std::size_t>((stop - start - 1) / step + 1);
  if (step < 0 && stop < start) count = static_cast<std::size_t>((start - stop - 1) / -step + 1);
  return SliceRange{start, step, count};
}

Attempt<std::size_t> resolve_index(std::int64_t index, std::size_t length,
                                   std::string_view out_of_range) {
  const auto size = static_cast<std::int64_t>(length);
  if (index < 0) index += size;
  if (index < 0 || index >= size) return index_error(out_of_range);
  return static_cast<std::size_t>(index);
}

Attempt<double> to_seconds(const Object& object) {
  if (!is_integer(object) && object.kind() != Kind::Float) {
    return type_error("'" + python_type_name(object) +
                      "' object cannot be interpreted as an integer");
  }
  const std::optional<double> seconds = object.to_double();
  if (!seconds) return overflow_error("int too large to convert to float");
  return *seconds;
}

Attempt<WaitLimit> to_wait_limit(const Object* timeout) {
  if (timeout == nullptr || timeout->is_none()) return WaitLimit{};
  MP_TRY_ASSIGN(const double seconds, to_seconds(*timeout));
  return WaitLimit(seconds);
}

Attempt<Clock::time_point> deadline_of(const WaitLimit& limit, Clock::time_point now) {
  if (!limit) return Clock::time_point::max();
  const double seconds = *limit;
  if (std::isnan(seconds)) return value_error("Invalid value NaN (not a number)");
  if (seconds > kTimeoutMax) {
    return overflow_error("timestamp out of range for platform time_t");
  }
  const std::chrono::duration<double> wait(std::max(seconds, 0.0));
  const auto ticks = std::chrono::ceil<Clock::duration>(wait);
  if (ticks >= Clock::time_point::max() - now) return Clock::time_point::max();
  return now + ticks;
}

}  // namespace mp::manager
