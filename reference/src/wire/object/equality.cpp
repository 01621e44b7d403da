#include <algorithm>

#include "wire/object/dict_table.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"
#include "wire/object/set_table.hpp"

namespace mp {
namespace detail {
namespace {

constexpr const char* kWhat = "in comparison";

class Equality {
 public:
  Equality(Failure& failure, bool strict) : failure_(failure), strict_(strict) {}

  bool of(const Object& a, const Object& b) const {
    if (Access::is_node(a) && Access::is_node(b) && Access::node(a) == Access::node(b))
      return true;  // as items of Python's containers do, before they ask for ==
    if (is_number(a) && is_number(b)) return equal_numbers(a, b);
    if (a.kind() != b.kind()) return of_kindred(a, b);
    switch (a.kind()) {
      case Kind::None:
        return true;
      case Kind::Str:
        return a.as_str() == b.as_str();
      case Kind::Bytes:
      case Kind::ByteArray:
        return a.as_bytes() == b.as_bytes();
      case Kind::Global:
        return a.module() == b.module() && a.name() == b.name();
      default:
        break;
    }
    return of_nodes(a, b);
  }

 private:
  /// Remembered, as hashes are.
  bool of_nodes(const Object& a, const Object& b) const {
    const auto memo = strict_ ? WalkMemo::What::StrictlyEqual : WalkMemo::What::Equal;
    if (WalkMemo::find(memo, Access::node(a), Access::node(b))) return true;
    const Descent deeper(kWhat, failure_);
    const bool are_equal = deeper && of_containers(a, b);
    if (are_equal && !failure_) WalkMemo::keep(memo, true, Access::node(a), Access::node(b));
    return are_equal;
  }

  /// Different types that are equal by content.
  bool of_kindred(const Object& a, const Object& b) const {
    const auto are = [&](Kind x, Kind y) {
      return (a.kind() == x && b.kind() == y) || (a.kind() == y && b.kind() == x);
    };
    if (are(Kind::Set, Kind::FrozenSet)) {
      const Descent deeper(kWhat, failure_);
      return deeper && of_sets(a, b);
    }
    if (strict_) return false;
    return (are(Kind::Bytes, Kind::ByteArray) || are(Kind::ByteArray, Kind::Array)) &&
           a.as_bytes() == b.as_bytes();
  }

  bool of_containers(const Object& a, const Object& b) const {
    switch (a.kind()) {
      case Kind::List:
      case Kind::Tuple:
        return of_sequences(a.items(), b.items());
      case Kind::Dict:
        return of_dicts(as<DictNode>(a), as<DictNode>(b));
      case Kind::Set:
        return of_sets(a, b);
      case Kind::FrozenSet:
        return of_frozen_sets(a, b);
      case Kind::Range:
        return of_ranges(a, b);
      case Kind::Slice:
        return of(a.start(), b.start()) && of(a.stop(), b.stop()) && of(a.step(), b.step());
      case Kind::Array:
        return of_arrays(a, b);
      default:
        MP_ASSERT(a.kind() == Kind::Opaque);
        return of_opaques(a, b);
    }
  }

  bool of_sequences(std::span<const Object> a, std::span<const Object> b) const {
    return a.size() == b.size() &&
           std::ranges::equal(a, b, [this](const Object& x, const Object& y) { return of(x, y); });
  }

  bool of_dicts(DictNode* a, DictNode* b) const {
    if (a->live != b->live) return false;
    for (const DictNode::Entry& entry : a->entries) {
      if (Access::is_hole(entry.key)) continue;
      const Object* value = DictTable(b).find(entry.key, failure_);
      if (value == nullptr || !of(entry.value, *value)) return false;
    }
    return !failure_;
  }

  bool of_sets(const Object& a, const Object& b) const {
    if (a.items().size() != b.items().size()) return false;
    return std::ranges::all_of(a.items(), [&](const Object& item) {
      return SetTable(as<SetNode>(b)).find(item, failure_) != HashIndex::kNone;
    });
  }

  /// They remember their hashes: most that differ are told apart without a look at the items.
  bool of_frozen_sets(const Object& a, const Object& b) const {
    if (a.items().size() != b.items().size()) return false;
    return hash_object(a, failure_) == hash_object(b, failure_) && !failure_ && of_sets(a, b);
  }

  /// Ranges are equal as sequences.
  bool of_ranges(const Object& a, const Object& b) const {
    const Object length = range_length(a);
    if (!equal_numbers(length, range_length(b))) return false;
    if (length.is(Object::integer(0))) return true;
    if (!equal_numbers(a.start(), b.start())) return false;
    return length.is(Object::integer(1)) || equal_numbers(a.step(), b.step());
  }

  bool of_arrays(const Object& a, const Object& b) const {
    if (strict_) return a.typecode() == b.typecode() && a.as_bytes() == b.as_bytes();
    const std::size_t size = *a.length();
    if (size != *b.length()) return false;
    for (std::size_t i = 0; i < size; ++i)
      if (!of(a.array_item(i), b.array_item(i))) return false;
    return true;
  }

  /// The same structure. What is part of a cycle equals itself only, as instances do in Python
  /// unless their class says otherwise; a comparison of two cycles would not end.
  bool of_opaques(const Object& a, const Object& b) const {
    const auto* x = as<OpaqueNode>(a);
    const auto* y = as<OpaqueNode>(b);
    if (((x->flags | y->flags) & kInCycle) != 0) return false;
    const Equality within(failure_, /*strict=*/true);
    if (x->construction != y->construction || !within.of(x->callable, y->callable) ||
        !within.of(x->args, y->args) || !within.of(x->kwargs, y->kwargs))
      return false;
    return std::ranges::equal(
        x->steps, y->steps, [&within](const OpaqueStep& s, const OpaqueStep& t) {
          return s.what() == t.what() && within.of_sequences(s.values(), t.values());
        });
  }

  Failure& failure_;
  bool strict_;
};

}  // namespace

bool equal_objects(const Object& a, const Object& b, Failure& failure, bool strict) {
  return Equality(failure, strict).of(a, b) && !failure;
}

}  // namespace detail

Result<bool> equal(const Object& a, const Object& b) {
  detail::Failure failure;
  return detail::finish(detail::equal_objects(a, b, failure), failure);
}

}  // namespace mp
