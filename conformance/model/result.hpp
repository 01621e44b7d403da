// What an operation comes to in a model.
#pragma once

#include <string>
#include <variant>

#include "model/value.hpp"

namespace mpspec {

/// The class name of a Python exception, as the adapter protocol names it.
struct ModelError {
  std::string type;
};

/// A model's operation gives a value or fails; failing leaves the model as it was.
using ModelResult = std::variant<Value, ModelError>;

inline ModelResult fails(std::string type) { return ModelError{std::move(type)}; }

}  // namespace mpspec
