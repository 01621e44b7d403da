#include "fuzz/support/same_value.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/support/identity.hpp"
#include "mp/pickle.hpp"

namespace mp::fuzz {
namespace {

using Pair = std::pair<Object, Object>;

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// The parts of two containers, side by side.
class Walk {
 public:
  /// The pair that differs, or nothing.
  std::optional<Pair> run(const Object& a, const Object& b) {
    todo_.emplace_back(a, b);
    while (!todo_.empty()) {
      Pair next = std::move(todo_.back());
      todo_.pop_back();
      if (!same_node(next.first, next.second)) return next;
    }
    return std::nullopt;
  }

 private:
  bool same_node(const Object& a, const Object& b) {
    if (a.kind() != b.kind()) return false;
    if (const void* where = identity(a)) {
      const auto [known, is_new] = partners_.emplace(where, identity(b));
      if (!is_new) return known->second == identity(b);
      keep_.push_back(a);
      keep_.push_back(b);
    }
    return same_content(a, b);
  }

  bool same_content(const Object& a, const Object& b) {
    switch (a.kind()) {
      case Kind::None:
        return true;
      case Kind::Bool:
        return a.as_bool() == b.as_bool();
      case Kind::Int:
        return a.int_bytes() == b.int_bytes();
      case Kind::Float:
        return same_bits(a.as_double(), b.as_double());
      case Kind::Complex:
        return same_bits(a.as_complex().first, b.as_complex().first) &&
               same_bits(a.as_complex().second, b.as_complex().second);
      case Kind::Str:
        return a.as_str() == b.as_str();
      case Kind::Bytes:
      case Kind::ByteArray:
        return a.as_bytes() == b.as_bytes();
      case Kind::Array:
        return a.typecode() == b.typecode() && a.as_bytes() == b.as_bytes();
      case Kind::Global:
        return a.module() == b.module() && a.name() == b.name();
      case Kind::List:
      case Kind::Tuple:
        return push(a.items(), b.items());
      case Kind::Set:
      case Kind::FrozenSet:
        return same_set(a.items(), b.items());
      case Kind::Dict:
        return push_dicts(a.as_dict(), b.as_dict());
      case Kind::Range:
      case Kind::Slice:
        todo_.emplace_back(a.start(), b.start());
        todo_.emplace_back(a.stop(), b.stop());
        todo_.emplace_back(a.step(), b.step());
        return true;
      case Kind::Opaque:
        return push_opaques(a, b);
    }
    return false;
  }

  bool push(std::span<const Object> a, std::span<const Object> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) todo_.emplace_back(a[i], b[i]);
    return true;
  }

  /// The pickle of what the pickle says: the first one may still tell texts apart that came with a
  /// name from those that came as values.
  static std::string settled_pickle(const Object& item) {
    const Result<std::string> first = pickle::dumps(item);
    if (!first) return first.error().message;
    const Result<Object> again = pickle::loads(*first);
    return again ? pickle::dumps(*again).value_or("") : again.error().message;
  }
  static std::vector<std::string> pickles(std::span<const Object> items) {
    std::vector<std::string> made;
    for (const Object& item : items) made.push_back(settled_pickle(item));
    std::sort(made.begin(), made.end());
    return made;
  }
  static bool same_set(std::span<const Object> a, std::span<const Object> b) {
    return a.size() == b.size() && pickles(a) == pickles(b);
  }

  bool push_dicts(const DictView& a, const DictView& b) {
    if (a.size() != b.size()) return false;
    auto other = b.begin();
    for (const DictView::Item item : a) {
      todo_.emplace_back(item.key, (*other).key);
      todo_.emplace_back(item.value, (*other).value);
      ++other;
    }
    return true;
  }

  bool push_opaques(const Object& a, const Object& b) {
    if (a.construction() != b.construction() || a.steps().size() != b.steps().size()) return false;
    todo_.emplace_back(a.callable(), b.callable());
    todo_.emplace_back(a.args(), b.args());
    todo_.emplace_back(a.kwargs(), b.kwargs());
    for (std::size_t i = 0; i < a.steps().size(); ++i) {
      const OpaqueStep& step = a.steps()[i];
      const OpaqueStep& other = b.steps()[i];
      if (step.what() != other.what() || !push(step.values(), other.values())) return false;
    }
    return true;
  }

  std::vector<Pair> todo_;
  std::vector<Object> keep_;  // so that no address is used again
  std::map<const void*, const void*> partners_;
};

void say(const char* what, const Object& part) {
  const std::string type(type_name(part));
  std::fprintf(stderr, "%s%s %s\n", what, type.c_str(), repr(part).value_or("?").c_str());
}

}  // namespace

bool same_value(const Object& a, const Object& b) {
  const std::optional<Pair> difference = Walk().run(a, b);
  if (!difference) return true;
  // Whoever compares expects none, and wants to know where it is.
  say("differs: ", difference->first);
  say("    from: ", difference->second);
  return false;
}

}  // namespace mp::fuzz
