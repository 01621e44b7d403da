// What a search asks of the model of one object.
#pragma once

#include <cstddef>
#include <string>

namespace mpspec {

/// The state of one object as the calls of a history change it. It is made for a list of calls and
/// knows them by their positions there.
/// Sharing: one search.
class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() = default;

  /// Does the call. False, and nothing is changed, when here it cannot come to what was seen.
  virtual bool step(std::size_t call) = 0;
  /// Takes back the last step that was done and not yet taken back.
  virtual void undo() = 0;
  /// Appends the state: the same text for the same state only.
  virtual void append_state(std::string& to) const = 0;
  /// The state, for a person.
  [[nodiscard]] virtual std::string text() const = 0;
  /// What the call would come to here, for a person.
  [[nodiscard]] virtual std::string expected(std::size_t call) = 0;
  /// How many bytes a step keeps for each byte of the state's text.
  [[nodiscard]] virtual std::size_t kept_bytes() const = 0;
};

}  // namespace mpspec
