#include "wire/object/cycles.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace mp::detail {
namespace {

/// Tarjan's algorithm with its own stack. A component is complete when the walk leaves the member
/// it entered first.
class Sealer {
 public:
  explicit Sealer(MemoryBudget& budget) : budget_(budget) {}

  /// The deepest the walk from `root` went. Pointless once ran_out().
  std::size_t walk(Container* root) {
    std::size_t deepest = 0;
    if (!seen_.contains(root)) enter(root);
    while (!path_.empty() && !ran_out_) {
      deepest = std::max(deepest, path_.size());
      Frame& frame = path_.back();
      if (frame.next == children_.size()) {
        leave();
      } else {
        Container* child = children_[frame.next++];
        if (const auto found = seen_.find(child); found == seen_.end())
          enter(child);
        else if (found->second.open)
          lower(seen_.at(frame.node), found->second.order);
      }
    }
    return deepest;
  }

  bool ran_out() const { return ran_out_; }
  std::vector<std::unique_ptr<Cycle>> take_cycles() { return std::move(cycles_); }

 private:
  struct State {
    std::size_t order;
    std::size_t lowest;
    bool open = true;  // its component is not complete yet
  };
  struct Frame {
    Container* node;
    std::size_t first, next;  // into children_; those of the last frame reach to its end
  };

  static void lower(State& state, std::size_t order) {
    state.lowest = std::min(state.lowest, order);
  }

  template <class T>
  void push(std::vector<T>& to, std::type_identity_t<T> item) {
    ran_out_ = ran_out_ || !budget_.make_room(to, 1);
    if (!ran_out_) to.push_back(std::move(item));
  }

  void enter(Container* node) {
    // A node of the table and its share of the buckets, old and new ones.
    constexpr std::size_t kSeenBytes = 80;
    ran_out_ = ran_out_ || !budget_.take(kSeenBytes);
    if (ran_out_) return;
    const std::size_t order = seen_.size();
    seen_.emplace(node, State{order, order});
    push(open_, node);
    push(path_, Frame{node, children_.size(), children_.size()});
    for_each_slot(node, [this](const Object& slot) {
      if (is_container(Access::tag(slot))) push(children_, as<Container>(slot));
    });
  }

  void leave() {
    const Frame frame = path_.back();
    path_.pop_back();
    children_.resize(frame.first);
    const State state = seen_.at(frame.node);
    if (!path_.empty()) lower(seen_.at(path_.back().node), state.lowest);
    if (state.lowest == state.order) close_component(frame.node);
  }

  void close_component(Container* first) {
    const auto begin = std::find(open_.rbegin(), open_.rend(), first).base() - 1;
    for (auto it = begin; it != open_.end(); ++it) seen_.at(*it).open = false;
    const auto count = static_cast<std::size_t>(open_.end() - begin);
    if (count > 1 || points_to_itself(first)) {
      ran_out_ = ran_out_ || !budget_.take(sizeof(Cycle)) || !budget_.take(count * sizeof(first));
      if (ran_out_) return;
      auto cycle = std::make_unique<Cycle>();
      cycle->members.assign(begin, open_.end());
      push(cycles_, std::move(cycle));
    }
    open_.erase(begin, open_.end());
  }

  static bool points_to_itself(Container* node) {
    bool found = false;
    for_each_slot(node, [&](const Object& slot) {
      found = found || (is_container(Access::tag(slot)) && as<Container>(slot) == node);
    });
    return found;
  }

  MemoryBudget& budget_;
  bool ran_out_ = false;
  std::unordered_map<Container*, State> seen_;
  std::vector<Container*> open_;
  std::vector<Frame> path_;
  std::vector<Container*> children_;
  std::vector<std::unique_ptr<Cycle>> cycles_;
};

/// Makes the edges among the members borrowed, and counts who is held from outside. False when
/// nobody is.
bool seal(Cycle* cycle) {
  for (Container* member : cycle->members) {
    member->flags |= kInCycle;
    member->cycle = cycle;
  }
  for (Container* member : cycle->members)
    for_each_slot(member, [cycle](Object& slot) {
      if (!is_container(Access::tag(slot)) || Access::is_borrowed(slot)) return;
      auto* target = as<Container>(slot);
      if (!(target->flags & kInCycle) || target->cycle != cycle) return;
      Access::set_borrowed(slot);
      target->refs.fetch_sub(1, std::memory_order_relaxed);
    });
  for (Container* member : cycle->members)
    if (member->refs.load(std::memory_order_relaxed) != 0) ++cycle->live;
  return cycle->live != 0;
}

}  // namespace

std::optional<std::size_t> seal_cycles(std::span<Container* const> roots, MemoryBudget& budget) {
  Sealer sealer(budget);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const std::size_t deepest = sealer.walk(roots[i]);
    if (i == 0) depth = deepest;
    if (sealer.ran_out()) return std::nullopt;
  }
  for (std::unique_ptr<Cycle>& cycle : sealer.take_cycles()) {
    if (seal(cycle.get())) {
      cycle.release();  // its members own it together
      continue;
    }
    // Nobody holds it: one count from outside, given back at once, ends it the ordinary way.
    Container* member = cycle->members.front();
    member->refs.store(1, std::memory_order_relaxed);
    cycle.release()->live = 1;
    release(member);
  }
  return depth;
}

}  // namespace mp::detail
