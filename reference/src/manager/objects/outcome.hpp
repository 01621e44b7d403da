#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "manager/objects/attempt.hpp"
#include "manager/protocol/exception_text.hpp"
#include "mp/clock.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// What came of a call.
class Outcome {
 public:
  enum class Kind {
    Return,          ///< value() is the result
    Raise,           ///< value() is the exception, sent as '#ERROR'
    Park,            ///< no answer yet: somebody will answer, or deadline() passes
    Unserializable,  ///< text(): the result exists but cannot travel
    Traceback,       ///< text(): refused by the server itself
  };

  Outcome() : Outcome(Kind::Return, Object()) {}
  Outcome(const Raise& raise) : Outcome(Kind::Raise, raise.exception()) {}
  template <class T>
  Outcome(Attempt<T> attempt)
      : Outcome(attempt ? Outcome::returned(*std::move(attempt))
                        : Outcome(std::move(attempt).error())) {}

  static Outcome returned(Object value) { return Outcome(Kind::Return, std::move(value)); }
  static Outcome park(Clock::time_point deadline = Clock::time_point::max()) {
    Outcome outcome(Kind::Park, Object());
    outcome.deadline_ = deadline;
    return outcome;
  }
  static Outcome unserializable(std::string text) {
    return Outcome(Kind::Unserializable, std::move(text));
  }
  static Outcome traceback(std::string text) { return Outcome(Kind::Traceback, std::move(text)); }

  Kind kind() const { return kind_; }
  const Object& value() const { return value_; }
  const std::string& text() const { return text_; }
  Clock::time_point deadline() const { return deadline_; }

 private:
  Outcome(Kind kind, Object value) : kind_(kind), value_(std::move(value)) {}
  Outcome(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

  Kind kind_;
  Object value_;
  std::string text_;
  Clock::time_point deadline_ = Clock::time_point::max();
};

inline Outcome returned(Object value = Object()) { return Outcome::returned(std::move(value)); }

/// A builtin exception with one text argument, as in ValueError("...").
Raise raise(std::string_view builtin, std::string_view text);
inline Raise type_error(std::string_view text) { return raise("TypeError", text); }
inline Raise value_error(std::string_view text) { return raise("ValueError", text); }
inline Raise index_error(std::string_view text) { return raise("IndexError", text); }
inline Raise runtime_error(std::string_view text) { return raise("RuntimeError", text); }
inline Raise overflow_error(std::string_view text) { return raise("OverflowError", text); }
/// KeyError(key): the argument is the key itself.
Raise key_error(Object key);
/// An exception without arguments, as in queue.Empty().
Raise raise_bare(std::string_view module, std::string_view name);

/// What the value library refuses: TypeError, or RecursionError for too deep a nesting.
Raise from_wire(const Error& error);
/// The same for a whole result.
template <class T>
Attempt<T> attempt(Result<T> result) {
  if (!result) return from_wire(result.error());
  return *std::move(result);
}

inline Attempt<void> attempt(Result<void> result) {
  if (!result) return from_wire(result.error());
  return {};
}

/// The refusal that says so: the exception as text.
inline Outcome traceback(const Raise& raise) {
  return Outcome::traceback(exception_text(raise.exception()) + "\n");
}

}  // namespace mp::manager
