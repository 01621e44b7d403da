// The beginnings and ends of calls in the order of time, as Wing, Gong and Lowe keep them.
#pragma once

#include <cstdint>
#include <vector>

#include "history/history.hpp"

namespace mpspec {

/// When a call may have taken effect, and what a search may do with it.
struct Interval {
  Stamp began{};
  Stamp ended{};
  /// A call that is not required may be left out; `Stamp::max()` for its end says that it may also
  /// take effect at any time later.
  bool required = true;
  /// It changes no state, whichever it meets.
  bool reads = false;
  /// Which of several calls to try first: the least. By default the one that ended first.
  std::int64_t rank = 0;
};

/// A doubly linked list of entries; a call that was placed is lifted out of it, and is put back
/// where it was when the search takes it back. Calls have to be put back in the reverse order.
class EntryList {
 public:
  explicit EntryList(const std::vector<Interval>& calls);

  /// The calls that no other call of the list has to precede: those that begin before the first
  /// end.
  void candidates(std::vector<std::uint32_t>& out) const;
  [[nodiscard]] bool has_end(std::uint32_t call) const { return has_end_[call]; }
  /// The call that ends first; there has to be a required one in the list.
  [[nodiscard]] std::uint32_t first_to_end() const;
  void lift(std::uint32_t call);
  void put_back(std::uint32_t call);

 private:
  using Entry = std::uint32_t;  // 2 * call for its beginning, one more for its end

  [[nodiscard]] static bool is_end(Entry entry) { return entry % 2 == 1; }
  void unlink(Entry entry);
  void link(Entry entry);

  Entry border_;  // before the first and after the last
  std::vector<Entry> next_;
  std::vector<Entry> previous_;
  std::vector<bool> has_end_;
};

}  // namespace mpspec
