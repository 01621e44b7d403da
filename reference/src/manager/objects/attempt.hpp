#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "mp/object.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// A Python exception that a method raises.
class Raise {
 public:
  static Raise of(Object exception) { return Raise(std::move(exception)); }
  const Object& exception() const { return exception_; }

 private:
  explicit Raise(Object exception) : exception_(std::move(exception)) {}
  Object exception_;
};

/// A value, or the exception that stands in its place: what Result is to Error. MP_TRY works on
/// both.
template <class T>
class [[nodiscard]] Attempt {
 public:
  template <class U = T>
  requires(!std::same_as<std::remove_cvref_t<U>, Attempt> &&
           !std::same_as<std::remove_cvref_t<U>, Raise> && std::convertible_to<U, T>)
      Attempt(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Attempt(Raise raise) : state_(std::in_place_index<1>, std::move(raise)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return value(*this); }
  const T& operator*() const& { return value(*this); }
  T&& operator*() && { return std::move(value(*this)); }
  T* operator->() { return &value(*this); }
  const T* operator->() const { return &value(*this); }

  const Raise& error() const {
    const Raise* raise = std::get_if<1>(&state_);
    MP_ASSERT(raise != nullptr);
    return *raise;
  }

 private:
  template <class Self>
  static auto& value(Self& self) {
    auto* found = std::get_if<0>(&self.state_);
    MP_ASSERT(found != nullptr);
    return *found;
  }

  std::variant<T, Raise> state_;
};

/// Done, or an exception.
template <>
class [[nodiscard]] Attempt<void> {
 public:
  Attempt() : raise_(Raise::of(Object())), failed_(false) {}
  Attempt(Raise raise) : raise_(std::move(raise)), failed_(true) {}

  explicit operator bool() const { return !failed_; }
  const Raise& error() const {
    MP_ASSERT(failed_);
    return raise_;
  }

 private:
  Raise raise_;
  bool failed_;
};

}  // namespace mp::manager
