// Values as the adapter protocol writes them: spec/adapter/README.md, "Values".
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "model/value.hpp"

namespace mpspec {

/// The adapter broke the adapter protocol; the text says how.
class ProtocolError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

nlohmann::json to_json(const Value& value);

/// Throws ProtocolError for what is no value of the protocol, or is nested too deeply.
Value from_json(const nlohmann::json& json);

}  // namespace mpspec
