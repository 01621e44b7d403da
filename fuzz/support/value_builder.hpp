#pragma once

#include <vector>

#include "fuzz/support/byte_source.hpp"
#include "mp/object.hpp"

namespace mp::fuzz {

/// Makes Objects of every Kind out of bytes. Opaques are of classes that no decoder knows: what
/// builtins would be made of is read back as that builtin. Every tree and every directed graph
/// without cycles that the model can build comes out for some input: an earlier value may be used
/// again, so that the parts of a value share others.
class ValueBuilder {
 public:
  explicit ValueBuilder(ByteSource& source) : source_(source) {}

  Object value(int depth = 0);
  std::vector<Object> values(int depth);
  Object text();

  /// Protocols below 4 say some things otherwise, as a call: names with dots, and constructions
  /// with keywords. They come back as that call. Items that are added they cannot say at all.
  bool needs_protocol_4() const { return needs_protocol_4_; }

 private:
  Object fresh(int depth);
  Object number();
  Object big_integer();
  Object real();
  Object set(Kind kind, int depth);
  Object dict(int depth);
  Object array();
  Object global();
  Object opaque(int depth);
  void add_step(Object& opaque, int depth);
  Object hashable(int depth);

  static constexpr int kDepthMax = 12;
  static constexpr std::size_t kValuesMax = 4096;

  ByteSource& source_;
  std::vector<Object> made_;
  bool needs_protocol_4_ = false;
};

}  // namespace mp::fuzz
