// Values between the adapter protocol's JSON and mp::Object.
#pragma once

#include <functional>
#include <mp/object.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace adapter {

/// An operation that fails raises one of these; it becomes the reply's `error`.
struct Raised {
  std::string type;
  std::string message;
  std::vector<mp::Object> args;
};

/// What stands for a reference inside a value: a marker that names the object. Handlers that take
/// objects look for it; what cannot be sent shows itself by it.
mp::Object marker(const std::string& name);
std::optional<std::string> marked_name(const mp::Object& object);
/// Whether a marker stands anywhere inside.
bool contains_marker(const mp::Object& object);

/// Throws Raised (AdapterError) for what is no value. `resolve` gives the object for a reference.
using Resolve = std::function<mp::Object(const std::string& name)>;
mp::Object from_json(const nlohmann::json& json, const Resolve& resolve);
nlohmann::json to_json(const mp::Object& object);

/// {"type": ..., "args": [...], "message": ...}
nlohmann::json to_json(const Raised& raised);

}  // namespace adapter
