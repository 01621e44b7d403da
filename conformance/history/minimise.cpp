#include "history/minimise.hpp"

#include <algorithm>
#include <map>

#include "history/fifo_calls.hpp"
#include "history/fifo_order.hpp"

namespace mpspec {
namespace {

Part without(const Part& part, const std::vector<bool>& dropped) {
  Part out{part.object, part.label, part.behaviour, {}};
  for (std::size_t i = 0; i < part.calls.size(); ++i) {
    if (!dropped[i]) out.calls.push_back(part.calls[i]);
  }
  return out;
}

class Minimiser {
 public:
  Minimiser(Part part, const Budget& budget) : part_(std::move(part)), meter_(budget) {}

  Violation run() {
    cut_the_end();
    drop_reads();
    if (part_.behaviour->is_fifo()) drop_items();
    return violation(irrelevant_calls());
  }

 private:
  /// Each attempt may take only so much: most calls are not worth more.
  static constexpr std::uint64_t kAttemptSteps = 50'000;

  [[nodiscard]] bool still_impossible(const Part& part,
                                      const std::vector<bool>& may_be_missing = {}) {
    if (std::chrono::steady_clock::now() > meter_.budget().deadline) return false;
    Budget attempt = meter_.budget();
    attempt.steps = kAttemptSteps;
    Meter meter(attempt);
    return decide(part, meter, may_be_missing).answer == Answer::not_linearizable;
  }

  /// Until when the contradiction has shown: what began later is left out; what was still going on
  /// may or may not have taken effect by then, but if it did, it came to what was seen.
  [[nodiscard]] Part until(Stamp end) const {
    Part out{part_.object, part_.label, part_.behaviour, {}};
    for (const Call& call : part_.calls) {
      if (call.began > end) continue;
      out.calls.push_back(call);
      if (call.ended > end) out.calls.back().indefinite = true;
    }
    return out;
  }

  void cut_the_end() {
    std::vector<Stamp> ends;
    for (const Call& call : part_.calls) {
      if (!call.indefinite) ends.push_back(call.ended);
    }
    std::sort(ends.begin(), ends.end());
    // The more is left of a history, the harder it is to explain, so the first impossible end can
    // be found by halving.
    std::size_t possible = 0;
    std::size_t impossible = ends.size();
    Part shortest = part_;
    while (possible < impossible) {
      const std::size_t middle = (possible + impossible) / 2;
      Part attempt = until(ends[middle]);
      if (still_impossible(attempt)) {
        impossible = middle;
        shortest = std::move(attempt);
      } else {
        possible = middle + 1;
      }
    }
    part_ = std::move(shortest);
  }

  using Marks = std::vector<bool>;
  using Groups = std::vector<std::vector<std::size_t>>;  // of calls

  /// Marks as many groups of calls as leave it impossible; tries many at once before few.
  template <class Impossible>
  Marks mark(Groups groups, Impossible impossible) {
    Marks marks(part_.calls.size(), false);
    for (std::size_t chunk = groups.size(); chunk > 0; chunk /= 2) {
      // The earliest first: of several explanations the latest calls make the best one.
      for (std::size_t begin = 0; begin < groups.size();) {
        const std::size_t end = std::min(begin + chunk, groups.size());
        const auto first = groups.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = groups.begin() + static_cast<std::ptrdiff_t>(end);
        Marks attempt = marks;
        std::for_each(first, last, [&](const auto& group) {
          for (const std::size_t call : group) attempt[call] = true;
        });
        if (impossible(attempt)) {
          marks = std::move(attempt);
          groups.erase(first, last);
        } else {
          begin = end;
        }
      }
    }
    return marks;
  }
  void drop(const Groups& groups) {
    const Marks dropped = mark(
        groups, [&](const Marks& attempt) { return still_impossible(without(part_, attempt)); });
    part_ = without(part_, dropped);
  }

  void drop_reads() {
    Groups reads;
    for (std::size_t i = 0; i < part_.calls.size(); ++i) {
      if (part_.behaviour->reads(part_.calls[i])) reads.push_back({i});
    }
    drop(reads);
  }

  /// Other items do not depend on one that is not there, but what is said of the queue as a whole
  /// does: how full it was.
  void drop_items() {
    FifoItems numbers;
    std::map<std::int64_t, std::vector<std::size_t>> calls_of;
    for (std::size_t i = 0; i < part_.calls.size(); ++i) {
      const FifoCall call = numbers.read(part_.calls[i]);
      const bool moves = call.kind == FifoCall::Kind::put || call.kind == FifoCall::Kind::get;
      if (moves) calls_of[call.item].push_back(i);
      const bool found_empty = call.kind == FifoCall::Kind::empty ||
                               (call.kind == FifoCall::Kind::is_empty && call.item != 0);
      if (!moves && !found_empty) return;
    }
    Groups items;
    for (const auto& [item, calls] : calls_of) items.push_back(calls);
    drop(items);
  }

  /// Those that need not have happened.
  Marks irrelevant_calls() {
    // A few calls are followed best when none is missing.
    constexpr std::size_t kEasilyFollowed = 12;
    if (part_.calls.size() <= kEasilyFollowed) return Marks(part_.calls.size(), false);
    Groups definite;
    for (std::size_t i = 0; i < part_.calls.size(); ++i) {
      if (!part_.calls[i].indefinite) definite.push_back({i});
    }
    return mark(definite, [&](const Marks& attempt) { return still_impossible(part_, attempt); });
  }

  /// What is left without the irrelevant calls. Those that were still going on are shown: what they
  /// did may have been seen already.
  Violation violation(const Marks& irrelevant) {
    Violation out{without(part_, irrelevant), 0, {}, 0, "", ""};
    constexpr std::chrono::seconds kLastSearch(2);  // it only has to say how far one gets
    Meter meter(Budget::of(kLastSearch));
    const SearchResult result = decide(out.part, meter);
    out.order = result.order;
    out.stuck = result.stuck;
    const auto machine = out.part.behaviour->machine(out.part.object, out.part.calls);
    for (const std::uint32_t call : out.order) machine->step(call);
    out.state = machine->text();
    out.expected = machine->expected(out.stuck);
    return out;
  }

  Part part_;
  Meter meter_;
};

}  // namespace

Part suspicious_calls(const Part& part) {
  std::vector<bool> dropped(part.calls.size(), true);
  if (part.behaviour->is_fifo()) {
    const auto conflict = fifo_conflict(part.calls, intervals_of(part));
    if (conflict) {
      for (const std::size_t call : *conflict) dropped[call] = false;
    }
  }
  return without(part, dropped);
}

Violation minimised(Part part, const Budget& budget) {
  return Minimiser(std::move(part), budget).run();
}

}  // namespace mpspec
