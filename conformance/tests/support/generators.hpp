// rapidcheck generators of Python values.
#pragma once

#include <rapidcheck.h>

#include "model/value.hpp"

namespace mpspec::gen {

/// None, bools, small, 32-bit, 64-bit and big ints.
rc::Gen<Value> integer();
/// Floats incl. -0.0, infinities, subnormals and nan.
rc::Gen<Value> floating();
/// Any Unicode: NUL, quotes, non-BMP characters, lone surrogates.
rc::Gen<Value> text();
rc::Gen<Value> byte_string();
/// Anything without parts.
rc::Gen<Value> scalar();
/// What can be a dict key or a member of a set: scalars but nan, and tuples of them.
rc::Gen<Value> key();
/// Any value: scalars, lists, tuples, dicts and sets of values, at most `depth` levels of
/// containers.
rc::Gen<Value> any(int depth = 2);
/// From a small pool, so that equal values occur: 0, 1, True, 1.0, 'a', ...
rc::Gen<Value> common();

}  // namespace mpspec::gen

namespace rc {
template <>
struct Arbitrary<mpspec::Value> {
  static Gen<mpspec::Value> arbitrary() { return mpspec::gen::any(); }
};
}  // namespace rc
