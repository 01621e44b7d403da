#pragma once

#include <optional>
#include <span>

#include "mp/object.hpp"

/// Calls in pickles whose result is a value without others in it. Nothing when the arguments are
/// not those that picklers write: the call is kept as it is.
namespace mp::pickle {

using Args = std::span<const Object>;

std::optional<Object> make_bytes(Args args);
std::optional<Object> make_bytearray(Args args);
std::optional<Object> make_complex(Args args);
std::optional<Object> make_range(Args args);
/// _codecs.encode(str, 'latin1'): how protocols 0 to 2 write bytes.
std::optional<Object> encode_latin1(Args args);
/// array.array(typecode, bytes or list or str).
std::optional<Object> make_array(Args args);
/// array._array_reconstructor(array.array, typecode, machine format, bytes).
std::optional<Object> reconstruct_array(Args args);

}  // namespace mp::pickle
