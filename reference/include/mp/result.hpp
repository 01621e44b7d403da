#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "mp/assert.hpp"
#include "mp/error.hpp"

namespace mp {

/// A value of T or an Error. The subset of std::expected<T, Error> that the library uses, so that
/// it can become it: `return value;` and `return Error{...};` both convert. Looking at what is not
/// there stops the program.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = Error;

  template <class U = T>
  requires(!std::same_as<std::remove_cvref_t<U>, Result> &&
           !std::same_as<std::remove_cvref_t<U>, Error> &&
           std::constructible_from<T, U>) explicit(!std::convertible_to<U, T>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& operator*() & { return checked_value(*this); }
  const T& operator*() const& { return checked_value(*this); }
  T&& operator*() && { return std::move(checked_value(*this)); }
  T* operator->() { return &checked_value(*this); }
  const T* operator->() const { return &checked_value(*this); }

  T& value() & { return checked_value(*this); }
  const T& value() const& { return checked_value(*this); }
  T&& value() && { return std::move(checked_value(*this)); }
  template <class U>
  T value_or(U&& fallback) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(fallback));
  }

  Error& error() & { return checked_error(*this); }
  const Error& error() const& { return checked_error(*this); }
  Error&& error() && { return std::move(checked_error(*this)); }

 private:
  template <class Self>
  static auto& checked_value(Self& self) {
    auto* value = std::get_if<0>(&self.state_);
    MP_ASSERT(value != nullptr);
    return *value;
  }
  template <class Self>
  static auto& checked_error(Self& self) {
    auto* error = std::get_if<1>(&self.state_);
    MP_ASSERT(error != nullptr);
    return *error;
  }

  std::variant<T, Error> state_;
};

/// Success without a value, or an Error. `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void operator*() const { MP_ASSERT(has_value()); }
  void value() const { MP_ASSERT(has_value()); }

  Error& error() & {
    MP_ASSERT(error_.has_value());
    return *error_;
  }
  const Error& error() const& {
    MP_ASSERT(error_.has_value());
    return *error_;
  }
  Error&& error() && {
    MP_ASSERT(error_.has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace mp

#define MP_CONCAT_INNER(a, b) a##b
#define MP_CONCAT(a, b) MP_CONCAT_INNER(a, b)

/// Leaves the enclosing function with the error of `...` when it has one.
#define MP_TRY(...)                                              \
  do {                                                           \
    auto MP_CONCAT(mp_result_, __LINE__) = (__VA_ARGS__);        \
    if (!MP_CONCAT(mp_result_, __LINE__))                        \
      return std::move(MP_CONCAT(mp_result_, __LINE__)).error(); \
  } while (false)

/// `MP_TRY_ASSIGN(auto x, f());`: x is f()'s value, or the enclosing function returns f()'s error.
#define MP_TRY_ASSIGN(target, ...)                                                                 \
  auto MP_CONCAT(mp_result_, __LINE__) = (__VA_ARGS__);                                            \
  if (!MP_CONCAT(mp_result_, __LINE__)) return std::move(MP_CONCAT(mp_result_, __LINE__)).error(); \
  target = *std::move(MP_CONCAT(mp_result_, __LINE__))
