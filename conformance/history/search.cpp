#include "history/search.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "history/placed_set.hpp"

namespace mpspec {
namespace {

class Search {
 public:
  Search(const std::vector<Interval>& calls, Machine& machine, Meter& meter)
      : calls_(calls),
        machine_(machine),
        meter_(meter),
        entries_(calls),
        placed_(members(calls, entries_)) {}
  ~Search() {
    while (!order_.empty()) take_back();
    meter_.give_back(bytes_);
  }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  SearchResult run() {
    if (placed_.required_missing() > 0) open();
    while (placed_.required_missing() > 0) {
      if (const char* why = meter_.step()) return unexplained(Answer::unknown, why);
      Choice& choice = choices_[depth_ - 1];
      if (choice.tried == choice.candidates.size()) {
        note_dead_end();
        if (--depth_ == 0) return unexplained(Answer::not_linearizable, "");
        take_back();
      } else {
        try_call(choice.candidates[choice.tried++]);
      }
    }
    return {Answer::linearizable, placed_calls(order_), 0, ""};
  }

 private:
  /// What may come next at one point of the search.
  struct Choice {
    std::vector<std::uint32_t> candidates;
    std::size_t tried = 0;
  };

  /// Added to a call that is left out.
  static constexpr std::uint32_t kLeftOut = std::uint32_t{1} << 31;
  static bool left_out(std::uint32_t call) { return (call & kLeftOut) != 0; }

  static std::vector<PlacedSet::Member> members(const std::vector<Interval>& calls,
                                                const EntryList& entries) {
    std::vector<PlacedSet::Member> out;
    for (std::uint32_t call = 0; call < calls.size(); ++call)
      out.push_back({calls[call].required, entries.has_end(call)});
    return out;
  }
  static std::vector<std::uint32_t> placed_calls(std::vector<std::uint32_t> order) {
    std::erase_if(order, left_out);
    return order;
  }

  void open() {
    if (depth_ == choices_.size()) choices_.emplace_back();
    Choice& choice = choices_[depth_++];
    choice.tried = 0;
    entries_.candidates(choice.candidates);
    std::sort(choice.candidates.begin(), choice.candidates.end(), [&](auto a, auto b) {
      return std::tie(calls_[a].rank, a) < std::tie(calls_[b].rank, b);
    });
    // A call that only reads, and may come now, may as well come now: an order in which it comes
    // later stays one when it is moved to the front. Nothing else has to be tried.
    for (const std::uint32_t call : choice.candidates) {
      if (!calls_[call].reads || !machine_.step(call)) continue;
      machine_.undo();
      choice.candidates = {call};
      return;
    }
    // Its last chance has come, and it need not be taken.
    const std::uint32_t first = entries_.first_to_end();
    if (!calls_[first].required) choice.candidates.push_back(first | kLeftOut);
  }

  void try_call(std::uint32_t candidate) {
    const std::uint32_t call = candidate & ~kLeftOut;
    if (!left_out(candidate) && !machine_.step(call)) return;
    entries_.lift(call);
    placed_.insert(call);
    order_.push_back(candidate);
    if (placed_.required_missing() == 0) return;
    if (is_new()) {
      open();
    } else {
      take_back();
    }
  }

  void take_back() {
    const std::uint32_t call = order_.back() & ~kLeftOut;
    placed_.erase(call);
    entries_.put_back(call);
    if (!left_out(order_.back())) machine_.undo();
    order_.pop_back();
  }

  bool is_new() {
    key_.clear();
    placed_.append_to(key_);
    const std::size_t set_bytes = key_.size();
    machine_.append_state(key_);
    if (!tried_.insert(key_).second) return false;
    constexpr std::size_t kNodeBytes = 80;
    const std::size_t bytes =
        kNodeBytes + key_.size() + machine_.kept_bytes() * (key_.size() - set_bytes);
    meter_.take(bytes);
    bytes_ += bytes;
    return true;
  }

  void note_dead_end() {
    if (deepest_seen_ && order_.size() <= deepest_.size()) return;
    deepest_seen_ = true;
    deepest_ = order_;
    stuck_ = entries_.first_to_end();
  }

  SearchResult unexplained(Answer answer, std::string why) {
    note_dead_end();
    return {answer, placed_calls(deepest_), stuck_, std::move(why)};
  }

  const std::vector<Interval>& calls_;
  Machine& machine_;
  Meter& meter_;
  EntryList entries_;
  PlacedSet placed_;
  std::vector<std::uint32_t> order_;
  std::vector<Choice> choices_;  // kept beyond depth_, for their memory
  std::size_t depth_ = 0;
  std::unordered_set<std::string> tried_;
  std::string key_;
  std::size_t bytes_ = 0;
  bool deepest_seen_ = false;
  std::vector<std::uint32_t> deepest_;
  std::uint32_t stuck_ = 0;
};

/// Positions in the order in which the calls began, which is how PlacedSet wants them.
std::vector<std::uint32_t> by_beginning(const std::vector<Interval>& calls) {
  std::vector<std::uint32_t> order(calls.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return calls[a].began < calls[b].began; });
  return order;
}

/// Shows a machine its calls under the numbers of another order.
class Renumbered : public Machine {
 public:
  Renumbered(Machine& machine, const std::vector<std::uint32_t>& numbers)
      : machine_(machine), numbers_(numbers) {}
  bool step(std::size_t call) override { return machine_.step(numbers_[call]); }
  void undo() override { machine_.undo(); }
  void append_state(std::string& to) const override { machine_.append_state(to); }
  [[nodiscard]] std::string text() const override { return machine_.text(); }
  [[nodiscard]] std::string expected(std::size_t call) override {
    return machine_.expected(numbers_[call]);
  }
  [[nodiscard]] std::size_t kept_bytes() const override { return machine_.kept_bytes(); }

 private:
  Machine& machine_;
  const std::vector<std::uint32_t>& numbers_;
};

}  // namespace

std::string_view to_string(Answer answer) {
  constexpr std::string_view kNames[] = {"linearizable", "not linearizable", "unknown"};
  return kNames[static_cast<int>(answer)];
}

SearchResult search(const std::vector<Interval>& calls, Machine& machine, Meter& meter) {
  const std::vector<std::uint32_t> numbers = by_beginning(calls);
  std::vector<Interval> sorted;
  for (const std::uint32_t number : numbers) sorted.push_back(calls[number]);
  Renumbered renumbered(machine, numbers);
  SearchResult result = Search(sorted, renumbered, meter).run();
  for (std::uint32_t& call : result.order) call = numbers[call];
  if (!calls.empty()) result.stuck = numbers[result.stuck];
  return result;
}

}  // namespace mpspec
