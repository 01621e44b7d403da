// What an operation came to.
#pragma once

#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

#include "driver/line_connection.hpp"
#include "model/value.hpp"

namespace mpspec {

/// An exception by its class name without module, as the adapter protocol names it.
struct Failure {
  std::string type;
  std::vector<Value> args;
  std::string message;
};

class Outcome {
 public:
  using Stamp = Clock::time_point;

  Outcome(Value value) : result_(std::move(value)) {}
  Outcome(Failure failure) : result_(std::move(failure)) {}

  [[nodiscard]] bool ok() const { return std::holds_alternative<Value>(result_); }
  /// The result; ends the case as a failure when there is none, because the case relies on it.
  [[nodiscard]] const Value& value() const;
  /// The error's type, or "" for a result.
  [[nodiscard]] std::string error() const;
  [[nodiscard]] const Failure* failure() const { return std::get_if<Failure>(&result_); }

  /// When the actor called the operation and when it returned, on the system-wide monotonic clock.
  Stamp began{};
  Stamp ended{};

  /// Results are the same value, or errors have the same type.
  friend bool operator==(const Outcome& a, const Outcome& b);

 private:
  std::variant<Value, Failure> result_;
};

std::string to_text(const Outcome& outcome);
void PrintTo(const Outcome& outcome, std::ostream* out);
std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

/// Reads {"ok": ...} or {"error": ...}; throws ProtocolError for anything else.
Outcome outcome_from(const nlohmann::json& reply);

}  // namespace mpspec
