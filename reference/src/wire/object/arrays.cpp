#include <array>
#include <cstring>

#include "wire/object/nodes.hpp"
#include "wire/object/utf8.hpp"

namespace mp {

using detail::Access;
using detail::ArrayNode;

namespace {

// Sizes of C's types on this machine, as array.array has them; 'u' is wchar_t.
struct ArrayType {
  char typecode;
  std::size_t bytes;
  Object (*item)(const char* at);
};

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

template <class T>
Object signed_item(const char* at) {
  return Object::integer(load<T>(at));
}
template <class T>
Object unsigned_item(const char* at) {
  return Object::unsigned_integer(load<T>(at));
}
template <class T>
Object float_item(const char* at) {
  return Object::real(static_cast<double>(load<T>(at)));
}
/// A number that is no character stays visible as U+FFFD.
Object character_item(const char* at) {
  const auto code = load<std::uint32_t>(at);
  std::string text;
  detail::append_character(text, code <= 0x10ffff ? code : 0xfffd);
  return Object::str(text);
}
static_assert(sizeof(wchar_t) == 4);

constexpr ArrayType kTypes[] = {
    {'b', 1, signed_item<signed char>},
    {'B', 1, unsigned_item<unsigned char>},
    {'u', 4, character_item},
    {'w', 4, character_item},
    {'h', sizeof(short), signed_item<short>},
    {'H', sizeof(short), unsigned_item<unsigned short>},
    {'i', sizeof(int), signed_item<int>},
    {'I', sizeof(int), unsigned_item<unsigned int>},
    {'l', sizeof(long), signed_item<long>},
    {'L', sizeof(long), unsigned_item<unsigned long>},
    {'q', sizeof(long long), signed_item<long long>},
    {'Q', sizeof(long long), unsigned_item<unsigned long long>},
    {'f', sizeof(float), float_item<float>},
    {'d', sizeof(double), float_item<double>},
};

const ArrayType* find_type(char typecode) {
  for (const ArrayType& type : kTypes)
    if (type.typecode == typecode) return &type;
  return nullptr;
}

const ArrayNode* node_of(const Object& object) {
  MP_ASSERT(object.kind() == Kind::Array);
  return detail::as<ArrayNode>(object);
}

}  // namespace

Result<Object> Object::array(char typecode, std::string_view content) {
  const ArrayType* type = find_type(typecode);
  if (type == nullptr)
    return Error{ErrorCode::InvalidArgument,
                 "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)"};
  if (content.size() % type->bytes != 0)
    return Error{ErrorCode::InvalidArgument, "bytes length not a multiple of item size"};
  ArrayNode* node = detail::new_array(typecode, content.size());
  content.copy(node->data(), content.size());
  return Access::adopt(node);
}

char Object::typecode() const { return node_of(*this)->typecode; }

Object Object::array_item(std::size_t index) const {
  const ArrayNode* node = node_of(*this);
  const ArrayType* type = find_type(node->typecode);
  MP_ASSERT(index < node->size / type->bytes);
  return type->item(node->view().data() + index * type->bytes);
}

std::size_t Object::array_item_bytes(char typecode) noexcept {
  const ArrayType* type = find_type(typecode);
  return type == nullptr ? 0 : type->bytes;
}

}  // namespace mp
