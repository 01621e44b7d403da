#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>

#include "mp/object.hpp"

namespace mp::manager {

/// Reads a state that save() has written: a tuple, part by part. Whatever is not as expected makes
/// the whole wrong, and gives something harmless in its place, so that only is_whole() has to be
/// looked at.
class SavedState {
 public:
  explicit SavedState(const Object& state) : state_(state), is_right_(state.kind() == Kind::Tuple) {
    if (is_right_) parts_ = state_.items();
  }

  Object any();
  /// A value of that kind; an empty one of that kind if it is not.
  Object list();
  Object dict();
  Object tuple();
  std::int64_t integer();
  std::uint64_t number() { return static_cast<std::uint64_t>(integer()); }
  bool flag() { return integer() != 0; }
  /// Copied by the caller, if it is to last.
  std::string_view bytes();
  std::deque<std::uint64_t> numbers();

  bool is_at_end() const { return parts_.empty(); }
  void reject() { is_right_ = false; }
  /// Everything was as expected, and nothing is left.
  bool is_whole() const { return is_right_ && is_at_end(); }

 private:
  Object of(Kind kind, Object otherwise);

  Object state_;  // the owner of the parts
  bool is_right_;
  std::span<const Object> parts_;
};

inline Object saved(std::uint64_t number) { return Object::unsigned_integer(number); }
Object saved(const std::deque<std::uint64_t>& numbers);

}  // namespace mp::manager
