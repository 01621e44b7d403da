// The C types that Value and Array hold, by their typecodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.hpp"

namespace mpspec {

/// The sizes are those of 64-bit Linux.
class CType {
 public:
  /// Nothing for a typecode that no type has.
  static std::optional<CType> of(std::string_view typecode);
  /// All of them.
  static const std::vector<CType>& all();

  [[nodiscard]] std::string typecode() const { return std::string(1, code_); }
  [[nodiscard]] bool is_integer() const { return kind_ == Kind::integer; }
  [[nodiscard]] bool is_character() const { return kind_ == Kind::character; }
  [[nodiscard]] bool is_floating() const { return kind_ == Kind::floating; }
  /// The range of an integer type.
  [[nodiscard]] BigInt smallest() const;
  [[nodiscard]] BigInt largest() const;

  /// The initial value.
  [[nodiscard]] Value zero() const;
  /// What is read back after assigning the value, or TypeError. A number assigned to a floating
  /// type has to be a float or an integer that a double holds exactly.
  [[nodiscard]] ModelResult stored(const Value& value) const;

  friend bool operator==(const CType& a, const CType& b) = default;

 private:
  enum class Kind { integer, floating, character };
  constexpr CType(char code, Kind kind, int bytes, bool is_signed)
      : code_(code), kind_(kind), bytes_(bytes), is_signed_(is_signed) {}

  [[nodiscard]] unsigned bits() const { return static_cast<unsigned>(bytes_) * 8; }
  [[nodiscard]] ModelResult stored_integer(const Value& value) const;
  [[nodiscard]] ModelResult stored_floating(const Value& value) const;

  char code_;
  Kind kind_;
  int bytes_;
  bool is_signed_;
};

}  // namespace mpspec
