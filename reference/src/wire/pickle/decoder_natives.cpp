#include <algorithm>
#include <array>

#include "wire/object/dict_table.hpp"
#include "wire/pickle/decoder.hpp"
#include "wire/pickle/natives.hpp"

namespace mp::pickle {

using detail::Access;
using detail::as;
using detail::Tag;

namespace {

bool is_iterable(const Object& object) {
  switch (object.kind()) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
    case Kind::FrozenSet:
      return true;
    default:
      return false;
  }
}

/// Builtins whose results contain no other objects.
struct FlatNative {
  std::string_view module;
  std::string_view name;
  std::optional<Object> (*make)(Args args);
};
constexpr std::array<FlatNative, 7> kFlatNatives = {{
    {"builtins", "bytes", make_bytes},
    {"builtins", "bytearray", make_bytearray},
    {"builtins", "complex", make_complex},
    {"builtins", "range", make_range},
    {"_codecs", "encode", encode_latin1},
    {"array", "array", make_array},
    {"array", "_array_reconstructor", reconstruct_array},
}};

/// What the result of a FlatNative and the way to it take at most: a character becomes four bytes
/// in a growing text and four in the array, an item of a list eight and eight.
std::size_t bytes_to_make_of(std::span<const Object> args) {
  std::size_t bytes = sizeof(detail::RangeNode);
  for (const Object& arg : args) {
    if (arg.kind() == Kind::Str) bytes += 16 * arg.as_str().size();
    if (arg.kind() == Kind::Bytes) bytes += 2 * arg.as_bytes().size();
    if (arg.kind() == Kind::List) bytes += 32 * arg.items().size();
  }
  return bytes;
}

}  // namespace

Decoder::Native Decoder::call_native(const Object& callable, const Object& args, Object& result) {
  if (callable.kind() != Kind::Global) return Native::NotKnown;
  if (callable.is_global("copyreg", "_reconstructor")) return reconstruct(args.items(), result);
  const auto row = std::ranges::find_if(kFlatNatives, [&callable](const FlatNative& native) {
    return callable.is_global(native.module, native.name);
  });
  if (row == kFlatNatives.end())
    return callable.module() == "builtins" ? call_container(callable.name(), args, result)
                                           : Native::NotKnown;
  if (!afford_bytes(bytes_to_make_of(args.items()))) return Native::Failed;
  std::optional<Object> made = row->make(args.items());
  if (!made) return Native::NotKnown;
  result = *std::move(made);
  return Native::Made;
}

Decoder::Native Decoder::call_container(std::string_view name, const Object& args, Object& result) {
  const std::span<const Object> items = args.items();
  if (name == "list") return make_sequence(Tag::List, items, result);
  if (name == "tuple") return make_sequence(Tag::Tuple, items, result);
  if (name == "dict") return make_dict(items, result);
  if (name == "set") return make_set(Tag::Set, items, result);
  if (name == "frozenset") return make_set(Tag::FrozenSet, items, result);
  if (name == "slice") return make_slice(items, result);
  return Native::NotKnown;
}

Decoder::Native Decoder::make_sequence(Tag tag, std::span<const Object> args, Object& result) {
  if (args.size() > 1 || (args.size() == 1 && !is_iterable(args[0]))) return Native::NotKnown;
  // Twice: they pass through a vector.
  const std::size_t bytes = args.empty() ? 0 : args[0].items().size() * sizeof(Object);
  if (!afford_node<detail::ListNode>() || !afford_bytes(2 * bytes)) return Native::Failed;
  std::vector<Object> items;
  if (!args.empty()) items.assign(args[0].items().begin(), args[0].items().end());
  result = tag == Tag::List ? Object::list(std::move(items)) : Object::tuple(std::move(items));
  // As deep as what it was made of; the empty tuple is everybody's.
  if (!args.empty() && !args[0].items().empty())
    Access::node(result)->depth = Access::node(args[0])->depth;
  return Native::Made;
}

Decoder::Native Decoder::make_dict(std::span<const Object> args, Object& result) {
  if (args.size() > 1 || (args.size() == 1 && args[0].kind() != Kind::Dict))
    return Native::NotKnown;
  // A dict whose keys are still to be compared cannot be copied yet.
  if (!args.empty() && as<detail::DictNode>(args[0])->deferred) return Native::NotKnown;
  const std::size_t count = args.empty() ? 0 : as<detail::DictNode>(args[0])->live;
  if (!afford_node<detail::DictNode>() || !afford_bytes(count * sizeof(detail::DictNode::Entry)) ||
      (count >= detail::HashIndex::kLinearMax &&
       !afford_bytes(detail::HashIndex::bytes_for(count))))
    return Native::Failed;
  result = args.empty() ? Object::dict() : args[0].copy();
  if (!args.empty()) Access::node(result)->depth = Access::node(args[0])->depth;
  return Native::Made;
}

Decoder::Native Decoder::make_set(Tag tag, std::span<const Object> args, Object& result) {
  if (args.size() > 1 || (args.size() == 1 && !is_iterable(args[0]))) return Native::NotKnown;
  if (!afford_node<detail::SetNode>()) return Native::Failed;
  auto* set = detail::new_node<detail::SetNode>(tag);
  result = Access::adopt(set);
  if (args.empty()) return Native::Made;
  if (!make_room_in_set(set, args[0].items().size())) return Native::Failed;
  for (const Object& item : args[0].items())
    if (!add_to_set(set, Object(item))) return Native::Failed;
  return Native::Made;
}

Decoder::Native Decoder::make_slice(std::span<const Object> args, Object& result) {
  if (args.size() != 3) return Native::NotKnown;
  if (!afford_node<detail::SliceNode>()) return Native::Failed;
  result = Object::slice(args[0], args[1], args[2]);
  for (const Object& part : args)
    if (!nest(as<Container>(result), part)) return Native::Failed;
  return Native::Made;
}

/// Protocols 0 and 1 make an instance by copyreg._reconstructor(cls, object, None), later ones by
/// NEWOBJ: one form for both.
Decoder::Native Decoder::reconstruct(std::span<const Object> args, Object& result) {
  if (args.size() != 3 || args[0].kind() != Kind::Global ||
      !args[1].is_global("builtins", "object") || !args[2].is_none())
    return Native::NotKnown;
  if (!afford_node<detail::OpaqueNode>()) return Native::Failed;
  result = Object::instance(args[0]);
  auto* node = as<detail::OpaqueNode>(result);
  for (const Object* part : {&node->callable, &node->args, &node->kwargs})
    if (!nest(node, *part)) return Native::Failed;
  return Native::Made;
}

}  // namespace mp::pickle
