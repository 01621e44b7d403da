#pragma once

#include <memory>
#include <string_view>

#include "manager/objects/outcome.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Makes an object from the arguments of a `create` request.
using MakeReferent = Attempt<std::unique_ptr<Referent>> (*)(Host& host, ObjectNumber number,
                                                            const Call& call);

/// The constructor of a type of SyncManager's registry; nullptr for an unknown typeid, and for
/// Pool, which would have to run code.
MakeReferent find_type(std::string_view type_id);

}  // namespace mp::manager
