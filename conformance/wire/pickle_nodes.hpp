// The values of a pickle while it is being read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wire/pickled.hpp"

namespace mpspec {

struct Node;
using NodePtr = std::shared_ptr<Node>;

/// A value under construction. Containers are filled after they were
/// remembered, so that a reference to one has to see what comes later.
struct Node {
  enum class Kind { scalar, list, tuple, dict, set, frozenset, object };

  Kind kind = Kind::scalar;
  Value scalar{};
  std::vector<NodePtr> parts{};  // items; keys and values in turn; arguments
  PickledObject::Kind object_kind = PickledObject::Kind::global;
  std::string module{};
  std::string name{};
  NodePtr state{};
};

inline NodePtr scalar(Value value) {
  return std::make_shared<Node>(Node{.scalar = std::move(value)});
}
inline NodePtr container(Node::Kind kind, std::vector<NodePtr> parts = {}) {
  return std::make_shared<Node>(Node{.kind = kind, .parts = std::move(parts)});
}

/// The finished value.
/// Errors: PickleError when it contains itself, is nested too deep or has too
/// many parts.
Pickled finish(const NodePtr& root);

}  // namespace mpspec
