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
      budget_(limits.memory + limits.memory_per_byte * input.size()),
      walks_(limits.walk_per_byte * input.size()),
      memo_(std::max<std::size_t>(input.size(), 64)) {
  // Their first places lie in the decoder itself; they count like those they move to.
  budget_.take_in_any_case(stack_.capacity() * sizeof(Object));
  budget_.take_in_any_case(memo_.capacity() * sizeof(Object));
  budget_.take_in_any_case(marks_.capacity() * sizeof(std::size_t));
}

Decoder::~Decoder() {
  if (!sealed_) open_cycles();  // also a pickle that was refused may have closed some
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
      if (!afford(budget_.make_room(marks_, 1))) return false;
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
      return afford_node<detail::ListNode>() &&
             push(Access::adopt(detail::new_node<detail::ListNode>(Tag::List)));
    case Opcode::APPEND:
      return append();
    case Opcode::APPENDS:
      return appends();
    case Opcode::EMPTY_DICT:
      return afford_node<detail::DictNode>() && push(Object::dict());
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
      return afford_node<detail::SetNode>() &&
             push(Access::adopt(detail::new_node<detail::SetNode>(Tag::Set)));
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
  if (!afford(budget_.make_room(stack_, 1))) return false;
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

bool Decoder::drop(Object&& object) {
  if (!Access::is_node(object)) return true;
  if (!afford(budget_.make_room(dropped_, 1))) return false;
  dropped_.push_back(std::move(object));
  return true;
}

bool Decoder::put(std::size_t number) {
  if (!need(1)) return false;
  if (memo_.size() >= memo_max_) return fail_too_large("too many entries in the memo");
  if (!afford(memo_.make_room(number, budget_))) return false;
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
  std::vector<Container*> roots;
  if (!suspects_.empty()) {
    if (!afford(budget_.make_room(roots, suspects_.size() + 1))) return false;
    const bool has_depth = detail::is_container(Access::tag(result));
    if (has_depth) roots.push_back(detail::as<Container>(result));
    for (const Object& suspect : suspects_) roots.push_back(detail::as<Container>(suspect));
    const std::optional<std::size_t> depth = detail::seal_cycles(roots, budget_);
    if (!afford(depth.has_value())) return false;
    sealed_ = true;
    return !has_depth || *depth <= depth_max_ || fail_too_large("nested too deep");
  }
  sealed_ = true;
  return true;
}

/// Every cycle was closed by a change of one of the suspects: emptied, they close none. Unlike
/// sealing it takes no memory, of which there may be none left.
void Decoder::open_cycles() {
  for (const Object& suspect : suspects_) {
    if (suspect.kind() == Kind::Opaque)
      const auto steps = std::move(detail::as<detail::OpaqueNode>(suspect)->steps);
    else
      Object(suspect).clear();
  }
}

/// Compares the keys that could not be compared before.
bool Decoder::settle() {
  detail::Failure failure;
  for (Container* container : deferred_) {
    if (static_cast<Tag>(container->tag) == Tag::Dict) {
      auto* dict = static_cast<detail::DictNode*>(container);
      const std::size_t count = dict->entries.size();
      if (!afford_bytes(count * sizeof(detail::DictNode::Entry)) ||
          !afford_bytes(3 * detail::HashIndex::bytes_for(count)) ||
          !afford(budget_.make_room(dropped_, 2 * count)))
        return false;
      detail::DictTable(dict).settle(dropped_, failure);
    } else {
      auto* set = static_cast<detail::SetNode*>(container);
      const std::size_t count = set->items.size();
      if (!afford_bytes(count * (sizeof(Object) + 3 * sizeof(std::uint64_t))) ||
          !afford_bytes(3 * detail::HashIndex::bytes_for(count)) ||
          !afford(budget_.make_room(dropped_, count)))
        return false;
      detail::SetTable(set).settle(dropped_, failure);
    }
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
