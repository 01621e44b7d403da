// SharedMemory.*, ShareableList.*: blocks of memory that processes attach by name.
#include <algorithm>
#include <mp/shareable_list.hpp>
#include <mp/shared_memory.hpp>

#include "operation.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Kind;
using mp::Object;

std::optional<std::string> given_name(const Call& call, std::size_t position) {
  const Object* name = call.find(position, "name");
  if (name == nullptr || name->is_none()) return std::nullopt;
  return call.text(position, "name");
}

/// Of a block that cannot be what the name promises, as of a file that cannot be mapped.
constexpr std::pair<ErrorCode, const char*> kUnusable{ErrorCode::Malformed, "ValueError"};

Answer make_memory(Call& call) {
  const auto name = given_name(call, 0);
  if (call.flag(1, "create", false))
    return Live(unwrap(mp::SharedMemory::create(call.integer(2, "size", 0), name)));
  if (!name) throw Raised{"ValueError", "'name' can only be None if create=True", {}};
  return Live(unwrap(mp::SharedMemory::open(*name), {kUnusable}));
}

Answer memory_name(Call& call) { return Object::str(call.object<mp::SharedMemory>().name()); }

Answer memory_size(Call& call) {
  return Object::integer(static_cast<std::int64_t>(call.object<mp::SharedMemory>().size()));
}

/// The part of the block that Python's buf[offset : offset + length] is.
std::span<std::byte> part(const mp::SharedMemory& memory, std::int64_t offset,
                          std::int64_t length) {
  const auto block = unwrap(memory.buf(), {{ErrorCode::Closed, "TypeError"}});
  if (offset < 0 || length < 0) throw Raised{"ValueError", "a part has no negative place", {}};
  const auto first = std::min(static_cast<std::size_t>(offset), block.size());
  return block.subspan(first, std::min(static_cast<std::size_t>(length), block.size() - first));
}

Answer read(Call& call) {
  const auto bytes =
      part(call.object<mp::SharedMemory>(), call.integer(0, "offset"), call.integer(1, "length"));
  return Object::bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Answer write(Call& call) {
  const std::string bytes = call.byte_text(1, "bytes");
  const auto place = part(call.object<mp::SharedMemory>(), call.integer(0, "offset"),
                          static_cast<std::int64_t>(bytes.size()));
  if (place.size() != bytes.size())
    throw Raised{"ValueError", "the block ends before these bytes do", {}};
  std::ranges::copy(std::as_bytes(std::span(bytes)), place.begin());
  return Object::none();
}

/// The block itself, or the one a list is in.
const mp::SharedMemory& block_of(const Call& call) {
  if (const auto* list = std::any_cast<mp::ShareableList>(call.target)) return list->shm();
  return call.object<mp::SharedMemory>();
}

Answer close(Call& call) {
  block_of(call).close();
  return Object::none();
}

Answer unlink(Call& call) {
  unwrap(block_of(call).unlink());
  return Object::none();
}

/// What the list can hold; nothing for any other value.
std::optional<mp::ShareableItem> item_from(const Object& value) {
  switch (value.kind()) {
    case Kind::None:
      return std::monostate();
    case Kind::Bool:
      return value.as_bool();
    case Kind::Int:
      if (!value.fits_int64()) return std::nullopt;
      return value.as_int64();
    case Kind::Float:
      return value.as_double();
    case Kind::Str:
      return std::string(value.as_str());
    case Kind::Bytes: {
      const auto bytes = std::as_bytes(std::span(value.as_bytes()));
      return mp::Bytes(bytes.begin(), bytes.end());
    }
    default:
      return std::nullopt;
  }
}

mp::ShareableItem need_item(const Object& value) {
  if (auto item = item_from(value)) return *std::move(item);
  if (value.kind() == Kind::Int)
    throw Raised{"OverflowError", "an item of a ShareableList has 64 bits at most", {}};
  throw Raised{
      "TypeError", "a ShareableList holds no '" + std::string(mp::type_name(value)) + "'", {}};
}

Object object_from(const mp::ShareableItem& item) {
  struct Converter {
    Object operator()(std::monostate) const { return Object::none(); }
    Object operator()(bool value) const { return Object::boolean(value); }
    Object operator()(std::int64_t value) const { return Object::integer(value); }
    Object operator()(double value) const { return Object::real(value); }
    Object operator()(const std::string& text) const {
      if (!Object::is_text(text)) throw Raised{"UnicodeDecodeError", "the place holds no text", {}};
      return Object::str(text);
    }
    Object operator()(const mp::Bytes& bytes) const {
      return Object::bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
  };
  return std::visit(Converter(), item);
}

constexpr std::pair<ErrorCode, const char*> kTooLong{ErrorCode::TooLarge, "ValueError"};

Answer make_list(Call& call) {
  const auto name = given_name(call, 1);
  const Object* sequence = call.find(0, "sequence");
  if (sequence == nullptr || sequence->is_none()) {
    if (!name) throw Raised{"ValueError", "neither a sequence nor a name", {}};
    return Live(unwrap(mp::ShareableList::open(*name), {kUnusable}));
  }
  if (sequence->kind() != Kind::List && sequence->kind() != Kind::Tuple)
    throw Raised{"TypeError", "the sequence must be a list or a tuple", {}};
  std::vector<mp::ShareableItem> items;
  for (const Object& item : sequence->items()) items.push_back(need_item(item));
  return Live(unwrap(mp::ShareableList::create(items, name), {kTooLong}));
}

Answer list_name(Call& call) { return Object::str(call.object<mp::ShareableList>().shm().name()); }

std::int64_t position(const Call& call) {
  const Object& index = call.need(0, "index");
  if (index.kind() == Kind::Int && !index.fits_int64())
    throw Raised{"IndexError", "cannot fit 'int' into an index-sized integer", {}};
  return call.integer(0, "index");
}

Answer get_item(Call& call) {
  return object_from(unwrap(call.object<mp::ShareableList>().get(position(call))));
}

Answer set_item(Call& call) {
  const auto& list = call.object<mp::ShareableList>();
  unwrap(list.set(position(call), need_item(call.need(1, "value"))), {kTooLong});
  return Object::none();
}

Answer length(Call& call) {
  return Object::integer(
      static_cast<std::int64_t>(unwrap(call.object<mp::ShareableList>().size())));
}

Answer to_list(Call& call) {
  Object list = Object::list();
  for (const auto& item : unwrap(call.object<mp::ShareableList>().to_list()))
    list.append(object_from(item));
  return list;
}

/// What the list cannot hold is not in it.
Answer index(Call& call) {
  const auto value = item_from(call.need(0, "value"));
  if (!value) throw Raised{"ValueError", "the value is not in this container", {}};
  const auto found =
      unwrap(call.object<mp::ShareableList>().index(*value), {{ErrorCode::NotFound, "ValueError"}});
  return Object::integer(static_cast<std::int64_t>(found));
}

std::size_t occurrences(const Call& call) {
  const auto value = item_from(call.need(0, "value"));
  return value ? unwrap(call.object<mp::ShareableList>().count(*value)) : 0;
}
Answer count(Call& call) { return Object::integer(static_cast<std::int64_t>(occurrences(call))); }
Answer contains(Call& call) { return Object::boolean(occurrences(call) > 0); }

constexpr Operation kOperations[] = {
    {"SharedMemory.new", make_memory},       {"SharedMemory.name", memory_name},
    {"SharedMemory.size", memory_size},      {"SharedMemory.read", read},
    {"SharedMemory.write", write},           {"SharedMemory.close", close},
    {"SharedMemory.unlink", unlink},         {"ShareableList.new", make_list},
    {"ShareableList.name", list_name},       {"ShareableList.__getitem__", get_item},
    {"ShareableList.__setitem__", set_item}, {"ShareableList.__len__", length},
    {"ShareableList.to_list", to_list},      {"ShareableList.index", index},
    {"ShareableList.count", count},          {"ShareableList.__contains__", contains},
    {"ShareableList.close", close},          {"ShareableList.unlink", unlink},
};

}  // namespace

std::span<const Operation> shared_memory_operations() { return kOperations; }

}  // namespace adapter
