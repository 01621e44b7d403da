// Numbers of a range, for generators.
#pragma once

#include <rapidcheck.h>

namespace mpspec::gen {

/// Any number from `min` on and below `max`, each with the same chance. rc::gen::inRange stays near
/// `min` while rapidcheck's size is small, and in the commands of a sequence it always is: of two
/// actors the second would never do anything, and the last rows of a table would never be drawn.
template <class T>
rc::Gen<T> in_range(T min, T max) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(min, max));
}

}  // namespace mpspec::gen
