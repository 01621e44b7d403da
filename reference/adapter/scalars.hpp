// Elements of Value and Array between Python values and mp::Scalar.
#pragma once

#include <mp/object.hpp>
#include <mp/synchronized.hpp>
#include <mp/typecode.hpp>

#include "operation.hpp"

namespace adapter {

/// The typecode argument. Raises TypeError for an unknown one.
mp::Typecode typecode_argument(const Call& call);

/// Raises TypeError for what no typecode takes. An int of more than 64 bits is taken modulo two to
/// the power of 64, of which the store then takes its part.
mp::Scalar scalar_from(const mp::Object& object, mp::Typecode typecode);
mp::Object object_from(const mp::Scalar& scalar);

/// The third argument of Value.new and Array.new: lock=False, or a Lock or RLock of this actor.
bool wants_no_lock(const Call& call);
std::optional<mp::AnyLock> given_lock(const Call& call);
Live live_lock(const mp::AnyLock& lock);

}  // namespace adapter
