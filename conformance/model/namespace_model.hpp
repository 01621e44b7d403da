// A bag of attributes.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "model/result.hpp"

namespace mpspec {

/// Names are strings that do not begin with an underscore.
class NamespaceModel {
 public:
  ModelResult set(const Value& name, const Value& value) {
    const auto known = find(name);
    if (known == attributes_.end()) {
      attributes_.emplace_back(name, value);
    } else {
      known->second = value;
    }
    return Value();
  }
  ModelResult get(const Value& name) {
    const auto known = find(name);
    return known == attributes_.end() ? fails("AttributeError") : ModelResult(known->second);
  }
  ModelResult del(const Value& name) {
    const auto known = find(name);
    if (known == attributes_.end()) return fails("AttributeError");
    attributes_.erase(known);
    return Value();
  }

 private:
  using Attributes = std::vector<std::pair<Value, Value>>;
  Attributes::iterator find(const Value& name) {
    return std::find_if(attributes_.begin(), attributes_.end(),
                        [&](const auto& attribute) { return attribute.first == name; });
  }
  Attributes attributes_;
};

}  // namespace mpspec
