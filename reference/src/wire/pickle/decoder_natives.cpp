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

}  // namespace

Decoder::Native Decoder::call_native(const Object& callable, const Object& args, Object& result) {
  if (callable.kind() != Kind::Global) return Native::NotKnown;
  const std::string_view module = callable.module();
  if (module == "builtins") return call_builtin(callable.name(), args, result);
  if (callable.is_global("copyreg", "_reconstructor")) return reconstruct(args.items(), result);
  std::optional<Object> made;
  if (callable.is_global("_codecs", "encode"))
    made = encode_latin1(args.items());
  else if (callable.is_global("array", "array"))
    made = make_array(args.items());
  else if (callable.is_global("array", "_array_reconstructor"))
    made = reconstruct_array(args.items());
  if (!made) return Native::NotKnown;
  result = *std::move(made);
  return Native::Made;
}

Decoder::Native Decoder::call_builtin(std::string_view name, const Object& args, Object& result) {
  const std::span<const Object> items = args.items();
  if (name == "list") return make_sequence(Tag::List, items, result);
  if (name == "tuple") return make_sequence(Tag::Tuple, items, result);
  if (name == "dict") return make_dict(items, result);
  if (name == "set") return make_set(Tag::Set, items, result);
  if (name == "frozenset") return make_set(Tag::FrozenSet, items, result);
  if (name == "slice") return make_slice(items, result);
  std::optional<Object> made;
  if (name == "bytes")
    made = make_bytes(items);
  else if (name == "bytearray")
    made = make_bytearray(items);
  else if (name == "complex")
    made = make_complex(items);
  else if (name == "range")
    made = make_range(items);
  if (!made) return Native::NotKnown;
  result = *std::move(made);
  return Native::Made;
}

Decoder::Native Decoder::make_sequence(Tag tag, std::span<const Object> args, Object& result) {
  if (args.size() > 1 || (args.size() == 1 && !is_iterable(args[0]))) return Native::NotKnown;
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
  result = args.empty() ? Object::dict() : args[0].copy();
  if (!args.empty()) Access::node(result)->depth = Access::node(args[0])->depth;
  return Native::Made;
}

Decoder::Native Decoder::make_set(Tag tag, std::span<const Object> args, Object& result) {
  if (args.size() > 1 || (args.size() == 1 && !is_iterable(args[0]))) return Native::NotKnown;
  auto* set = detail::new_node<detail::SetNode>(tag);
  result = Access::adopt(set);
  if (args.empty()) return Native::Made;
  for (const Object& item : args[0].items())
    if (!add_to_set(set, Object(item))) return Native::Failed;
  return Native::Made;
}

Decoder::Native Decoder::make_slice(std::span<const Object> args, Object& result) {
  if (args.size() != 3) return Native::NotKnown;
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
  result = Object::instance(args[0]);
  return Native::Made;
}

}  // namespace mp::pickle
