#pragma once

#include <cstddef>
#include <cstdint>

#include "mp/typecode.hpp"

namespace mp::sync {

/// `value` as the bits of one element, in the low bytes.
/// Errors: InvalidArgument  the value is of the wrong type for the typecode
Result<std::uint64_t> encode(Typecode typecode, const Scalar& value);

/// The value of an element with these bits in the low bytes.
Scalar decode(Typecode typecode, std::uint64_t bits);

/// One element at `item`, which is aligned to its size: one load, one store.
std::uint64_t load_bits(Typecode typecode, const std::byte* item);
void store_bits(Typecode typecode, std::byte* item, std::uint64_t bits);

}  // namespace mp::sync
