#include "history/entry_list.hpp"

#include <algorithm>
#include <tuple>

namespace mpspec {

EntryList::EntryList(const std::vector<Interval>& calls)
    : border_(static_cast<Entry>(2 * calls.size())),
      next_(2 * calls.size() + 1, border_),
      previous_(2 * calls.size() + 1, border_) {
  std::vector<std::tuple<Stamp, bool, Entry>> entries;
  for (const Interval& call : calls) {
    const auto at = static_cast<Entry>(2 * has_end_.size());
    has_end_.push_back(call.required || call.ended != Stamp::max());
    entries.emplace_back(call.began, false, at);
    if (has_end_.back()) entries.emplace_back(call.ended, true, at + 1);
  }
  // Of equal stamps the beginnings come first: intervals are closed.
  std::sort(entries.begin(), entries.end());
  Entry last = border_;
  for (const auto& [stamp, end, entry] : entries) {
    next_[last] = entry;
    previous_[entry] = last;
    last = entry;
  }
  next_[last] = border_;
  previous_[border_] = last;
}

void EntryList::candidates(std::vector<std::uint32_t>& out) const {
  out.clear();
  for (Entry at = next_[border_]; at != border_ && !is_end(at); at = next_[at]) {
    out.push_back(at / 2);
  }
}

std::uint32_t EntryList::first_to_end() const {
  Entry at = next_[border_];
  while (!is_end(at)) at = next_[at];
  return at / 2;
}

void EntryList::lift(std::uint32_t call) {
  unlink(2 * call);
  if (has_end_[call]) unlink(2 * call + 1);
}

void EntryList::put_back(std::uint32_t call) {
  if (has_end_[call]) link(2 * call + 1);
  link(2 * call);
}

void EntryList::unlink(Entry entry) {
  next_[previous_[entry]] = next_[entry];
  previous_[next_[entry]] = previous_[entry];
}

void EntryList::link(Entry entry) {
  next_[previous_[entry]] = entry;
  previous_[next_[entry]] = entry;
}

}  // namespace mpspec
