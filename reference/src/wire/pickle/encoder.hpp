#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mp/pickle.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/walk.hpp"
#include "wire/pickle/encoder_memo.hpp"
#include "wire/pickle/frame_writer.hpp"

namespace mp::pickle {

/// Writes one pickle. The order of opcodes, what is memoised and what is not follow CPython's C
/// pickler to the byte, its oddities included.
class Encoder {
 public:
  Encoder(std::string& out, int protocol) : writer_(out), protocol_(protocol) {}

  Result<void> run(const Object& object);

 private:
  using Node = detail::Node;

  // encoder.cpp: values that have opcodes of their own
  void save(const Object& object);
  void save_shared(const Object& object);
  void save_new(const Object& object);
  void save_int(std::int64_t value);
  void save_long(std::string_view bytes);
  void save_float(double value);
  void save_str(const Object& object);
  void save_bytes(const Object& object);
  void save_tuple(const Object& object, bool fresh = false);
  void save_list(const Object& object);
  void save_dict(const Object& object);
  void save_set(const Object& object);
  void save_frozenset(const Object& object);
  void write_str(std::string_view utf8);
  void write_bytes(std::string_view bytes);
  void write_items(std::span<const Object> items, Opcode many, Opcode one);
  void write_batch(std::span<const Object> items, Opcode opcode);

  // encoder_reduced.cpp: values that are described as a call
  void save_complex(const Object& object);
  void save_bytearray(const Object& object);
  void write_old_bytes(std::string_view content);
  void save_old_set(const Object& object, std::string_view type);
  void save_triple(const Object& object, std::string_view type);
  void save_array(const Object& object);
  void save_global(const Object& object);
  void save_opaque(const Object& object);
  void save_construction(const detail::OpaqueNode& node);
  void save_new_ex(const detail::OpaqueNode& node);
  void save_step(const Object& object, const OpaqueStep& step);
  void save_in_batches(std::span<const Object> values, std::size_t width, Opcode many, Opcode one);
  void save_added(std::span<const Object> items);
  void save_known(std::string_view module, std::string_view name);
  void write_global(std::string_view module, std::string_view name,
                    const detail::GlobalNode* as_objects);
  void write_global_line(std::string_view module, std::string_view name);
  void write_attribute(std::string_view module, std::string_view dotted);
  void write_names(std::string_view module, std::string_view name);
  void write_names(const detail::GlobalNode& node);
  void write_module(std::string_view module, const Node* str);
  void write_unshared(std::string_view text);
  void finish_reduce(const Object& object, bool always_remember = false);

  // the memo
  std::uint32_t memoize(const Node* node, bool always_remember = false);
  std::uint32_t memoize_unshared() { return memoize(nullptr); }
  void get(std::uint32_t number);
  bool get_if_known(const Object& object);
  bool get_instead(const Node* node);

  FrameWriter writer_;
  int protocol_;
  std::size_t depth_ = 0;
  std::uint32_t memoized_ = 0;
  EncoderMemo memo_;
  /// The classes and functions written so far, by module and name.
  std::unordered_map<std::string, std::uint32_t> globals_;
  std::unordered_map<std::string, std::uint32_t> modules_;
  std::optional<std::uint32_t> latin1_;
  detail::Failure failure_;
};

}  // namespace mp::pickle
