#include "manager/objects/array.hpp"

#include "manager/objects/arguments.hpp"
#include "manager/objects/array_cell.hpp"
#include "manager/objects/iterate.hpp"
#include "manager/objects/python_text.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr Method kMethods[] = {
    reading<&ArrayReferent::length>("__len__"),
    reading<&ArrayReferent::get_item>("__getitem__"),
    method<&ArrayReferent::set_item>("__setitem__"),
};
constexpr ReferentType kType = {"Array", kMethods};

Attempt<char> typecode_of(const Object& object) {
  if (object.kind() != Kind::Str || object.as_str().size() != 1) {
    return type_error("array() argument 1 must be a unicode character, not " +
                      python_type_name(object));
  }
  const char typecode = object.as_str()[0];
  if (Object::array_item_bytes(typecode) == 0) {
    return value_error("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
  }
  return typecode;
}

Object array_of(char typecode, std::string_view content) {
  Result<Object> array = Object::array(typecode, content);
  MP_ASSERT(array.has_value());
  return *std::move(array);
}

}  // namespace

const ReferentType& ArrayReferent::type() const { return kType; }

Attempt<std::unique_ptr<Referent>> ArrayReferent::make(Host& host, ObjectNumber number,
                                                       const Call& call) {
  constexpr std::string_view names[] = {"typecode", "sequence", "lock"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Array", names, 2));
  std::unique_ptr<ArrayReferent> made(new ArrayReferent(host, number));
  MP_TRY_ASSIGN(made->typecode_, typecode_of(*given[0]));
  made->width_ = Object::array_item_bytes(made->typecode_);
  MP_TRY(made->fill(*given[1]));
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> ArrayReferent::restore(Host& host, ObjectNumber number,
                                                 SavedState& state) {
  std::unique_ptr<ArrayReferent> made(new ArrayReferent(host, number));
  const auto typecode = static_cast<char>(state.integer());
  const std::size_t width = Object::array_item_bytes(typecode);
  const std::string content(state.bytes());
  if (width == 0 || content.size() % width != 0) {
    state.reject();
    return made;
  }
  made->typecode_ = typecode;
  made->width_ = width;
  made->content_ = content;
  return made;
}

Object ArrayReferent::save() const {
  return Object::tuple_of(Object::integer(typecode_), Object::bytes(content_));
}

Attempt<void> ArrayReferent::fill(const Object& sequence) {
  if (sequence.kind() == Kind::Bytes || sequence.kind() == Kind::ByteArray) {
    content_ = sequence.as_bytes();
    if (content_.size() % width_ != 0) {
      return value_error("bytes length not a multiple of item size");
    }
    return {};
  }
  if (sequence.kind() == Kind::Str && typecode_ != 'u' && typecode_ != 'w') {
    return type_error("cannot use a str to initialize an array with typecode '" +
                      std::string(1, typecode_) + "'");
  }
  MP_TRY_ASSIGN(const std::vector<Object> items, manager::iterate(host(), sequence));
  content_.reserve(items.size() * width_);
  for (const Object& item : items) {
    MP_TRY_ASSIGN(const std::string encoded, encode_array_cell(typecode_, item));
    content_ += encoded;
  }
  return {};
}

Attempt<std::string> ArrayReferent::repr() const {
  return attempt(mp::repr(array_of(typecode_, content_)));
}

Outcome ArrayReferent::get_value() const { return returned(array_of(typecode_, content_)); }

Attempt<std::vector<Object>> ArrayReferent::iterate() const {
  const Object array = array_of(typecode_, content_);
  std::vector<Object> items;
  items.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) items.push_back(array.array_item(i));
  return items;
}

Outcome ArrayReferent::length(const Call& call) {
  MP_TRY(expect_positional(call, "array.__len__", 0, 0));
  return returned(Object::unsigned_integer(size()));
}

Outcome ArrayReferent::get_item(const Call& call) {
  MP_TRY(expect_positional(call, "array.__getitem__", 1, 1));
  const Object& key = call.args[0];
  if (key.kind() == Kind::Slice) {
    MP_TRY_ASSIGN(const SliceRange range, resolve_slice(key, size()));
    std::string content;
    content.reserve(range.count * width_);
    for (std::size_t i = 0; i < range.count; ++i) {
      const std::int64_t position = range.start + static_cast<std::int64_t>(i) * range.step;
      content += cell(static_cast<std::size_t>(position));
    }
    return returned(array_of(typecode_, content));
  }
  if (!is_integer(key)) return type_error("array indices must be integers");
  MP_TRY_ASSIGN(const std::int64_t index, to_index(key));
  MP_TRY_ASSIGN(const std::size_t position,
                resolve_index(index, size(), "array index out of range"));
  return returned(array_of(typecode_, cell(position)).array_item(0));
}

Outcome ArrayReferent::set_item(const Call& call) {
  MP_TRY(expect_positional(call, "array.__setitem__", 2, 2));
  const Object& key = call.args[0];
  if (key.kind() == Kind::Slice) return set_slice(key, call.args[1]);
  if (!is_integer(key)) return type_error("array indices must be integers");
  MP_TRY_ASSIGN(const std::int64_t index, to_index(key));
  MP_TRY_ASSIGN(const std::size_t position,
                resolve_index(index, size(), "array assignment index out of range"));
  MP_TRY_ASSIGN(const std::string encoded, encode_array_cell(typecode_, call.args[1]));
  content_.replace(position * width_, width_, encoded);
  return returned();
}

Outcome ArrayReferent::set_slice(const Object& slice, const Object& value) {
  if (value.kind() != Kind::Array) {
    return type_error("can only assign array (not \"" + python_type_name(value) +
                      "\") to array slice");
  }
  if (value.typecode() != typecode_) {
    return type_error("bad argument type for built-in operation");
  }
  MP_TRY_ASSIGN(const SliceRange range, resolve_slice(slice, size()));
  const std::string_view given = value.as_bytes();
  const auto start = static_cast<std::size_t>(range.start);
  if (range.step == 1) {
    content_.replace(start * width_, range.count * width_, given);
    return returned();
  }
  if (given.size() / width_ != range.count) {
    return value_error("attempt to assign array of size " + std::to_string(given.size() / width_) +
                       " to extended slice of size " + std::to_string(range.count));
  }
  for (std::size_t i = 0; i < range.count; ++i) {
    const std::int64_t position = range.start + static_cast<std::int64_t>(i) * range.step;
    content_.replace(static_cast<std::size_t>(position) * width_, width_,
                     given.substr(i * width_, width_));
  }
  return returned();
}

}  // namespace mp::manager
