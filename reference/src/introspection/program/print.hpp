#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mp/introspection.hpp"

namespace mp::introspection {

/// One line an object, with a heading.
std::string table(const std::vector<Object>& objects);

/// All that is known of one object, a line each.
std::string page(const Object& object);

/// {"kind", "id", "name", "bytes", "memory", "created", "creator", "creator_is_alive", "processes",
/// "holders", "waiters", "details", "trouble"}, times in seconds since the epoch; what is not known
/// is null.
nlohmann::json to_json(const Object& object);

}  // namespace mp::introspection
