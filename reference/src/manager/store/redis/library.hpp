#pragma once

#include <string_view>

namespace mp::manager {

/// The functions that the engine runs, in Lua: each is atomic. They keep, under one prefix,
///   meta     tag, check, form: whose store it is; pos: the last position in the order; managers:
///            the last number given; snap, snapkey: the newest snapshot; bytes: of entries since
///   log      a stream of entries, the position being the ID
///   members  the managers that take part, with the last sequence of each: the only thing that
///            decides whether a manager may go on
///   leases   until when (milliseconds of the engine's clock) each is taken for alive
///   applied  how far each has got, behind which the log may be cut off
/// KEYS are always these five, in this order.
inline constexpr std::string_view kLibraryName = "mpspec_store_1";
std::string_view library_code();

}  // namespace mp::manager
