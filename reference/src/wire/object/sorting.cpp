#include <algorithm>
#include <iterator>

#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"

// A stable sort whose comparison may fail. Short runs are sorted as CPython sorts them, so that
// also the odd cases (NaN, which pair an error names) come out the same: the run that is there
// already is found, and the rest is inserted by binary search. Longer lists merge such runs.

namespace mp {
namespace {

using detail::Failure;

constexpr std::ptrdiff_t kRun = 63;

class Sorter {
 public:
  explicit Sorter(Failure& failure) : failure_(failure) {}

  void sort(Object* first, Object* last) {
    if (last - first <= kRun) return sort_run(first, last);
    Object* const middle = first + (last - first) / 2;
    sort(first, middle);
    sort(middle, last);
    if (!failure_) merge(first, middle, last);
  }

 private:
  bool less(const Object& a, const Object& b) {
    return detail::less_objects(a, b, failure_) && !failure_;
  }

  /// The end of the run that begins at `first`; a strictly falling one is turned round.
  Object* find_run(Object* first, Object* last) {
    if (last - first < 2) return last;  // nothing at all: no address either
    Object* end = first + 1;
    const bool falling = less(*end, *first);
    for (++end; end != last && !failure_; ++end)
      if (less(*end, *(end - 1)) != falling) break;
    if (falling) std::reverse(first, end);
    return end;
  }

  void sort_run(Object* first, Object* last) {
    for (Object* next = find_run(first, last); next != last && !failure_; ++next) {
      Object* low = first;
      for (Object* high = next; low < high;) {
        Object* const middle = low + (high - low) / 2;
        if (less(*next, *middle))
          high = middle;
        else
          low = middle + 1;
      }
      std::rotate(low, next, next + 1);
    }
  }

  void merge(Object* first, Object* middle, Object* last) {
    if (!less(*middle, *(middle - 1))) return;  // in order already, or failed
    left_.assign(std::move_iterator(first), std::move_iterator(middle));
    auto left = left_.begin();
    Object* right = middle;
    for (Object* out = first; left != left_.end(); ++out) {
      const bool take_right = right != last && !failure_ && less(*right, *left);
      *out = take_right ? std::move(*right++) : std::move(*left++);
    }
  }

  Failure& failure_;
  std::vector<Object> left_;
};

}  // namespace

Result<void> sort(Object& list, bool reverse) {
  MP_ASSERT(list.kind() == Kind::List);
  detail::Slots& items = detail::as<detail::ListNode>(list)->items;
  // Turned round before and after, equal items keep their order in a falling sort too.
  if (reverse) std::reverse(items.begin(), items.end());
  Failure failure;
  Sorter(failure).sort(items.begin(), items.end());
  if (reverse) std::reverse(items.begin(), items.end());
  if (failure) return *std::move(failure.error);
  return {};
}

}  // namespace mp
