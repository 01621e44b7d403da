// actor.program: spec/adapter/README.md, "Programs".
#pragma once

#include <nlohmann/json.hpp>

namespace adapter {

class Actor;

/// Runs the request's program; the reply without its id. Raises AdapterError for a program that is
/// none.
nlohmann::json run_program(Actor& actor, const nlohmann::json& request);

}  // namespace adapter
