// An object of the backend, by the name the actors know it under.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/value.hpp"

namespace mpspec {

struct Object {
  std::string name;
  std::string type;  // "Queue", "manager.dict", ...

  operator Value() const { return Ref{name}; }
};

using Args = std::vector<Value>;
using Kwargs = std::vector<std::pair<std::string, Value>>;

}  // namespace mpspec
