#include "wire/pickle_nodes.hpp"

#include <map>
#include <utility>

namespace mpspec {
namespace {

/// Turns finished nodes into values.
class Finisher {
 public:
  Pickled run(const NodePtr& root) {
    out_.value = finish(root, 0);
    return std::move(out_);
  }

 private:
  static constexpr int kDepthMax = 500;
  static constexpr int kPartsMax = 2'000'000;  // parts that occur twice are counted twice

  Value finish(const NodePtr& node, int depth) {
    if (depth > kDepthMax) throw PickleError("nested too deep, or contains itself");
    if (++parts_ > kPartsMax) throw PickleError("has too many parts");
    if (node->kind == Node::Kind::scalar) return node->scalar;
    if (node->kind == Node::Kind::object) return finish_object(node, depth);
    std::vector<Value> parts = finish_all(node->parts, depth);
    switch (node->kind) {
      case Node::Kind::list:
        return List{std::move(parts)};
      case Node::Kind::tuple:
        return Tuple{std::move(parts)};
      case Node::Kind::set:
        return Set{std::move(parts)};
      case Node::Kind::frozenset:
        return FrozenSet{std::move(parts)};
      default:
        return finish_dict(std::move(parts));
    }
  }
  std::vector<Value> finish_all(const std::vector<NodePtr>& nodes, int depth) {
    std::vector<Value> values;
    for (const NodePtr& node : nodes) values.push_back(finish(node, depth + 1));
    return values;
  }
  static Value finish_dict(std::vector<Value> parts) {
    Dict out;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
      out.items.emplace_back(std::move(parts[i]), std::move(parts[i + 1]));
    return out;
  }
  Value finish_object(const NodePtr& node, int depth) {
    if (const auto known = objects_.find(node.get()); known != objects_.end()) return known->second;
    PickledObject object{
        node->object_kind, node->module, node->name, finish_all(node->parts, depth), {}};
    if (node->state) object.state = finish(node->state, depth + 1);
    const Value value = out_.add(std::move(object));
    objects_.emplace(node.get(), value);
    return value;
  }

  Pickled out_;
  int parts_ = 0;
  std::map<const Node*, Value> objects_;
};

}  // namespace

Pickled finish(const NodePtr& root) { return Finisher().run(root); }

}  // namespace mpspec
