#include <atomic>
#include <bit>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "wire/object/integers.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"
#include "wire/object/siphash.hpp"

namespace mp {
namespace detail {
namespace {

/// Starts a hash with what separates unequal types. Types that can be equal share a seed.
enum class Seed : std::uint64_t {
  None,
  Whole,
  Fraction,
  Complex,
  Str,
  Bytes,
  ByteArray,
  List,
  Tuple,
  Dict,
  Set,
  Range,
  Slice,
  Array,
  Global,
  Opaque
};

SipHash begin(Seed seed) {
  SipHash sip;
  sip.word(static_cast<std::uint64_t>(seed));
  return sip;
}

std::uint64_t hash_address(const void* address) {
  SipHash sip;
  sip.word(std::bit_cast<std::uintptr_t>(address));
  return sip.finish();
}

std::uint64_t hash_bytes(Seed seed, std::string_view content) {
  SipHash sip = begin(seed);
  sip.bytes(content);
  return sip.finish();
}

std::uint64_t hash_whole(std::string_view minimal) { return hash_bytes(Seed::Whole, minimal); }

/// A NaN is never found again, so any hash will do; equal ones would let a dict of NaN degrade.
std::uint64_t hash_nan() {
  static std::atomic<std::uint64_t> count{0};
  SipHash sip;
  sip.word(count.fetch_add(1, std::memory_order_relaxed));
  return sip.finish();
}

std::uint64_t hash_double(double value) {
  if (std::isnan(value)) return hash_nan();
  if (std::isfinite(value) && value == std::trunc(value)) return hash_whole(bytes_of_double(value));
  SipHash sip = begin(Seed::Fraction);
  sip.word(std::bit_cast<std::uint64_t>(value));
  return sip.finish();
}

std::uint64_t hash_complex(const Object& object) {
  const auto [real, imaginary] = object.as_complex();
  if (std::isnan(real) || std::isnan(imaginary)) return hash_address(Access::node(object));
  if (imaginary == 0) return hash_double(real);
  SipHash sip = begin(Seed::Complex);
  sip.word(hash_double(real));
  sip.word(hash_double(imaginary));
  return sip.finish();
}

/// In a key, mutable types fail. In an Opaque everything has a hash, by structure.
class Hashing {
 public:
  Hashing(Failure& failure, bool inside_opaque) : failure_(failure), inside_(inside_opaque) {}

  std::uint64_t of(const Object& object) const {
    switch (object.kind()) {
      case Kind::None:
        return begin(Seed::None).finish();
      case Kind::Bool:
      case Kind::Int:
        return of_int(object);
      case Kind::Float:
        return hash_double(object.as_double());
      case Kind::Complex:
        return hash_complex(object);
      case Kind::Str:
        return hash_bytes(Seed::Str, object.as_str());
      case Kind::Bytes:
        return hash_bytes(Seed::Bytes, object.as_bytes());
      case Kind::Global:
        return of_global(object);
      default:
        break;
    }
    return of_node(object);
  }

 private:
  /// Remembered: those that share others would take as long as there are ways through them.
  std::uint64_t of_node(const Object& object) const {
    if (const auto known = recall(object)) return *known;
    const Descent deeper("while hashing an object", failure_);
    if (!deeper) return 0;
    const bool unsettled_before = std::exchange(saw_unsettled_, false);
    const std::uint64_t hash =
        object.kind() == Kind::Opaque ? of_opaque(object) : of_container(object);
    if (!failure_ && !saw_unsettled_) remember(object, hash);
    saw_unsettled_ = saw_unsettled_ || unsettled_before;
    return hash;
  }

  /// A FrozenSet keeps its hash, others are known for the length of the walk.
  std::optional<std::uint64_t> recall(const Object& object) const {
    if (object.kind() != Kind::FrozenSet) return WalkMemo::find(memo(), Access::node(object));
    const std::uint64_t known = as<SetNode>(object)->hash.load(std::memory_order_relaxed);
    return known == 0 ? std::nullopt : std::optional(known);
  }

  void remember(const Object& object, std::uint64_t hash) const {
    if (object.kind() == Kind::FrozenSet)
      as<SetNode>(object)->hash.store(hash, std::memory_order_relaxed);
    else
      WalkMemo::keep(memo(), hash, Access::node(object));
  }

  [[nodiscard]] WalkMemo::What memo() const {
    return inside_ ? WalkMemo::What::HashInsideOpaque : WalkMemo::What::Hash;
  }

  static std::uint64_t of_int(const Object& object) {
    if (object.fits_int64()) return hash_whole(SmallBytes(object.as_int64()).view());
    return hash_whole(as<Blob>(object)->view());
  }

  static std::uint64_t of_global(const Object& object) {
    SipHash sip = begin(Seed::Global);
    sip.bytes(object.module());
    sip.bytes(object.name());
    return sip.finish();
  }

  std::uint64_t of_container(const Object& object) const {
    switch (object.kind()) {
      case Kind::Tuple:
        return of_sequence(Seed::Tuple, object);
      case Kind::FrozenSet:
        return of_set(object);
      case Kind::Range:
        return of_range(object);
      case Kind::Slice:
        return of_slice(object);
      default:
        break;
    }
    if (!inside_) {
      fail_unhashable(type_name(object), failure_);
      return 0;
    }
    switch (object.kind()) {
      case Kind::ByteArray:
        return hash_bytes(Seed::ByteArray, object.as_bytes());
      case Kind::Array:
        return hash_bytes(Seed::Array, object.as_bytes());
      case Kind::List:
        return of_sequence(Seed::List, object);
      case Kind::Dict:
        return of_dict(as<DictNode>(object));
      default:
        MP_ASSERT(object.kind() == Kind::Set);
        return of_set(object);
    }
  }

  /// An item's hash. An object that has a NaN in it can equal itself only.
  std::uint64_t of_item(const Object& item, const void* parent) const {
    return is_nan(item) ? hash_address(parent) : of(item);
  }

  std::uint64_t of_sequence(Seed seed, const Object& object) const {
    SipHash sip = begin(seed);
    for (const Object& item : object.items()) {
      if (failure_) break;
      sip.word(of_item(item, Access::node(object)));
    }
    sip.word(object.items().size());
    return sip.finish();
  }

  std::uint64_t of_set(const Object& object) const {
    saw_unsettled_ = saw_unsettled_ || as<SetNode>(object)->deferred;
    std::uint64_t sum = 0;  // the order does not count
    for (const Object& item : object.items()) {
      if (failure_) break;
      sum += of_item(item, Access::node(object));
    }
    SipHash sip = begin(Seed::Set);
    sip.word(sum);
    return sip.finish();
  }

  std::uint64_t of_dict(const DictNode* node) const {
    saw_unsettled_ = saw_unsettled_ || node->deferred;
    std::uint64_t sum = 0;
    for (const DictNode::Entry& entry : node->entries) {
      if (failure_) break;
      if (Access::is_hole(entry.key)) continue;
      SipHash pair = begin(Seed::Dict);
      pair.word(of_item(entry.key, node));
      pair.word(of_item(entry.value, node));
      sum += pair.finish();
    }
    SipHash sip = begin(Seed::Dict);
    sip.word(sum);
    return sip.finish();
  }

  std::uint64_t of_range(const Object& object) const {
    const Object length = range_length(object);
    SipHash sip = begin(Seed::Range);
    sip.word(of(length));
    if (!length.is(Object::integer(0))) sip.word(of(object.start()));
    if (!length.is(Object::integer(0)) && !length.is(Object::integer(1)))
      sip.word(of(object.step()));
    return sip.finish();
  }

  std::uint64_t of_slice(const Object& object) const {
    SipHash sip = begin(Seed::Slice);
    for (const Object* part : {&object.start(), &object.stop(), &object.step()})
      sip.word(of_item(*part, Access::node(object)));
    return sip.finish();
  }

  std::uint64_t of_opaque(const Object& object) const {
    const auto* node = as<OpaqueNode>(object);
    if ((node->flags & kInCycle) != 0) return hash_address(node);  // as equality has it
    const Hashing within(failure_, /*inside_opaque=*/true);
    SipHash sip = begin(Seed::Opaque);
    sip.word(static_cast<std::uint64_t>(node->construction));
    for (const Object* part : {&node->callable, &node->args, &node->kwargs})
      sip.word(within.of_item(*part, node));
    for (const OpaqueStep& step : node->steps) {
      sip.word(static_cast<std::uint64_t>(step.what()));
      for (const Object& value : step.values()) {
        if (failure_) break;
        sip.word(within.of_item(value, node));
      }
    }
    saw_unsettled_ = saw_unsettled_ || within.saw_unsettled_;
    return sip.finish();
  }

  Failure& failure_;
  bool inside_;
  /// A set or dict that the decoder still reads: it may have items twice, and another hash then.
  mutable bool saw_unsettled_ = false;
};

std::string_view find_unhashable(const Object& object, Failure& failure);

std::string_view find_unhashable(const Object& parent, std::span<const Object> items,
                                 Failure& failure) {
  if (WalkMemo::find(WalkMemo::What::Hashable, Access::node(parent))) return {};
  const Descent deeper("while hashing an object", failure);
  if (!deeper) return {};
  for (const Object& item : items) {
    if (const std::string_view found = find_unhashable(item, failure); !found.empty()) return found;
    if (failure) return {};
  }
  WalkMemo::keep(WalkMemo::What::Hashable, true, Access::node(parent));
  return {};
}

/// A type in the object that keeps it from being a key; empty when there is none.
std::string_view find_unhashable(const Object& object, Failure& failure) {
  switch (object.kind()) {
    case Kind::List:
    case Kind::Dict:
    case Kind::Set:
    case Kind::ByteArray:
    case Kind::Array:
      return type_name(object);
    case Kind::Tuple:
      return find_unhashable(object, object.items(), failure);
    case Kind::Slice: {
      const Object parts[] = {object.start(), object.stop(), object.step()};
      return find_unhashable(object, parts, failure);
    }
    default:
      return {};
  }
}

}  // namespace

std::uint64_t hash_object(const Object& object, Failure& failure) {
  return Hashing(failure, /*inside_opaque=*/false).of(object);
}

bool fail_unhashable(std::string_view type, Failure& failure) {
  return failure.set(ErrorCode::InvalidArgument, "unhashable type: '" + std::string(type) + "'");
}

bool check_hashable(const Object& object, Failure& failure) {
  if (const std::string_view type = find_unhashable(object, failure); !type.empty())
    fail_unhashable(type, failure);
  return !failure;
}

}  // namespace detail

Result<std::uint64_t> hash(const Object& object) {
  detail::Failure failure;
  return detail::finish(detail::hash_object(object, failure), failure);
}

std::string_view unhashable_type(const Object& object) {
  detail::Failure failure;  // too deep to tell: hash() will say so
  return detail::find_unhashable(object, failure);
}

bool is_hashable(const Object& object) { return unhashable_type(object).empty(); }

}  // namespace mp
