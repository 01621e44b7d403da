#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "mp/result.hpp"

namespace mp {

/// The element types of Value and Array, by Python's letters: c is one byte as text, u one wide
/// character, the others are the C numbers of that letter in Python's `array` and `ctypes`, in
/// native size and byte order.
enum class Typecode : char {
  c = 'c',
  b = 'b',
  B = 'B',
  h = 'h',
  H = 'H',
  i = 'i',
  I = 'I',
  l = 'l',
  L = 'L',
  q = 'q',
  Q = 'Q',
  f = 'f',
  d = 'd',
  u = 'u',
};

/// Errors: InvalidArgument  not one of the letters
Result<Typecode> to_typecode(char letter);

/// Size of one element: 1, 2, 4 or 8.
std::size_t item_bytes(Typecode typecode);

/// One element whose type is known at run time: an integer (of the b to Q), a float (f, d), a byte
/// (c), a character (u).
using Scalar = std::variant<std::int64_t, std::uint64_t, double, std::byte, char32_t>;

/// The C++ types that have a typecode.
template <class T>
concept ScalarType =
    std::same_as<T, char> || std::same_as<T, signed char> || std::same_as<T, unsigned char> ||
    std::same_as<T, short> || std::same_as<T, unsigned short> || std::same_as<T, int> ||
    std::same_as<T, unsigned> || std::same_as<T, long> || std::same_as<T, unsigned long> ||
    std::same_as<T, long long> || std::same_as<T, unsigned long long> || std::same_as<T, float> ||
    std::same_as<T, double> || std::same_as<T, wchar_t>;

template <ScalarType T>
consteval Typecode typecode_of() {
  if constexpr (std::same_as<T, char>) return Typecode::c;
  if constexpr (std::same_as<T, signed char>) return Typecode::b;
  if constexpr (std::same_as<T, unsigned char>) return Typecode::B;
  if constexpr (std::same_as<T, short>) return Typecode::h;
  if constexpr (std::same_as<T, unsigned short>) return Typecode::H;
  if constexpr (std::same_as<T, int>) return Typecode::i;
  if constexpr (std::same_as<T, unsigned>) return Typecode::I;
  if constexpr (std::same_as<T, long>) return Typecode::l;
  if constexpr (std::same_as<T, unsigned long>) return Typecode::L;
  if constexpr (std::same_as<T, long long>) return Typecode::q;
  if constexpr (std::same_as<T, unsigned long long>) return Typecode::Q;
  if constexpr (std::same_as<T, float>) return Typecode::f;
  if constexpr (std::same_as<T, double>) return Typecode::d;
  if constexpr (std::same_as<T, wchar_t>) return Typecode::u;
}

}  // namespace mp
