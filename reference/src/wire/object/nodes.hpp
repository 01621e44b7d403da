#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mp/object.hpp"
#include "wire/object/hash_index.hpp"
#include "wire/object/slots.hpp"

/// What Objects point to. Only this folder knows.
namespace mp::detail {

/// Node::flags: the node belongs to a Cycle.
inline constexpr std::uint8_t kInCycle = 1;

/// The inside of an Object, for this folder.
struct Access {
  using Tag = Object::Tag;

  static Tag tag(const Object& object) noexcept { return object.tag_; }
  static bool is_node(const Object& object) noexcept { return object.is_node(); }
  static Node* node(const Object& object) noexcept { return object.word_.node; }
  static std::int64_t small(const Object& object) noexcept { return object.word_.integer; }
  static double real(const Object& object) noexcept { return object.word_.real; }

  static Object immediate(Tag tag, std::int64_t value) noexcept {
    return Object(tag, Object::Word{.integer = value});
  }
  static Object immediate(double value) noexcept {
    return Object(Tag::Float, Object::Word{.real = value});
  }
  /// A handle that takes over one count of the node.
  static Object adopt(Node* node) noexcept {
    return Object(static_cast<Tag>(node->tag), Object::Word{.node = node});
  }
  /// A handle that does not count; whoever keeps it makes sure that the node lives. Copies count.
  static Object borrow(const Object& object) noexcept {
    return Object(object.tag_, object.word_, /*borrowed=*/object.is_node());
  }
  static bool is_borrowed(const Object& object) noexcept { return object.borrowed_; }
  static void set_borrowed(Object& slot) noexcept { slot.borrowed_ = true; }
  /// What was taken out of a slot, as a handle that counts.
  static Object counted(Object taken) noexcept {
    if (!taken.borrowed_) return taken;
    return Object(static_cast<const Object&>(taken));
  }
  /// Empties the slot without releasing what was in it.
  static void forget(Object& slot) noexcept { slot.tag_ = Tag::None; }

  /// The key of a dict's deleted item; no caller ever sees one.
  static Object hole() noexcept { return Object(Tag::None, Object::Word{.integer = 0}, true); }
  static bool is_hole(const Object& object) noexcept {
    return object.tag_ == Tag::None && object.borrowed_;
  }

  static OpaqueStep step(OpaqueStep::What what) { return OpaqueStep(what, {}); }
  static std::vector<Object>& values(OpaqueStep& step) noexcept { return step.values_; }
};

using Tag = Access::Tag;

/// BigInt (two's complement, little endian, least number of bytes), Str, Bytes, ByteArray: the
/// bytes follow the node.
struct Blob : Node {
  std::size_t size;
  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::string_view view() const noexcept { return {reinterpret_cast<const char*>(this + 1), size}; }
};

struct ComplexNode : Node {
  double real, imaginary;
};

struct RangeNode : Node {
  Object start, stop, step;
};

struct ArrayNode : Node {
  char typecode;
  std::size_t size;  // in bytes, which follow the node
  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::string_view view() const noexcept { return {reinterpret_cast<const char*>(this + 1), size}; }
};

/// Module and name are Str, kept as objects because a pickle may share them.
struct GlobalNode : Node {
  Object module, name;
  /// They came as objects, and are written as those. Otherwise equal module names are written as
  /// one.
  bool as_objects;
};

/// The str also was the module of a builtin that is an Object now, and so is to be shared with
/// that when both are written again.
inline void set_names_native(Blob* str) noexcept { str->depth = 1; }
inline bool names_native(const Blob* str) noexcept { return str->depth == 1; }

/// Several containers that reach one another. None counts the others; each counts the handles from
/// outside, and `live` counts the members that have one. At zero all of them go.
struct Cycle;

/// A node that may contain any other, so that it may be part of a cycle.
struct Container : Node {
  union {
    Cycle* cycle;     // when kInCycle
    Container* next;  // while it waits to be freed
  };
};

struct TupleNode : Container {
  std::size_t size;  // items follow the node
  Object* items() noexcept { return reinterpret_cast<Object*>(this + 1); }
};

struct ListNode : Container {
  Slots items;
};

struct SliceNode : Container {
  Object start, stop, step;
};

/// Set and FrozenSet. Items lie densely: taking one out moves the last into its place.
struct SetNode : Container {
  Slots items;
  std::vector<std::uint64_t> hashes;  // of all items while the index is active, else empty
  HashIndex index;
  bool deferred = false;  // as DictNode
  /// Of a FrozenSet, once it was asked for; zero: not known. Threads that read may both compute it.
  std::atomic<std::uint64_t> hash{0};
};

struct DictNode : Container {
  struct Entry {
    Object key;  // Access::hole() once deleted
    Object value;
    std::uint64_t hash;  // only while the index is active
  };
  std::vector<Entry> entries;  // in insertion order; the last one is never a hole
  std::size_t live = 0;
  HashIndex index;
  bool deferred = false;  // the decoder has not compared the keys with one another yet
};

struct OpaqueNode : Container {
  Construction construction;
  Object callable, args, kwargs;
  /// It contains itself, by arguments that were made anew each time they were asked for.
  bool fresh_args;
  std::vector<OpaqueStep> steps;
};

inline bool is_container(Tag tag) noexcept {
  return (tag >= Tag::List && tag <= Tag::FrozenSet) || tag == Tag::Slice || tag == Tag::Opaque;
}

template <class T>
T* as(const Object& object) noexcept {
  return static_cast<T*>(Access::node(object));
}

/// Nodes with one count. Plain nodes have no destructor to run but that of their members.
Blob* new_blob(Tag tag, std::size_t size);
Blob* new_blob(Tag tag, std::string_view content);
ArrayNode* new_array(char typecode, std::size_t size);
TupleNode* new_tuple(std::size_t size);  // its items are None
template <class T>
T* new_node(Tag tag) {
  T* node = new T();
  node->tag = static_cast<std::uint8_t>(tag);
  return node;
}

/// Empty texts, and str of one character below U+0100, exist once, as in CPython: what a pickle
/// shares depends on it. nullptr for any other. `tag` is Str or Bytes.
Node* find_singleton(Tag tag, std::string_view content) noexcept;
/// The one bytes object of one byte that CPython's functions give back. Those that are read from
/// pickles are objects of their own.
Object single_byte(char content) noexcept;

/// Calls visit(Object&) for every slot of a container, in the order in which it is pickled.
template <class Visit>
void for_each_slot(Container* node, Visit&& visit) {
  switch (static_cast<Tag>(node->tag)) {
    case Tag::List:
      for (Object& item : static_cast<ListNode*>(node)->items) visit(item);
      break;
    case Tag::Tuple: {
      auto* tuple = static_cast<TupleNode*>(node);
      for (std::size_t i = 0; i < tuple->size; ++i) visit(tuple->items()[i]);
      break;
    }
    case Tag::Dict:
      for (DictNode::Entry& entry : static_cast<DictNode*>(node)->entries) {
        visit(entry.key);
        visit(entry.value);
      }
      break;
    case Tag::Set:
    case Tag::FrozenSet:
      for (Object& item : static_cast<SetNode*>(node)->items) visit(item);
      break;
    case Tag::Slice: {
      auto* slice = static_cast<SliceNode*>(node);
      visit(slice->start);
      visit(slice->stop);
      visit(slice->step);
      break;
    }
    default: {
      MP_ASSERT(static_cast<Tag>(node->tag) == Tag::Opaque);
      auto* opaque = static_cast<OpaqueNode*>(node);
      visit(opaque->callable);
      visit(opaque->args);
      visit(opaque->kwargs);
      for (OpaqueStep& step : opaque->steps)
        for (Object& value : Access::values(step)) visit(value);
      break;
    }
  }
}

}  // namespace mp::detail
