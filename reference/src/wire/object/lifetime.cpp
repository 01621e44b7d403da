#include <new>

#include "wire/object/cycles.hpp"
#include "wire/object/nodes.hpp"

// How nodes end. A count that falls to zero frees its node; what the node held is dropped in a
// loop, not by recursion, because a value from outside may be nested as deep as memory lasts.

namespace mp::detail {
namespace {

template <class T>
void destroy(Node* node) {
  delete static_cast<T*>(node);
}

void destroy_flat(Node* node) {
  node->~Node();
  ::operator delete(node);
}

/// Frees a node that holds no containers; strings in it are released the ordinary way.
void destroy_leaf(Node* node) {
  switch (static_cast<Tag>(node->tag)) {
    case Tag::Complex:
      return destroy<ComplexNode>(node);
    case Tag::Range:
      return destroy<RangeNode>(node);
    case Tag::Global:
      return destroy<GlobalNode>(node);
    default:
      return destroy_flat(node);
  }
}

/// Frees a container whose slots have been emptied.
void destroy_container(Container* node) {
  switch (static_cast<Tag>(node->tag)) {
    case Tag::List:
      return destroy<ListNode>(node);
    case Tag::Tuple:
      return destroy_flat(node);
    case Tag::Dict:
      return destroy<DictNode>(node);
    case Tag::Set:
    case Tag::FrozenSet:
      return destroy<SetNode>(node);
    case Tag::Slice:
      return destroy<SliceNode>(node);
    default:
      return destroy<OpaqueNode>(node);
  }
}

class Reaper {
 public:
  /// Takes one count off the node.
  void drop(Node* node) {
    if (node->flags & kInCycle) return drop_from_cycle(static_cast<Container*>(node));
    const std::uint32_t refs = node->refs.load(std::memory_order_acquire);
    if (refs >= Node::kImmortal) return;
    // A count of one is ours alone: no other thread can find the node to change it.
    if (refs != 1 && node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (is_container(static_cast<Tag>(node->tag)))
      bury(static_cast<Container*>(node));
    else
      destroy_leaf(node);
  }

  void run() {
    while (dead_ != nullptr) {
      Container* node = dead_;
      dead_ = node->next;
      for_each_slot(node, [this](Object& slot) {
        if (!Access::is_node(slot)) return;
        if (!Access::is_borrowed(slot)) drop(Access::node(slot));
        Access::forget(slot);
      });
      destroy_container(node);
    }
  }

 private:
  void bury(Container* node) {
    node->next = dead_;
    dead_ = node;
  }

  void drop_from_cycle(Container* node) {
    Cycle* cycle = node->cycle;  // read before the count goes: afterwards another may free it
    if (node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (cycle->live.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    for (Container* member : cycle->members) bury(member);
    delete cycle;
  }

  Container* dead_ = nullptr;
};

}  // namespace

void release(Node* node) noexcept {
  Reaper reaper;
  reaper.drop(node);
  reaper.run();
}

void acquire_in_cycle(Node* node) noexcept {
  // From 0 to 1: the handle copied from lies inside the cycle, and whoever reads there holds
  // another member, so the cycle cannot end meanwhile.
  if (node->refs.fetch_add(1, std::memory_order_relaxed) == 0)
    static_cast<Container*>(node)->cycle->live.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace mp::detail
