#include "mp/dynamic_array.hpp"

#include "sync/scalar.hpp"

namespace mp {
namespace {

Result<void> check_characters(Typecode typecode) {
  if (typecode != Typecode::c) {
    return Error{ErrorCode::InvalidArgument, "only an array of typecode c has text"};
  }
  return {};
}

}  // namespace

Result<DynamicRawArray> DynamicRawArray::create(Typecode typecode, std::size_t length) {
  MP_TRY_ASSIGN(sync::Items items, sync::Items::create_array(typecode, length));
  return DynamicRawArray(std::move(items));
}

Result<DynamicRawArray> DynamicRawArray::create(Typecode typecode,
                                                std::span<const Scalar> initial) {
  MP_TRY_ASSIGN(DynamicRawArray made, create(typecode, initial.size()));
  MP_TRY(made.set_slice({}, initial));
  return made;
}

Result<Scalar> DynamicRawArray::get(std::int64_t index) const {
  MP_TRY_ASSIGN(const std::size_t position, select(index, size()));
  const std::byte* item = items_.data() + position * item_bytes(typecode());
  return sync::decode(typecode(), sync::load_bits(typecode(), item));
}

Result<void> DynamicRawArray::set(std::int64_t index, const Scalar& value) const {
  MP_TRY_ASSIGN(const std::size_t position, select(index, size()));
  MP_TRY_ASSIGN(const std::uint64_t bits, sync::encode(typecode(), value));
  sync::store_bits(typecode(), items_.data() + position * item_bytes(typecode()), bits);
  return {};
}

Result<std::vector<Scalar>> DynamicRawArray::slice(const Slice& slice) const {
  MP_TRY_ASSIGN(const SliceRange range, select(slice, size()));
  const std::size_t width = item_bytes(typecode());
  std::vector<Scalar> values;
  values.reserve(range.count);
  for (std::size_t n = 0; n < range.count; ++n) {
    const std::byte* item = items_.data() + range[n] * width;
    values.push_back(sync::decode(typecode(), sync::load_bits(typecode(), item)));
  }
  return values;
}

Result<void> DynamicRawArray::set_slice(const Slice& slice, std::span<const Scalar> values) const {
  MP_TRY_ASSIGN(const SliceRange range, select(slice, size()));
  if (range.count != values.size()) {
    return Error{ErrorCode::OutOfRange, "Can only assign sequence of same size"};
  }
  // All are checked before the first is assigned.
  std::vector<std::uint64_t> encoded;
  encoded.reserve(values.size());
  for (const Scalar& value : values) {
    MP_TRY_ASSIGN(const std::uint64_t bits, sync::encode(typecode(), value));
    encoded.push_back(bits);
  }
  const std::size_t width = item_bytes(typecode());
  for (std::size_t n = 0; n < range.count; ++n) {
    sync::store_bits(typecode(), items_.data() + range[n] * width, encoded[n]);
  }
  return {};
}

Result<std::string> DynamicRawArray::value() const {
  MP_TRY_ASSIGN(std::string text, raw());
  return text.substr(0, text.find('\0'));
}

Result<std::string> DynamicRawArray::raw() const {
  MP_TRY(check_characters(typecode()));
  return std::string(reinterpret_cast<const char*>(items_.data()), size());
}

Result<void> DynamicRawArray::set_value(std::string_view text) const {
  MP_TRY(check_characters(typecode()));
  if (text.size() > size()) return Error{ErrorCode::TooLarge, "byte string too long"};
  char* characters = reinterpret_cast<char*>(items_.data());
  text.copy(characters, text.size());
  if (text.size() < size()) characters[text.size()] = '\0';
  return {};
}

Result<DynamicArray> DynamicArray::create(Typecode typecode, std::size_t length,
                                          std::optional<AnyLock> lock) {
  return synchronize(DynamicRawArray::create(typecode, length), std::move(lock));
}

Result<DynamicArray> DynamicArray::create(Typecode typecode, std::span<const Scalar> initial,
                                          std::optional<AnyLock> lock) {
  return synchronize(DynamicRawArray::create(typecode, initial), std::move(lock));
}

Result<DynamicArray> DynamicArray::synchronize(Result<DynamicRawArray> raw,
                                               std::optional<AnyLock> lock) {
  MP_TRY_ASSIGN(DynamicRawArray made, std::move(raw));
  AnyLock used = lock ? *std::move(lock) : AnyLock(made.items_.lock());
  return DynamicArray(std::move(made), std::move(used));
}

Result<Scalar> DynamicArray::get(std::int64_t index) const {
  const sync::AccessGuard guard(any_lock());
  return raw_.get(index);
}

Result<void> DynamicArray::set(std::int64_t index, const Scalar& value) const {
  const sync::AccessGuard guard(any_lock());
  return raw_.set(index, value);
}

Result<std::vector<Scalar>> DynamicArray::slice(const Slice& slice) const {
  const sync::AccessGuard guard(any_lock());
  return raw_.slice(slice);
}

Result<void> DynamicArray::set_slice(const Slice& slice, std::span<const Scalar> values) const {
  const sync::AccessGuard guard(any_lock());
  return raw_.set_slice(slice, values);
}

Result<std::string> DynamicArray::value() const {
  const sync::AccessGuard guard(any_lock());
  return raw_.value();
}

Result<std::string> DynamicArray::raw() const {
  const sync::AccessGuard guard(any_lock());
  return raw_.raw();
}

Result<void> DynamicArray::set_value(std::string_view text) const {
  const sync::AccessGuard guard(any_lock());
  return raw_.set_value(text);
}

Result<void> DynamicRawArray::pack(Packer& packer) const { return items_.pack(packer); }

Result<DynamicRawArray> DynamicRawArray::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(sync::Items items, sync::Items::unpack(unpacker));
  return DynamicRawArray(std::move(items));
}

Result<void> DynamicArray::pack(Packer& packer) const {
  MP_TRY(raw_.pack(packer));
  return raw_.items_.pack_lock(packer, any_lock());
}

Result<DynamicArray> DynamicArray::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(DynamicRawArray raw, DynamicRawArray::unpack(unpacker));
  MP_TRY_ASSIGN(AnyLock lock, raw.items_.unpack_lock(unpacker));
  return DynamicArray(std::move(raw), std::move(lock));
}

}  // namespace mp
