#include "wire/pickle/decoder.hpp"

#include <algorithm>

#include "wire/object/cycles.hpp"
#include "wire/object/dict_table.hpp"
#include "wire/object/set_table.hpp"

namespace mp::pickle {

using detail::Access;
using detail::Tag;

Decoder::Decoder(std::string_view input, const LoadLimits& limits)
    : begin_(input.data()),
      at_(begin_),
      end_(begin_ + input.size()),
      opcode_at_(begin_),
      depth_max_(std::min(limits.depth, kNestingMax)),
      int_bytes_max_(limits.int_bytes),
      memo_max_(limits.memo),
      values_left_(limits.values),
      memo_(std::max<std::size_t>(input.size(), 64)) {}

Decoder::~Decoder() {
  if (!sealed_) seal(Object::none());  // also a pickle that was refused may have closed cycles
}

Result<Object> Decoder::run() {
  while (at_ != end_) {
    opcode_at_ = at_;
    const auto opcode = static_cast<Opcode>(*at_++);
    if (opcode == Opcode::STOP) return finish();
    if (!execute(opcode)) return *std::move(error_);
  }
  return Error{ErrorCode::Malformed, "Ran out of input"};
}

bool Decoder::execute(Opcode opcode) {
  switch (opcode) {
    case Opcode::NONE:
      return push(Object::none());
    case Opcode::NEWTRUE:
      return push(Object::boolean(true));
    case Opcode::NEWFALSE:
      return push(Object::boolean(false));
    case Opcode::BININT:
      return int_of(4);
    case Opcode::BININT1:
      return int_of(1);
    case Opcode::BININT2:
      return int_of(2);
    case Opcode::BINFLOAT:
      return float_of();
    case Opcode::SHORT_BINUNICODE:
      return str_of<std::uint8_t>();
    case Opcode::BINUNICODE:
      return str_of<std::uint32_t>();
    case Opcode::SHORT_BINBYTES:
      return blob_of<std::uint8_t>(Tag::Bytes);
    case Opcode::BINBYTES:
      return blob_of<std::uint32_t>(Tag::Bytes);
    case Opcode::MARK:
      marks_.push_back(stack_.size());
      return true;
    case Opcode::EMPTY_TUPLE:
      return push(Object::tuple());
    case Opcode::TUPLE1:
      return tuple_of(1);
    case Opcode::TUPLE2:
      return tuple_of(2);
    case Opcode::TUPLE3:
      return tuple_of(3);
    case Opcode::TUPLE:
      return tuple();
    case Opcode::EMPTY_LIST:
      return push(Access::adopt(detail::new_node<detail::ListNode>(Tag::List)));
    case Opcode::APPEND:
      return append();
    case Opcode::APPENDS:
      return appends();
    case Opcode::EMPTY_DICT:
      return push(Object::dict());
    case Opcode::SETITEM:
      return setitem();
    case Opcode::SETITEMS:
      return setitems();
    case Opcode::MEMOIZE:
      return put(memo_.size());
    case Opcode::BINPUT:
      return put_of<std::uint8_t>();
    case Opcode::LONG_BINPUT:
      return put_of<std::uint32_t>();
    case Opcode::BINGET:
      return get_of<std::uint8_t>();
    case Opcode::LONG_BINGET:
      return get_of<std::uint32_t>();
    case Opcode::STACK_GLOBAL:
      return stack_global();
    case Opcode::GLOBAL:
      return global();
    case Opcode::REDUCE:
      return reduce();
    case Opcode::NEWOBJ:
      return newobj();
    case Opcode::BUILD:
      return build();
    case Opcode::PROTO:
      return proto();
    case Opcode::FRAME:
      return frame();
    default:
      return execute_rare(opcode);
  }
}

bool Decoder::execute_rare(Opcode opcode) {
  switch (opcode) {
    case Opcode::LONG1: {
      std::uint8_t size = 0;
      return take_number(size) && long_of(size);
    }
    case Opcode::LONG4:
      return long4();
    case Opcode::BINUNICODE8:
      return str_of<std::uint64_t>();
    case Opcode::BINBYTES8:
      return blob_of<std::uint64_t>(Tag::Bytes);
    case Opcode::BYTEARRAY8:
      return blob_of<std::uint64_t>(Tag::ByteArray);
    case Opcode::EMPTY_SET:
      return push(Access::adopt(detail::new_node<detail::SetNode>(Tag::Set)));
    case Opcode::ADDITEMS:
      return additems();
    case Opcode::FROZENSET:
      return frozenset();
    case Opcode::LIST:
      return list();
    case Opcode::DICT:
      return dict();
    case Opcode::POP:
      return pop();
    case Opcode::POP_MARK:
      return pop_mark();
    case Opcode::DUP:
      return need(1) && push(Object(stack_.back()));
    case Opcode::INT:
      return int_text();
    case Opcode::LONG:
      return long_text();
    case Opcode::FLOAT:
      return float_text();
    case Opcode::STRING:
      return string_text();
    case Opcode::BINSTRING: {
      std::uint32_t size = 0;
      return take_number(size) && old_string_of(size);
    }
    case Opcode::SHORT_BINSTRING: {
      std::uint8_t size = 0;
      return take_number(size) && old_string_of(size);
    }
    case Opcode::UNICODE:
      return unicode_text();
    case Opcode::PUT:
      return put_text();
    case Opcode::GET:
      return get_text();
    case Opcode::INST:
      return inst();
    case Opcode::OBJ:
      return obj();
    case Opcode::NEWOBJ_EX:
      return newobj_ex();
    case Opcode::PERSID:
    case Opcode::BINPERSID:
      return fail("persistent ids are not supported");
    case Opcode::EXT1:
    case Opcode::EXT2:
    case Opcode::EXT4:
      return fail("extension codes are not supported");
    case Opcode::NEXT_BUFFER:
    case Opcode::READONLY_BUFFER:
      return fail("out-of-band buffers are not supported");
    default:
      return fail("invalid load key");
  }
}

bool Decoder::fail(std::string_view what, ErrorCode code) {
  const auto opcode = static_cast<Opcode>(*opcode_at_);
  std::string message(name_of(opcode));
  message += " at offset " + std::to_string(opcode_at_ - begin_) + ": ";
  message += what;
  error_ = Error{code, std::move(message)};
  return false;
}

bool Decoder::push(Object&& object) {
  if (values_left_ == 0) return fail_too_large("too many values");
  --values_left_;
  stack_.push_back(std::move(object));
  return true;
}

/// The top of the stack down to the last mark has at least so many values.
bool Decoder::need(std::size_t count) {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  // POP may have gone below a mark that TUPLE and the like would still find: not here.
  return stack_.size() - floor >= count || fail("stack underflow");
}

bool Decoder::take_mark(std::size_t& first) {
  if (marks_.empty()) return fail("could not find MARK");
  first = marks_.back();
  marks_.pop_back();
  return true;
}

void Decoder::drop(Object&& object) {
  if (Access::is_node(object)) dropped_.push_back(std::move(object));
}

bool Decoder::put(std::size_t number) {
  if (!need(1)) return false;
  if (memo_.size() >= memo_max_) return fail_too_large("too many entries in the memo");
  memo_.put(number, stack_.back());
  return true;
}

bool Decoder::get(std::size_t number) {
  const Object* object = memo_.get(number);
  if (object == nullptr) return fail("Memo value not found at index " + std::to_string(number));
  return push(Object(*object));
}

// The end

Result<Object> Decoder::finish() {
  if (!need(1)) return *std::move(error_);
  Object result = stack_.pop_back();
  if (!seal(result) || !settle()) return *std::move(error_);
  return result;
}

/// Makes cycles known, so that they end when nobody holds them; only now can be said how deep a
/// value with cycles is.
bool Decoder::seal(const Object& result) {
  sealed_ = true;
  if (suspects_.empty()) return true;
  std::vector<Container*> roots;
  const bool has_depth = detail::is_container(Access::tag(result));
  if (has_depth) roots.push_back(detail::as<Container>(result));
  for (const Object& suspect : suspects_) roots.push_back(detail::as<Container>(suspect));
  const std::size_t depth = detail::seal_cycles(roots);
  return !has_depth || depth <= depth_max_ || fail_too_large("nested too deep");
}

/// Compares the keys that could not be compared before.
bool Decoder::settle() {
  detail::Failure failure;
  for (Container* container : deferred_) {
    if (static_cast<Tag>(container->tag) == Tag::Dict)
      detail::DictTable(static_cast<detail::DictNode*>(container)).settle(dropped_, failure);
    else
      detail::SetTable(static_cast<detail::SetNode*>(container)).settle(dropped_, failure);
    if (failure) return report(failure);
  }
  return true;
}

// Public front

Result<Object> loads(std::string_view bytes, const LoadLimits& limits) {
  return Decoder(bytes, limits).run();
}

std::optional<int> protocol_of(std::string_view bytes) noexcept {
  if (bytes.size() < 2 || static_cast<Opcode>(bytes[0]) != Opcode::PROTO) return std::nullopt;
  return static_cast<unsigned char>(bytes[1]);
}

}  // namespace mp::pickle
