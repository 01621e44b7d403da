#include <cmath>
#include <string>

#include "wire/object/dict_table.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"
#include "wire/object/utf8.hpp"

// What every object answers: its type's name, its truth, its length, a copy; and the parts that
// ranges and slices have in common.

namespace mp {

using detail::Access;
using detail::as;

namespace {

std::string_view last_part(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

std::string_view global_type_name(const Object& object) {
  if (object.is_global("builtins", "Ellipsis")) return "ellipsis";
  if (object.is_global("builtins", "NotImplemented")) return "NotImplementedType";
  return "type";
}

std::size_t count_items(const Object& object) {
  switch (object.kind()) {
    case Kind::Str:
      return detail::count_characters(object.as_str());
    case Kind::Bytes:
    case Kind::ByteArray:
      return object.as_bytes().size();
    case Kind::Array:
      return object.as_bytes().size() / Object::array_item_bytes(object.typecode());
    case Kind::Dict:
      return as<detail::DictNode>(object)->live;
    default:
      return object.items().size();
  }
}

}  // namespace

Object Object::range(Object start, Object stop, Object step) {
  MP_ASSERT(start.kind() == Kind::Int && stop.kind() == Kind::Int && step.kind() == Kind::Int);
  MP_ASSERT(!step.is(integer(0)));
  auto* node = detail::new_node<detail::RangeNode>(Tag::Range);
  node->start = std::move(start);
  node->stop = std::move(stop);
  node->step = std::move(step);
  return Access::adopt(node);
}

Object Object::slice(Object start, Object stop, Object step) {
  auto* node = detail::new_node<detail::SliceNode>(Tag::Slice);
  node->start = std::move(start);
  node->stop = std::move(stop);
  node->step = std::move(step);
  return Access::adopt(node);
}

const Object& Object::start() const {
  if (tag_ == Tag::Range) return as<detail::RangeNode>(*this)->start;
  MP_ASSERT(tag_ == Tag::Slice);
  return as<detail::SliceNode>(*this)->start;
}

const Object& Object::stop() const {
  if (tag_ == Tag::Range) return as<detail::RangeNode>(*this)->stop;
  MP_ASSERT(tag_ == Tag::Slice);
  return as<detail::SliceNode>(*this)->stop;
}

const Object& Object::step() const {
  if (tag_ == Tag::Range) return as<detail::RangeNode>(*this)->step;
  MP_ASSERT(tag_ == Tag::Slice);
  return as<detail::SliceNode>(*this)->step;
}

Result<std::size_t> Object::length() const {
  switch (kind()) {
    case Kind::Str:
    case Kind::Bytes:
    case Kind::ByteArray:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
    case Kind::Set:
    case Kind::FrozenSet:
    case Kind::Array:
      return count_items(*this);
    case Kind::Range: {
      const Object count = detail::range_length(*this);
      if (count.fits_int64()) return static_cast<std::size_t>(count.as_int64());
      return Error{ErrorCode::TooLarge, "Python int too large to convert to C ssize_t"};
    }
    default:
      return Error{ErrorCode::InvalidArgument,
                   "object of type '" + std::string(type_name(*this)) + "' has no len()"};
  }
}

Object Object::copy() const {
  switch (tag_) {
    case Tag::List:
      return list({items().begin(), items().end()});
    case Tag::ByteArray:
      return bytearray(as_bytes());
    case Tag::Dict: {
      auto* node = detail::new_node<detail::DictNode>(Tag::Dict);
      detail::DictTable(node).copy_from(*as<detail::DictNode>(*this));
      return Access::adopt(node);
    }
    case Tag::Set: {
      auto* node = detail::new_node<detail::SetNode>(Tag::Set);
      const auto* original = as<detail::SetNode>(*this);
      for (const Object& item : original->items) node->items.push_back(Object(item));
      node->hashes = original->hashes;
      node->index = original->index;
      return Access::adopt(node);
    }
    default:
      return *this;
  }
}

std::string_view type_name(const Object& object) {
  static constexpr std::string_view kNames[] = {
      "NoneType", "bool",  "int",  "float", "complex",   "str",   "bytes", "bytearray",
      "list",     "tuple", "dict", "set",   "frozenset", "range", "slice", "array.array"};
  switch (object.kind()) {
    case Kind::Global:
      return global_type_name(object);
    case Kind::Opaque: {
      const Object& callable = object.callable();
      return callable.kind() == Kind::Global ? last_part(callable.name()) : "object";
    }
    default:
      return kNames[static_cast<std::size_t>(object.kind())];
  }
}

bool truth(const Object& object) {
  switch (object.kind()) {
    case Kind::None:
      return false;
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::Complex:
      return !detail::equal_numbers(object, Object::integer(0));
    case Kind::Str:
      return !object.as_str().empty();
    case Kind::Range:
      return !detail::range_length(object).is(Object::integer(0));
    case Kind::Slice:
    case Kind::Global:
    case Kind::Opaque:
      return true;
    default:
      return count_items(object) != 0;
  }
}

}  // namespace mp
