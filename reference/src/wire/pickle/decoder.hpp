#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mp/pickle.hpp"
#include "wire/object/memory_budget.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/walk.hpp"
#include "wire/pickle/decoder_memo.hpp"
#include "wire/pickle/opcodes.hpp"
#include "wire/pickle/value_stack.hpp"

namespace mp::pickle {

/// Reads one pickle: a machine with a stack, marks in it, and a memo. Every operation answers
/// whether it could be done; the first that could not ends the run.
///
/// Ownership: what leaves the stack for good goes to `dropped_`, because the memo may name it and
/// does not own it. Everything is released when the decoder ends.
class Decoder {
 public:
  Decoder(std::string_view input, const LoadLimits& limits);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Result<Object> run();

 private:
  using Container = detail::Container;

  // decoder.cpp: the machine
  bool execute(Opcode opcode);
  bool execute_rare(Opcode opcode);
  bool fail(std::string_view what, ErrorCode code = ErrorCode::Malformed);
  bool fail_too_large(std::string_view what) { return fail(what, ErrorCode::TooLarge); }
  bool push(Object&& object);
  /// Whether the budget granted what was asked of it; otherwise the run ends.
  bool afford(bool granted) { return granted || fail_too_large("needs too much memory"); }
  bool afford_bytes(std::size_t bytes) { return afford(budget_.take(bytes)); }
  template <class Node>
  bool afford_node() {
    return afford_bytes(sizeof(Node));
  }
  bool need(std::size_t count);
  bool take_mark(std::size_t& first);
  bool drop(Object&& object);
  bool put(std::size_t number);
  bool get(std::size_t number);
  Result<Object> finish();
  bool seal(const Object& result);
  void open_cycles();
  bool settle();

  // decoder_values.cpp: arguments in the input, values without others in them
  bool take(std::size_t count, std::string_view& bytes);
  template <class T>
  bool take_number(T& number);
  bool take_line(std::string_view& line);
  bool proto();
  bool frame();
  bool int_of(std::size_t bytes);
  bool long_of(std::size_t bytes);
  bool long4();
  bool float_of();
  template <class Size>
  bool str_of();
  template <class Size>
  bool blob_of(detail::Tag tag);
  bool push_str(std::string_view utf8);
  template <class Number>
  bool put_of();
  template <class Number>
  bool get_of();

  // decoder_text.cpp: the readable forms of protocols 0 and 1
  bool int_text();
  bool long_text();
  bool float_text();
  bool string_text();
  bool unicode_text();
  bool put_text();
  bool get_text();
  bool push_decimal(std::string_view text);
  bool old_string_of(std::size_t count);
  bool number_of_line(std::size_t& number);

  // decoder_containers.cpp
  bool nest(Container* parent, const Object& child);
  bool changes(const Object& parent);
  bool make_room_in_dict(detail::DictNode* dict, std::size_t more);
  bool make_room_in_set(detail::SetNode* set, std::size_t more);
  bool tuple_of(std::size_t count);
  bool tuple();
  bool list();
  bool dict();
  bool frozenset();
  bool append();
  bool appends();
  bool setitem();
  bool setitems();
  bool additems();
  bool append_from(std::size_t first);
  bool append_to_opaque(std::size_t first);
  bool set_in_opaque(std::size_t first);
  bool make_step(Object& opaque, OpaqueStep::What what, std::size_t count);
  bool set_from(std::size_t first);
  bool set_in_dict(detail::DictNode* dict, std::size_t first);
  bool add_to_set(detail::SetNode* set, Object&& item);
  bool report(detail::Failure& failure);

  // decoder_objects.cpp: names, calls, and what is done to their results
  bool global();
  bool stack_global();
  bool push_global(Object&& module, Object&& name, bool as_objects);
  bool reduce();
  bool call(Object&& callable, Object&& args);
  bool newobj();
  bool newobj_ex();
  bool inst();
  bool obj();
  bool instantiate(Object&& cls, Object&& args);
  bool push_opaque(Construction construction, Object&& callable, Object&& args, Object&& kwargs);
  bool build();
  bool pop();
  bool pop_mark();
  bool drop_value(Object&& object);
  detail::OpaqueNode* find_fetched_next(const Object& object) const;
  bool next_get(std::size_t& number) const;

  // decoder_natives.cpp: calls of builtins whose results are Objects
  /// NotKnown: the call is not one of those; it stays an Opaque.
  enum class Native : std::uint8_t { NotKnown, Made, Failed };
  Native call_native(const Object& callable, const Object& args, Object& result);
  Native call_container(std::string_view name, const Object& args, Object& result);
  Native make_sequence(detail::Tag tag, std::span<const Object> args, Object& result);
  Native make_dict(std::span<const Object> args, Object& result);
  Native make_set(detail::Tag tag, std::span<const Object> args, Object& result);
  Native make_slice(std::span<const Object> args, Object& result);
  Native reconstruct(std::span<const Object> args, Object& result);

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const char* opcode_at_;
  std::size_t depth_max_;
  std::size_t int_bytes_max_;
  std::size_t memo_max_;
  std::size_t values_left_;
  detail::MemoryBudget budget_;
  detail::WalkBudget walks_;
  int protocol_ = 0;

  ValueStack stack_;
  boost::container::small_vector<std::size_t, 16> marks_;
  DecoderMemo memo_;
  detail::Slots dropped_;
  /// Containers that were changed while something else held them too: every cycle has one.
  detail::Slots suspects_;
  /// Dicts and sets with keys that may not be complete yet: compared when everything is.
  std::vector<Container*> deferred_;
  bool sealed_ = false;
  std::optional<Error> error_;
};

}  // namespace mp::pickle
