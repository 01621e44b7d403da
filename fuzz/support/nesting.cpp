#include "fuzz/support/nesting.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "fuzz/support/identity.hpp"

namespace mp::fuzz {
namespace {

bool is_container(Kind kind) {
  return (kind >= Kind::List && kind <= Kind::FrozenSet) || kind == Kind::Slice ||
         kind == Kind::Opaque;
}

/// Every container is measured once.
class Measure {
 public:
  std::size_t of(const Object& value) {
    if (!is_container(value.kind())) return 0;
    const void* where = identity(value);
    if (where == nullptr) return 1;
    const auto [known, is_new] = levels_.emplace(where, std::nullopt);
    if (!is_new) {
      is_cyclic_ |= !known->second;
      return known->second.value_or(0);
    }
    const std::size_t levels = 1 + deepest_part(value);
    levels_[where] = levels;
    return levels;
  }
  bool is_cyclic() const { return is_cyclic_; }

 private:
  std::size_t deepest(std::span<const Object> parts) {
    std::size_t most = 0;
    for (const Object& part : parts) most = std::max(most, of(part));
    return most;
  }

  std::size_t deepest_part(const Object& value) {
    switch (value.kind()) {
      case Kind::Dict: {
        std::size_t most = 0;
        for (const DictView::Item item : value.as_dict()) {
          most = std::max({most, of(item.key), of(item.value)});
        }
        return most;
      }
      case Kind::Slice:
        return std::max({of(value.start()), of(value.stop()), of(value.step())});
      case Kind::Opaque: {
        std::size_t most = std::max({of(value.callable()), of(value.args()), of(value.kwargs())});
        for (const OpaqueStep& step : value.steps()) most = std::max(most, deepest(step.values()));
        return most;
      }
      default:
        return deepest(value.items());
    }
  }

  std::map<const void*, std::optional<std::size_t>> levels_;
  bool is_cyclic_ = false;
};

}  // namespace

std::size_t nesting(const Object& value) {
  Measure measure;
  const std::size_t levels = measure.of(value);
  return measure.is_cyclic() ? 0 : levels;
}

}  // namespace mp::fuzz
