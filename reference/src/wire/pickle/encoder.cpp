#include "wire/pickle/encoder.hpp"

#include <cstring>

#include "wire/object/dict_table.hpp"
#include "wire/object/integers.hpp"
#include "wire/pickle/byte_order.hpp"

namespace mp::pickle {
namespace {

using detail::Access;
using detail::as;
using detail::Tag;

constexpr std::uint64_t kUint32Max = 0xffffffff;

/// A node with one owner is met once: it needs no entry in the memo.
bool may_repeat(const detail::Node* node) {
  return node->flags != 0 || node->refs.load(std::memory_order_relaxed) > 1;
}

/// An opcode and the size of what follows, in the fewest bytes the opcodes at hand allow.
class SizeHeader {
 public:
  template <std::unsigned_integral T>
  void set(Opcode opcode, T size) {
    text_[0] = static_cast<char>(opcode);
    store_little(text_ + 1, size);
    size_ = 1 + sizeof(T);
  }
  std::string_view view() const { return {text_, size_}; }

 private:
  char text_[9];
  std::size_t size_ = 0;
};

}  // namespace

Result<void> Encoder::run(const Object& object) {
  const char proto[] = {static_cast<char>(Opcode::PROTO), static_cast<char>(protocol_)};
  writer_.put({proto, 2});
  if (protocol_ >= 4) writer_.start_frames();
  save(object);
  writer_.put(Opcode::STOP);
  writer_.finish();
  if (failure_) return *std::move(failure_.error);
  return {};
}

void Encoder::save(const Object& object) {
  writer_.value_begins();
  switch (Access::tag(object)) {
    case Tag::None:
      return writer_.put(Opcode::NONE);
    case Tag::Bool:
      return writer_.put(Access::small(object) != 0 ? Opcode::NEWTRUE : Opcode::NEWFALSE);
    case Tag::Int:
      return save_int(Access::small(object));
    case Tag::Float:
      return save_float(Access::real(object));
    case Tag::BigInt:
      return save_long(as<detail::Blob>(object)->view());
    case Tag::Str:
      return save_str(object);
    case Tag::Bytes:
      return save_bytes(object);
    default:
      return save_shared(object);
  }
}

void Encoder::save_shared(const Object& object) {
  if (failure_ || get_if_known(object)) return;
  if (depth_ == kNestingMax) {
    failure_.set(ErrorCode::TooLarge, "maximum recursion depth exceeded while pickling an object");
    return;
  }
  ++depth_;
  save_new(object);
  --depth_;
}

void Encoder::save_new(const Object& object) {
  switch (object.kind()) {
    case Kind::Complex:
      return save_complex(object);
    case Kind::ByteArray:
      return save_bytearray(object);
    case Kind::List:
      return save_list(object);
    case Kind::Tuple:
      return save_tuple(object);
    case Kind::Dict:
      return save_dict(object);
    case Kind::Set:
      return save_set(object);
    case Kind::FrozenSet:
      return save_frozenset(object);
    case Kind::Range:
      return save_triple(object, "range");
    case Kind::Slice:
      return save_triple(object, "slice");
    case Kind::Array:
      return save_array(object);
    case Kind::Global:
      return save_global(object);
    default:
      MP_ASSERT(object.kind() == Kind::Opaque);
      return save_opaque(object);
  }
}

// Scalars

void Encoder::save_int(std::int64_t value) {
  if (value != static_cast<std::int32_t>(value)) return save_long(detail::SmallBytes(value).view());
  char* to = writer_.room(5);
  const auto bits = static_cast<std::uint32_t>(value);
  store_little(to + 1, bits);
  // A negative number has its high bytes set, so that it always takes the widest form.
  const std::size_t size = bits > 0xffff ? 4 : bits > 0xff ? 2 : 1;
  const Opcode opcode = size == 4 ? Opcode::BININT : size == 2 ? Opcode::BININT2 : Opcode::BININT1;
  *to = static_cast<char>(opcode);
  writer_.wrote(1 + size);
}

void Encoder::save_long(std::string_view bytes) {
  SizeHeader header;
  if (bytes.size() < 256)
    header.set(Opcode::LONG1, static_cast<std::uint8_t>(bytes.size()));
  else
    header.set(Opcode::LONG4, static_cast<std::uint32_t>(bytes.size()));
  if (bytes.size() > INT32_MAX) {
    failure_.set(ErrorCode::TooLarge, "int too large to pickle");
    return;
  }
  writer_.put(header.view());
  writer_.put(bytes);
}

void Encoder::save_float(double value) {
  char* to = writer_.room(9);
  *to = static_cast<char>(Opcode::BINFLOAT);
  store_big_double(to + 1, value);
  writer_.wrote(9);
}

void Encoder::save_str(const Object& object) {
  const auto* node = as<detail::Blob>(object);
  if (get_if_known(object)) return;
  write_str(node->view());
  memoize(node);
}

void Encoder::save_bytes(const Object& object) {
  const auto* node = as<detail::Blob>(object);
  if (get_if_known(object)) return;
  write_bytes(node->view());
  memoize(node);
}

void Encoder::write_str(std::string_view utf8) {
  if (utf8.size() < 256 && protocol_ >= 4) {
    // One write for the common case.
    char* to = writer_.room(2 + utf8.size());
    to[0] = static_cast<char>(Opcode::SHORT_BINUNICODE);
    to[1] = static_cast<char>(utf8.size());
    std::memcpy(to + 2, utf8.data(), utf8.size());
    return writer_.wrote(2 + utf8.size());
  }
  SizeHeader header;
  if (utf8.size() <= kUint32Max)
    header.set(Opcode::BINUNICODE, static_cast<std::uint32_t>(utf8.size()));
  else if (protocol_ >= 4)
    header.set(Opcode::BINUNICODE8, std::uint64_t{utf8.size()});
  else
    failure_.set(ErrorCode::TooLarge,
                 "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
  writer_.put_contents(header.view(), utf8);
}

void Encoder::write_bytes(std::string_view bytes) {
  if (protocol_ < 3) return write_old_bytes(bytes);
  SizeHeader header;
  if (bytes.size() < 256)
    header.set(Opcode::SHORT_BINBYTES, static_cast<std::uint8_t>(bytes.size()));
  else if (bytes.size() <= kUint32Max)
    header.set(Opcode::BINBYTES, static_cast<std::uint32_t>(bytes.size()));
  else if (protocol_ >= 4)
    header.set(Opcode::BINBYTES8, std::uint64_t{bytes.size()});
  else
    failure_.set(
        ErrorCode::TooLarge,
        "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
  writer_.put_contents(header.view(), bytes);
}

// Containers

void Encoder::save_tuple(const Object& object, bool fresh) {
  const std::span<const Object> items = object.items();
  if (items.empty()) return writer_.put(Opcode::EMPTY_TUPLE);
  const bool is_short = items.size() <= 3;
  if (!is_short) writer_.put(Opcode::MARK);
  for (const Object& item : items) save(item);
  // A tuple that is in the memo by now contains itself, and has been written on the way.
  const Node* node = fresh ? nullptr : Access::node(object);
  if (node != nullptr && may_repeat(node))
    if (const auto number = memo_.find(node)) {
      for (std::size_t i = 0; is_short && i < items.size(); ++i) writer_.put(Opcode::POP);
      if (!is_short) writer_.put(Opcode::POP_MARK);
      return get(*number);
    }
  static constexpr Opcode kShort[] = {Opcode::TUPLE1, Opcode::TUPLE2, Opcode::TUPLE3};
  writer_.put(is_short ? kShort[items.size() - 1] : Opcode::TUPLE);
  memoize(node);
}

void Encoder::save_list(const Object& object) {
  writer_.put(Opcode::EMPTY_LIST);
  memoize(Access::node(object));
  write_items(object.items(), Opcode::APPENDS, Opcode::APPEND);
}

void Encoder::write_items(std::span<const Object> items, Opcode many, Opcode one) {
  if (items.size() == 1) {
    save(items.front());
    return writer_.put(one);
  }
  while (!items.empty() && !failure_) {
    const std::size_t batch = std::min(items.size(), kBatch);
    write_batch(items.first(batch), many);
    items = items.subspan(batch);
  }
}

void Encoder::write_batch(std::span<const Object> items, Opcode opcode) {
  writer_.put(Opcode::MARK);
  for (const Object& item : items) save(item);
  writer_.put(opcode);
}

void Encoder::save_dict(const Object& object) {
  writer_.put(Opcode::EMPTY_DICT);
  memoize(Access::node(object));
  const detail::DictTable table(as<detail::DictNode>(object));
  const std::size_t size = as<detail::DictNode>(object)->live;
  std::size_t position = 0;
  if (size == 0) return;
  // A full batch is always followed by another one, which may be empty, as in CPython.
  for (std::size_t left = size, batch = kBatch; batch == kBatch && !failure_; left -= batch) {
    if (size != 1) writer_.put(Opcode::MARK);
    batch = std::min(left, kBatch);
    for (std::size_t i = 0; i < batch; ++i) {
      const detail::DictNode::Entry* entry = table.next(position);
      save(entry->key);
      save(entry->value);
    }
    writer_.put(size != 1 ? Opcode::SETITEMS : Opcode::SETITEM);
  }
}

void Encoder::save_set(const Object& object) {
  if (protocol_ < 4) return save_old_set(object, "set");
  writer_.put(Opcode::EMPTY_SET);
  memoize(Access::node(object));
  std::span<const Object> items = object.items();
  if (items.empty()) return;
  for (std::size_t batch = kBatch; batch == kBatch && !failure_;) {  // as for a dict
    batch = std::min(items.size(), kBatch);
    write_batch(items.first(batch), Opcode::ADDITEMS);
    items = items.subspan(batch);
  }
}

void Encoder::save_frozenset(const Object& object) {
  if (protocol_ < 4) return save_old_set(object, "frozenset");
  writer_.put(Opcode::MARK);
  for (const Object& item : object.items()) save(item);
  const Node* node = Access::node(object);
  if (may_repeat(node))
    if (const auto number = memo_.find(node)) {
      writer_.put(Opcode::POP_MARK);
      return get(*number);
    }
  writer_.put(Opcode::FROZENSET);
  memoize(node);
}

// Memo

std::uint32_t Encoder::memoize(const Node* node, bool always_remember) {
  const std::uint32_t number = memoized_++;
  if (node != nullptr && (always_remember || may_repeat(node))) memo_.add(node, number);
  if (protocol_ >= 4) {
    writer_.put(Opcode::MEMOIZE);
  } else {
    SizeHeader header;
    if (number < 256)
      header.set(Opcode::BINPUT, static_cast<std::uint8_t>(number));
    else
      header.set(Opcode::LONG_BINPUT, number);
    writer_.put(header.view());
  }
  return number;
}

void Encoder::get(std::uint32_t number) {
  SizeHeader header;
  if (number < 256)
    header.set(Opcode::BINGET, static_cast<std::uint8_t>(number));
  else
    header.set(Opcode::LONG_BINGET, number);
  writer_.put(header.view());
}

bool Encoder::get_if_known(const Object& object) {
  const Node* node = Access::node(object);
  if (!may_repeat(node)) return false;
  const auto number = memo_.find(node);
  if (number) get(*number);
  return number.has_value();
}

// Public front

Result<void> dump_to(std::string& out, const Object& object, DumpOptions options) {
  if (options.protocol < 2 || options.protocol > 5)
    return Error{ErrorCode::InvalidArgument, "pickle protocol must be 2, 3, 4 or 5"};
  const std::size_t before = out.size();
  Result<void> result = Encoder(out, options.protocol).run(object);
  if (!result) out.resize(before);
  return result;
}

Result<std::string> dumps(const Object& object, DumpOptions options) {
  std::string out;
  MP_TRY(dump_to(out, object, options));
  return out;
}

}  // namespace mp::pickle
