// What several actors did to shared objects at the same time, and what they were told.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "driver/object.hpp"
#include "model/result.hpp"

namespace mpspec {

/// On the system-wide CLOCK_MONOTONIC. An actor reads it before and after a call, outside of
/// everything the call does.
using Stamp = std::chrono::steady_clock::time_point;

/// One call of one actor. It took effect at one moment of the closed interval from `began` to
/// `ended`: clocks tie, and calls that share a stamp may have happened in either order.
struct Call {
  int actor = 0;
  std::string object;
  std::string method;  // "put_nowait"
  Args args{};
  Kwargs kwargs{};
  /// What it came to; nothing when nobody was told.
  std::optional<ModelResult> seen{};
  Stamp began{};
  Stamp ended{};
  /// The caller was killed, or was told that nobody knows: the call took effect at any time after
  /// `began`, or never, and `ended` means nothing.
  bool indefinite = false;
};

/// An object and what it was made from: the arguments of TYPE.new.
struct SharedObject {
  std::string name;
  std::string type;  // "manager.dict"
  Args args{};
  Kwargs kwargs{};
};

/// The calls may stand in any order.
struct History {
  std::vector<SharedObject> objects;
  std::vector<Call> calls;
};

/// The history is none that can be judged: an object nobody made, an operation the models do not
/// know, a call that ended before it began. Not a verdict on the backend.
class HistoryError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The same value, or an error of the same type.
bool same_result(const ModelResult& a, const ModelResult& b);

/// The argument at a position, or given by name; nothing when it was left out.
const Value* argument(const Call& call, std::size_t position, std::string_view name);

/// A line of Python: d.get('x').
std::string call_text(const Call& call);
/// None, 5, KeyError, or `?` when nobody was told.
std::string outcome_text(const Call& call);
std::string outcome_text(const ModelResult& result);

}  // namespace mpspec
