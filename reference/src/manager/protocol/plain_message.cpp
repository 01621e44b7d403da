#include "manager/protocol/plain_message.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "wire/pickle/byte_order.hpp"
#include "wire/pickle/opcodes.hpp"

namespace mp::manager {
namespace {

using pickle::load_little;
using pickle::Opcode;
using pickle::store_little;

constexpr std::size_t kShort = 256;  // lengths below fit the opcodes of one byte
constexpr std::size_t kMessageMax = 3 * kShort + 600;
constexpr std::size_t kHead = 11;  // PROTO 4, and FRAME with its length
constexpr std::array<Opcode, 4> kTuples = {Opcode::EMPTY_TUPLE, Opcode::TUPLE1, Opcode::TUPLE2,
                                           Opcode::TUPLE3};
constexpr std::string_view kReturn = "#RETURN";

/// Writes into a buffer that is large enough for every plain message.
class Writer {
 public:
  void put(Opcode opcode) { *at_++ = static_cast<char>(opcode); }
  void put_text(Opcode opcode, std::string_view text) {
    put(opcode);
    *at_++ = static_cast<char>(text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    put(Opcode::MEMOIZE);
  }

  /// False, and nothing is written, when it is no plain value.
  bool put_value(const Object& value) {
    switch (value.kind()) {
      case Kind::None:
        put(Opcode::NONE);
        return true;
      case Kind::Bool:
        put(value.as_bool() ? Opcode::NEWTRUE : Opcode::NEWFALSE);
        return true;
      case Kind::Int:
        return value.fits_int64() && put_int(value.as_int64());
      case Kind::Float:
        put(Opcode::BINFLOAT);
        pickle::store_big_double(at_, value.as_double());
        at_ += 8;
        return true;
      case Kind::Str:
        if (value.as_str().size() >= kShort) return false;
        put_text(Opcode::SHORT_BINUNICODE, value.as_str());
        return true;
      case Kind::Bytes:
        if (value.as_bytes().size() >= kShort) return false;
        put_text(Opcode::SHORT_BINBYTES, value.as_bytes());
        return true;
      default:
        return false;
    }
  }

  std::string finish() {
    put(Opcode::STOP);
    const auto size = static_cast<std::size_t>(at_ - buffer_);
    buffer_[0] = static_cast<char>(Opcode::PROTO);
    buffer_[1] = 4;
    buffer_[2] = static_cast<char>(Opcode::FRAME);
    store_little<std::uint64_t>(buffer_ + 3, size - kHead);
    return std::string(buffer_, size);
  }

 private:
  bool put_int(std::int64_t value) {
    if (value != static_cast<std::int32_t>(value)) return false;
    const auto bits = static_cast<std::uint32_t>(value);
    const std::size_t size = bits > 0xffff ? 4 : bits > 0xff ? 2 : 1;
    put(size == 4 ? Opcode::BININT : size == 2 ? Opcode::BININT2 : Opcode::BININT1);
    char bytes[4];
    store_little(bytes, bits);
    std::memcpy(at_, bytes, size);
    at_ += size;
    return true;
  }

  char buffer_[kMessageMax];
  char* at_ = buffer_ + kHead;
};

/// Reads what a Writer may have written. Every method answers whether it was that.
class Reader {
 public:
  explicit Reader(std::string_view payload) : at_(payload.data()), end_(at_ + payload.size()) {}

  bool head() {
    if (left() < kHead || at_[0] != static_cast<char>(Opcode::PROTO)) return false;
    const bool known = at_[1] == 4 || at_[1] == 5;
    if (!known || at_[2] != static_cast<char>(Opcode::FRAME)) return false;
    const auto length = load_little<std::uint64_t>(at_ + 3);
    at_ += kHead;
    return length == left();
  }
  bool take(Opcode opcode) {
    if (left() == 0 || *at_ != static_cast<char>(opcode)) return false;
    ++at_;
    return true;
  }
  bool is_at_end() const { return at_ == end_; }

  bool text(std::string_view& into) {
    if (!take(Opcode::SHORT_BINUNICODE) || !contents(into)) return false;
    return Object::is_text(into);
  }

  bool value(Object& into) {
    if (left() == 0) return false;
    std::string_view contained;
    switch (static_cast<Opcode>(*at_)) {
      case Opcode::NONE:
        ++at_;
        into = Object();
        return true;
      case Opcode::NEWTRUE:
      case Opcode::NEWFALSE:
        into = Object::boolean(*at_++ == static_cast<char>(Opcode::NEWTRUE));
        return true;
      case Opcode::BININT1:
        return number<std::uint8_t>(into);
      case Opcode::BININT2:
        return number<std::uint16_t>(into);
      case Opcode::BININT:
        return number<std::int32_t>(into);
      case Opcode::BINFLOAT:
        if (left() < 9) return false;
        into = Object::real(pickle::load_big_double(at_ + 1));
        at_ += 9;
        return true;
      case Opcode::SHORT_BINUNICODE:
        if (!text(contained)) return false;
        into = Object::str(contained);
        return true;
      case Opcode::SHORT_BINBYTES:
        ++at_;
        if (!contents(contained)) return false;
        into = Object::bytes(contained);
        return true;
      default:
        return false;
    }
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  bool contents(std::string_view& into) {
    if (left() == 0) return false;
    const auto size = static_cast<unsigned char>(*at_);
    if (left() < std::size_t{1} + size + 1) return false;
    into = {at_ + 1, size};
    at_ += std::size_t{1} + size;
    return take(Opcode::MEMOIZE);
  }

  template <class Number>
  bool number(Object& into) {
    if (left() < 1 + sizeof(Number)) return false;
    into = Object::integer(static_cast<Number>(load_little<std::make_unsigned_t<Number>>(at_ + 1)));
    at_ += 1 + sizeof(Number);
    return true;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

std::optional<std::string> encode_plain_request(std::string_view ident, std::string_view name,
                                                const Object& args, const Object& kwargs) {
  const bool fits = ident.size() < kShort && name.size() < kShort && args.kind() == Kind::Tuple &&
                    args.items().size() < kTuples.size() && kwargs.kind() == Kind::Dict &&
                    kwargs.as_dict().empty();
  if (!fits) return std::nullopt;
  // One text in two places is written once: that needs a memo.
  for (const Object& item : args.items()) {
    for (const Object* other = &item + 1; other < args.items().data() + args.items().size();
         ++other) {
      const bool same = item.kind() >= Kind::Str && item.is(*other);
      if (same) return std::nullopt;
    }
  }
  Writer writer;
  writer.put(Opcode::MARK);
  writer.put_text(Opcode::SHORT_BINUNICODE, ident);
  writer.put_text(Opcode::SHORT_BINUNICODE, name);
  for (const Object& item : args.items()) {
    if (!writer.put_value(item)) return std::nullopt;
  }
  writer.put(kTuples[args.items().size()]);
  if (!args.items().empty()) writer.put(Opcode::MEMOIZE);
  writer.put(Opcode::EMPTY_DICT);
  writer.put(Opcode::MEMOIZE);
  writer.put(Opcode::TUPLE);
  writer.put(Opcode::MEMOIZE);
  return writer.finish();
}

std::optional<std::string> encode_plain_return(const Object& value) {
  Writer writer;
  writer.put_text(Opcode::SHORT_BINUNICODE, kReturn);
  if (!writer.put_value(value)) return std::nullopt;
  writer.put(Opcode::TUPLE2);
  writer.put(Opcode::MEMOIZE);
  return writer.finish();
}

std::optional<Request> decode_plain_request(std::string_view payload) {
  Reader reader(payload);
  std::string_view ident, name;
  const bool begins = payload.size() < kMessageMax && reader.head() && reader.take(Opcode::MARK) &&
                      reader.text(ident) && reader.text(name);
  if (!begins) return std::nullopt;
  std::array<Object, 3> values;
  std::size_t count = 0;
  while (count < values.size() && reader.value(values[count])) ++count;
  if (!reader.take(kTuples[count])) return std::nullopt;
  if (count > 0 && !reader.take(Opcode::MEMOIZE)) return std::nullopt;
  const bool ends = reader.take(Opcode::EMPTY_DICT) && reader.take(Opcode::MEMOIZE) &&
                    reader.take(Opcode::TUPLE) && reader.take(Opcode::MEMOIZE) &&
                    reader.take(Opcode::STOP) && reader.is_at_end();
  if (!ends) return std::nullopt;
  const auto args = [&] {
    switch (count) {
      case 0:
        return Object::tuple();
      case 1:
        return Object::tuple_of(std::move(values[0]));
      case 2:
        return Object::tuple_of(std::move(values[0]), std::move(values[1]));
      default:
        return Object::tuple_of(std::move(values[0]), std::move(values[1]), std::move(values[2]));
    }
  };
  // Nobody changes the keywords of a request, so that one empty dict is enough.
  static const Object no_keywords = Object::dict();
  return Request{Object::str(ident), Object::str(name), args(), no_keywords, false};
}

std::optional<Object> decode_plain_return(std::string_view payload) {
  Reader reader(payload);
  std::string_view kind;
  Object value;
  const bool plain = payload.size() < kMessageMax && reader.head() && reader.text(kind) &&
                     kind == kReturn && reader.value(value) && reader.take(Opcode::TUPLE2) &&
                     reader.take(Opcode::MEMOIZE) && reader.take(Opcode::STOP) &&
                     reader.is_at_end();
  if (!plain) return std::nullopt;
  return value;
}

}  // namespace mp::manager
