#include <cstdint>
#include <cstring>

#include "wire/object/nodes.hpp"
#include "wire/object/utf8.hpp"

namespace mp {

using detail::Access;
using detail::Blob;

namespace {

Object make_text(detail::Tag tag, std::string_view content) {
  detail::Node* node = detail::find_singleton(tag, content);
  return Access::adopt(node != nullptr ? node : detail::new_blob(tag, content));
}

}  // namespace

Object Object::str(std::string_view utf8) { return make_text(Tag::Str, utf8); }
Object Object::bytes(std::string_view content) { return make_text(Tag::Bytes, content); }
Object Object::bytearray(std::string_view content) {
  return Access::adopt(detail::new_blob(Tag::ByteArray, content));
}

bool Object::is_text(std::string_view utf8) noexcept { return detail::is_utf8(utf8); }

std::string_view Object::as_str() const {
  MP_ASSERT(tag_ == Tag::Str);
  return detail::as<Blob>(*this)->view();
}

std::string_view Object::as_bytes() const {
  if (tag_ == Tag::Array) return detail::as<detail::ArrayNode>(*this)->view();
  MP_ASSERT(tag_ == Tag::Bytes || tag_ == Tag::ByteArray);
  return detail::as<Blob>(*this)->view();
}

bool Object::is_str(std::string_view text) const noexcept {
  return tag_ == Tag::Str && detail::as<Blob>(*this)->view() == text;
}

}  // namespace mp
