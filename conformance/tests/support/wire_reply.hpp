// What a manager server answers to a request.
#pragma once

#include <gmock/gmock.h>

#include <iosfwd>
#include <string>
#include <vector>

#include "wire/pickled.hpp"

namespace mpspec {

/// (kind, payload); the objects in the payload are those of `pickled`.
struct Reply {
  std::string kind;
  Value payload;
  Pickled pickled;

  /// An object in the payload; null for a plain value.
  [[nodiscard]] const PickledObject* object(const Value& part) const {
    return pickled.object(part);
  }
};
void PrintTo(const Reply& reply, std::ostream* out);

/// The reply in a frame. Ends the case as a failure when there is none in it.
Reply read_reply(const std::string& payload);

/// A part of a tuple, and the names in a tuple of strings. End the case as a failure for anything
/// else.
Value part_of(const Value& tuple, std::size_t index);
std::vector<std::string> names_in(const Value& tuple);
std::string text_of(const Value& value);

using ReplyMatcher = ::testing::Matcher<const Reply&>;

/// The server answered that the request came to this value.
ReplyMatcher Answers(const Value& expected);
/// The server answered that the request is wrong, in words.
ReplyMatcher AnswersTraceback();
/// The method failed with this error, a class by its name without module.
ReplyMatcher AnswersError(const std::string& name);

}  // namespace mpspec
