#include "manager/objects/references.hpp"

#include "manager/objects/saved_state.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager {

References::~References() {
  for (const auto& [number, count] : held_) {
    for (std::size_t i = 0; i < count; ++i) host_.let_go(number);
  }
}

void References::stored(const Object& value, bool carries_proxies) {
  if (!carries_proxies) return;
  for_each_proxy(value, [this](const Object& proxy) {
    const Referent* referent = host_.referent_of(proxy);
    if (referent == nullptr) return;
    host_.hold(referent->number());
    ++held_[referent->number()];
  });
}

Object References::save() const {
  std::deque<std::uint64_t> numbers;
  for (const auto& [number, count] : held_) {
    numbers.push_back(number);
    numbers.push_back(count);
  }
  return saved(numbers);
}

void References::restore(SavedState& state) {
  const std::deque<std::uint64_t> numbers = state.numbers();
  if (numbers.size() % 2 != 0) return state.reject();
  for (std::size_t i = 0; i < numbers.size(); i += 2) held_[numbers[i]] = numbers[i + 1];
}

void References::removed(const Object& value) {
  if (held_.empty()) return;
  for_each_proxy(value, [this](const Object& proxy) {
    const Referent* referent = host_.referent_of(proxy);
    const auto held = referent == nullptr ? held_.end() : held_.find(referent->number());
    // An equal key may share its parts differently and so show a proxy more often than it was
    // counted; what is not held cannot be given back.
    if (held == held_.end()) return;
    if (--held->second == 0) held_.erase(held);
    host_.let_go(referent->number());
  });
}

}  // namespace mp::manager
