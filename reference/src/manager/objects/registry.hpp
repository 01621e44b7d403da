#pragma once

#include <memory>
#include <string_view>

#include "manager/objects/outcome.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Makes an object from the arguments of a `create` request.
using MakeReferent = Attempt<std::unique_ptr<Referent>> (*)(Host& host, ObjectNumber number,
                                                            const Call& call);

/// Makes an object that save() has described. It may be anything when `state` is not whole behind
/// it; what it holds and what it refers to is looked up when it is asked for.
using RestoreReferent = std::unique_ptr<Referent> (*)(Host& host, ObjectNumber number,
                                                      SavedState& state);

/// The constructor of a type of SyncManager's registry; nullptr for an unknown typeid, and for
/// Pool, which would have to run code.
MakeReferent find_type(std::string_view type_id);
/// nullptr for a type that find_type() does not know.
RestoreReferent find_restore(std::string_view type_id);

}  // namespace mp::manager
