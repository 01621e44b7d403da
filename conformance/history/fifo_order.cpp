#include "history/fifo_order.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <queue>
#include <unordered_map>

#include "history/fifo_calls.hpp"

namespace mpspec {
namespace {

using Kind = FifoCall::Kind;
constexpr Stamp kNever = Stamp::max();

/// The calls that are about one item.
struct Item {
  std::vector<std::size_t> puts;
  std::vector<std::size_t> gets;
};

/// An item's way through the queue; `get` is missing when it stayed there.
struct Passage {
  std::size_t put;
  std::optional<std::size_t> get;
};

class Ways {
 public:
  Ways(const Calls& calls, const std::vector<Interval>& intervals)
      : calls_(calls), intervals_(intervals) {
    FifoItems items;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      kinds_.push_back(items.read(calls[i]));
      const FifoCall& call = kinds_.back();
      if (call.kind == Kind::put) items_[call.item].puts.push_back(i);
      if (call.kind == Kind::get) items_[call.item].gets.push_back(i);
      // It may have taken anything that never came out elsewhere.
      items_vanish_ = items_vanish_ || call.kind == Kind::get_any;
    }
  }

  [[nodiscard]] const std::map<std::int64_t, Item>& items() const { return items_; }
  [[nodiscard]] const FifoCall& kind(std::size_t call) const { return kinds_[call]; }
  [[nodiscard]] const Interval& at(std::size_t call) const { return intervals_[call]; }
  [[nodiscard]] std::size_t size() const { return calls_.size(); }
  [[nodiscard]] int actor(std::size_t call) const { return calls_[call].actor; }
  [[nodiscard]] Stamp get_began(const Passage& passage) const {
    return passage.get ? at(*passage.get).began : kNever;
  }
  [[nodiscard]] Stamp get_ended(const Passage& passage) const {
    return passage.get ? at(*passage.get).ended : kNever;
  }
  /// Items that went in once, and certainly came out once or stayed.
  [[nodiscard]] std::vector<Passage> certain_passages() const {
    std::vector<Passage> out;
    for (const auto& [number, item] : items_) {
      if (item.puts.size() != 1) continue;
      if (!item.gets.empty()) {
        out.push_back({item.puts[0], item.gets[0]});
      } else if (at(item.puts[0]).required && !items_vanish_) {
        out.push_back({item.puts[0], std::nullopt});
      }
    }
    return out;
  }

 private:
  const Calls& calls_;
  const std::vector<Interval>& intervals_;
  std::vector<FifoCall> kinds_;
  std::map<std::int64_t, Item> items_;
  bool items_vanish_ = false;
};

using Conflict = std::optional<std::vector<std::size_t>>;

Conflict calls_of(const Passage& kept, std::initializer_list<std::size_t> others) {
  std::vector<std::size_t> out = others;
  out.push_back(kept.put);
  if (kept.get) out.push_back(*kept.get);
  return out;
}

/// Came out more often than it went in, or before.
Conflict impossible_item(const Ways& ways) {
  for (const auto& [number, item] : ways.items()) {
    const bool too_often = item.gets.size() > item.puts.size();
    const bool too_early = item.puts.size() == 1 && item.gets.size() == 1 &&
                           ways.at(item.gets[0]).ended < ways.at(item.puts[0]).began;
    if (!too_often && !too_early) continue;
    std::vector<std::size_t> calls = item.puts;
    calls.insert(calls.end(), item.gets.begin(), item.gets.end());
    return calls;
  }
  return std::nullopt;
}

/// Of the items that were in the queue before some moment, the one that stayed longest.
class LongestStay {
 public:
  /// An item is in the queue from `in` on at the latest.
  void add(Stamp in, const Passage& passage) { stays_.push_back({in, passage}); }
  void sort(const Ways& ways) {
    std::sort(stays_.begin(), stays_.end(),
              [](const Stay& a, const Stay& b) { return a.in < b.in; });
    for (std::size_t i = 1; i < stays_.size(); ++i) {
      if (ways.get_began(stays_[i].passage) < ways.get_began(stays_[i - 1].passage))
        stays_[i].passage = stays_[i - 1].passage;
    }
  }
  [[nodiscard]] const Passage* in_before(Stamp moment) const {
    const auto first_later =
        std::lower_bound(stays_.begin(), stays_.end(), moment,
                         [](const Stay& stay, Stamp wanted) { return stay.in < wanted; });
    return first_later == stays_.begin() ? nullptr : &std::prev(first_later)->passage;
  }

 private:
  struct Stay {
    Stamp in;
    Passage passage;
  };
  std::vector<Stay> stays_;
};

/// An item that came out before one that was put earlier, or a queue that seemed empty meanwhile.
Conflict overtaken(const Ways& ways, const std::vector<Passage>& passages) {
  LongestStay stays;
  for (const Passage& passage : passages) stays.add(ways.at(passage.put).ended, passage);
  stays.sort(ways);
  for (const Passage& later : passages) {
    const Passage* earlier = stays.in_before(ways.at(later.put).began);
    if (later.get && earlier != nullptr && ways.get_ended(later) < ways.get_began(*earlier))
      return calls_of(*earlier, {later.put, *later.get});
  }
  for (std::size_t call = 0; call < ways.size(); ++call) {
    const bool found_empty = ways.kind(call).kind == Kind::empty ||
                             (ways.kind(call).kind == Kind::is_empty && ways.kind(call).item != 0);
    if (!found_empty) continue;
    const Passage* inside = stays.in_before(ways.at(call).began);
    if (inside != nullptr && ways.at(call).ended < ways.get_began(*inside))
      return calls_of(*inside, {call});
  }
  return std::nullopt;
}

/// The same among the items of one producer, whose puts end when nobody knows.
Conflict overtaken_of_a_producer(const Ways& ways, const std::vector<Passage>& passages) {
  std::map<int, LongestStay> stays;
  for (const Passage& passage : passages)
    stays[ways.actor(passage.put)].add(ways.at(passage.put).began, passage);
  for (auto& [actor, of_actor] : stays) of_actor.sort(ways);
  for (const Passage& later : passages) {
    const Passage* earlier = stays[ways.actor(later.put)].in_before(ways.at(later.put).began);
    if (later.get && earlier != nullptr && ways.get_ended(later) < ways.get_began(*earlier))
      return calls_of(*earlier, {later.put, *later.get});
  }
  return std::nullopt;
}

/// All passages, in an order that agrees with the puts and the gets that did not overlap.
std::vector<Passage> in_order(const Ways& ways) {
  std::vector<Passage> all;
  for (const auto& [number, item] : ways.items()) {
    for (std::size_t i = 0; i < item.puts.size(); ++i) {
      const bool came_out = i < item.gets.size();
      all.push_back({item.puts[i], came_out ? std::optional(item.gets[i]) : std::nullopt});
    }
  }
  const auto sorted_by = [&](auto stamp) {
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return stamp(all[a]) < stamp(all[b]); });
    return order;
  };
  const auto put_began = [&](const Passage& p) { return ways.at(p.put).began; };
  const auto put_ended = [&](const Passage& p) { return ways.at(p.put).ended; };
  const auto get_began = [&](const Passage& p) { return ways.get_began(p); };
  const auto get_ended = [&](const Passage& p) { return ways.get_ended(p); };
  // One line for the puts and one for the gets: nobody may go before the first end in either.
  const std::array begins = {sorted_by(put_began), sorted_by(get_began)};
  const std::array ends = {sorted_by(put_ended), sorted_by(get_ended)};
  std::array<std::size_t, 2> begun{};
  std::array<std::size_t, 2> ended{};
  std::vector<int> lines_open(all.size());
  std::vector<bool> gone(all.size());
  using Waiting = std::pair<Stamp, std::size_t>;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> ready;
  const auto admit = [&](std::size_t line, auto began, auto end) {
    while (gone[ends[line][ended[line]]]) ++ended[line];
    const Stamp first_end = end(all[ends[line][ended[line]]]);
    for (; begun[line] < all.size() && began(all[begins[line][begun[line]]]) <= first_end;
         ++begun[line]) {
      const std::size_t next = begins[line][begun[line]];
      if (++lines_open[next] == 2 && !gone[next]) ready.emplace(get_ended(all[next]), next);
    }
  };
  std::vector<Passage> out;
  while (out.size() < all.size()) {
    admit(0, put_began, put_ended);
    admit(1, get_began, get_ended);
    while (!ready.empty() && gone[ready.top().second]) ready.pop();
    // Items that overtake each other in a circle: any order is as wrong as the others.
    const std::size_t next = ready.empty() ? ends[1][ended[1]] : ready.top().second;
    gone[next] = true;
    out.push_back(all[next]);
  }
  return out;
}

}  // namespace

Conflict fifo_conflict(const Calls& calls, const std::vector<Interval>& intervals) {
  const Ways ways(calls, intervals);
  if (Conflict found = impossible_item(ways)) return found;
  const auto passages = ways.certain_passages();
  if (Conflict found = overtaken(ways, passages)) return found;
  return overtaken_of_a_producer(ways, passages);
}

void rank_fifo(const Calls& calls, std::vector<Interval>& intervals) {
  const Ways ways(calls, intervals);
  const std::vector<Passage> order = in_order(ways);
  // By when a call, or another one that has to follow it, has ended.
  std::vector<std::pair<Stamp, std::size_t>> wanted;
  Stamp put_by = kNever;
  Stamp get_by = kNever;
  for (auto passage = order.rbegin(); passage != order.rend(); ++passage) {
    get_by = std::min(get_by, ways.get_ended(*passage));
    put_by = std::min({put_by, ways.at(passage->put).ended, get_by});
    if (passage->get) wanted.emplace_back(get_by, *passage->get);
    wanted.emplace_back(put_by, passage->put);
  }
  std::reverse(wanted.begin(), wanted.end());
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < wanted.size(); ++i)
    intervals[wanted[i].second].rank = static_cast<std::int64_t>(i);
}

}  // namespace mpspec
