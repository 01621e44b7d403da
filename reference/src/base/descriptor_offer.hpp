#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"
#include "mp/result.hpp"

namespace mp::base {

/// Where a descriptor is to be had, in bytes that can travel anywhere.
struct OfferedDescriptor {
  std::string address;  ///< of an abstract Unix socket, without its leading NUL
  std::uint64_t token;
};

/// Keeps the descriptor for whoever fetches it first: another process of the same user that knows
/// the token. Not fetched, it is kept until this process ends; a forked child does not offer it. A
/// thread of this process hands descriptors out; it is started by the first offer.
/// Errors: System  no socket or descriptor is left
Result<OfferedDescriptor> offer_descriptor(UniqueFd fd);

/// Errors: NotFound   it was fetched before, or the process that offered it has ended
///         Malformed  no such address
///         System     the operating system refused
Result<UniqueFd> fetch_descriptor(const OfferedDescriptor& offer);

}  // namespace mp::base
