#include "wire/object/nodes.hpp"

#include <array>
#include <new>

namespace mp::detail {
namespace {

constexpr std::uint32_t kStaticRefs = Node::kImmortal + Node::kImmortal / 2;

/// A Str or Bytes of at most two bytes that lives in the program itself.
struct Singleton {
  void fill(Tag tag, std::size_t size, unsigned first, unsigned second) noexcept {
    blob.refs = kStaticRefs;
    blob.tag = static_cast<std::uint8_t>(tag);
    blob.size = size;
    text[0] = static_cast<char>(first);
    text[1] = static_cast<char>(second);
  }

  Blob blob{};
  char text[8] = {};
};
static_assert(sizeof(Singleton) == sizeof(Blob) + 8, "a Blob's bytes follow it");

struct Singletons {
  Singletons() noexcept {
    empty_str.fill(Tag::Str, 0, 0, 0);
    empty_bytes.fill(Tag::Bytes, 0, 0, 0);
    for (unsigned c = 0; c < 256; ++c) {
      bytes[c].fill(Tag::Bytes, 1, c, 0);
      if (c < 0x80)
        str[c].fill(Tag::Str, 1, c, 0);
      else
        str[c].fill(Tag::Str, 2, 0xc0 | (c >> 6), 0x80 | (c & 0x3f));
    }
  }

  Singleton empty_str, empty_bytes;
  std::array<Singleton, 256> str, bytes;
};

Singletons& singletons() noexcept {
  static Singletons instance;
  return instance;
}

Node* find_str(std::string_view content) noexcept {
  const auto first = static_cast<unsigned char>(content[0]);
  if (content.size() == 1) return &singletons().str[first & 0x7f].blob;
  const auto second = static_cast<unsigned char>(content[1]);
  if (content.size() == 2 && (first == 0xc2 || first == 0xc3))
    return &singletons().str[static_cast<unsigned>((first & 3) << 6 | (second & 0x3f))].blob;
  return nullptr;
}

}  // namespace

Node* find_singleton(Tag tag, std::string_view content) noexcept {
  if (content.size() > 2) return nullptr;
  if (content.empty())
    return tag == Tag::Str ? &singletons().empty_str.blob : &singletons().empty_bytes.blob;
  return tag == Tag::Str ? find_str(content) : nullptr;
}

Object single_byte(char content) noexcept {
  return Access::adopt(&singletons().bytes[static_cast<unsigned char>(content)].blob);
}

Blob* new_blob(Tag tag, std::size_t size) {
  auto* node = new (::operator new(sizeof(Blob) + size)) Blob();
  node->tag = static_cast<std::uint8_t>(tag);
  node->size = size;
  return node;
}

Blob* new_blob(Tag tag, std::string_view content) {
  Blob* node = new_blob(tag, content.size());
  content.copy(node->data(), content.size());
  return node;
}

ArrayNode* new_array(char typecode, std::size_t size) {
  auto* node = new (::operator new(sizeof(ArrayNode) + size)) ArrayNode();
  node->tag = static_cast<std::uint8_t>(Tag::Array);
  node->typecode = typecode;
  node->size = size;
  return node;
}

TupleNode* new_tuple(std::size_t size) {
  auto* node = new (::operator new(sizeof(TupleNode) + size * sizeof(Object))) TupleNode();
  node->tag = static_cast<std::uint8_t>(Tag::Tuple);
  node->size = size;
  for (std::size_t i = 0; i < size; ++i) new (node->items() + i) Object();
  return node;
}

}  // namespace mp::detail
