#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mp/result.hpp"

namespace mp {

/// What an Object is, by Python's type names. `Global` is a class, function or singleton known by
/// its name only; `Opaque` is an object described by how it is built (see "Opaque" in Object).
enum class Kind : std::uint8_t {
  None,
  Bool,
  Int,
  Float,
  Complex,
  Str,
  Bytes,
  ByteArray,
  List,
  Tuple,
  Dict,
  Set,
  FrozenSet,
  Range,
  Slice,
  Array,
  Global,
  Opaque,
};

/// How an Opaque is made: `callable(*args)`, `cls.__new__(cls, *args)`, the same with keywords.
enum class Construction : std::uint8_t { Call, New, NewEx };

class DictView;
class OpaqueStep;

namespace detail {

/// The head of every node on the heap. `refs` counts the handles outside the node's own cycle.
/// A count that reaches kImmortal stays there for ever: the node is never freed.
struct Node {
  static constexpr std::uint32_t kImmortal = 1u << 31;

  std::atomic<std::uint32_t> refs{1};
  std::uint8_t tag = 0;
  std::uint8_t flags = 0;
  std::uint16_t depth = 0;  ///< levels of containers inside; the decoder's own, while it decodes
};

void acquire_in_cycle(Node* node) noexcept;
void release(Node* node) noexcept;
struct Access;

}  // namespace detail

/// A Python value: a handle of 16 bytes, cheap to copy. Small values are inside the handle; the
/// others are reference-counted nodes, so that a copied handle is *the same object*, as in Python:
/// a change of a list is seen through every handle on it, and pickling keeps what is shared.
///
/// Text:    str is UTF-8 in which lone surrogates are encoded as if they were characters.
/// Errors:  an accessor of the wrong kind stops the program: look at kind() first. Where an error
///          stands for Python's own exception, InvalidArgument is TypeError and TooLarge is
///          RecursionError, and the message is Python's text.
/// Borrows: references, spans and string_views last until the object is changed or its last handle
///          is gone.
/// Sharing: handles of one object may be copied, dropped and read in any threads at once. Changing
///          an object needs that nobody else uses it meanwhile.
/// Cycles:  objects that contain themselves as they come out of pickle::loads are freed with their
///          last outside handle. A cycle that the caller closes by changing an object is not; it
///          must be opened again (clear()) or stays allocated.
class Object {
 public:
  Object() noexcept : word_{.integer = 0}, tag_(Tag::None), borrowed_(false) {}
  Object(const Object& other) noexcept : word_(other.word_), tag_(other.tag_), borrowed_(false) {
    if (is_node()) acquire(word_.node);
  }
  Object(Object&& other) noexcept
      : word_(other.word_), tag_(other.tag_), borrowed_(other.borrowed_) {
    other.tag_ = Tag::None;
    other.borrowed_ = false;
  }
  Object& operator=(const Object& other) noexcept {
    Object copy(other);
    swap(copy);
    return *this;
  }
  Object& operator=(Object&& other) noexcept {
    Object taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Object() {
    if (is_node() && !borrowed_) release(word_.node);
  }

  // Scalars

  static Object none() noexcept { return Object(); }
  static Object boolean(bool value) noexcept;
  static Object integer(std::int64_t value) noexcept;
  static Object unsigned_integer(std::uint64_t value);
  /// Two's complement, least significant byte first, of any length; empty is 0.
  static Object integer_from_bytes(std::string_view little_endian);
  /// Optional sign and decimal digits. InvalidArgument for anything else.
  static Result<Object> integer_from_text(std::string_view decimal);
  static Object real(double value) noexcept;
  static Object complex(double real, double imaginary);

  Kind kind() const noexcept;
  bool is_none() const noexcept { return tag_ == Tag::None; }
  bool as_bool() const;
  /// Int and Bool. False for an int that needs more than 64 bits.
  bool fits_int64() const noexcept;
  std::int64_t as_int64() const;
  /// Int and Bool, any size: the inverse of integer_from_bytes, in the least number of bytes (0 is
  /// empty).
  std::string int_bytes() const;
  std::string int_text() const;
  double as_double() const;
  /// Int, Bool and Float as Python's float(): nothing when the int is too large for a double.
  std::optional<double> to_double() const;
  std::pair<double, double> as_complex() const;

  // Text and bytes

  /// `utf8` must satisfy is_text().
  static Object str(std::string_view utf8);
  static Object bytes(std::string_view content);
  static Object bytearray(std::string_view content);
  /// Well-formed UTF-8, lone surrogates allowed.
  static bool is_text(std::string_view utf8) noexcept;

  /// Str.
  std::string_view as_str() const;
  /// Bytes, ByteArray, and Array (its machine representation, native byte order).
  std::string_view as_bytes() const;
  bool is_str(std::string_view text) const noexcept;

  // Sequences and sets

  static Object list(std::vector<Object> items = {});
  static Object tuple(std::vector<Object> items = {});
  template <class... T>
  static Object tuple_of(T&&... items) {
    std::array<Object, sizeof...(T)> array = {Object(std::forward<T>(items))...};
    return tuple_taking(array);
  }
  /// Later equal items are dropped. InvalidArgument: "unhashable type: 'list'".
  static Result<Object> set(std::vector<Object> items = {});
  static Result<Object> frozenset(std::vector<Object> items = {});

  /// List, Tuple, Set and FrozenSet (in any order).
  std::span<const Object> items() const;
  /// Number of items of a List, Tuple, Dict, Set, FrozenSet or Array; of bytes of a Bytes or
  /// ByteArray; of characters of a Str; of numbers of a Range (TooLarge over 2^63 - 1).
  /// InvalidArgument for others: "object of type 'int' has no len()".
  Result<std::size_t> length() const;

  /// List. Positions must be in range: 0 <= position < items().size(), for insert <=.
  void append(Object item);
  void insert(std::size_t position, Object item);
  void set_at(std::size_t position, Object item);
  Object take_at(std::size_t position);
  /// Replaces `count` items from `first` by `with`, as slice assignment does.
  void splice(std::size_t first, std::size_t count, std::vector<Object> with);
  void reverse();

  /// Set and FrozenSet. InvalidArgument: unhashable.
  Result<bool> contains(const Object& item) const;
  /// Set. False when an equal item is there already (it stays), or is missing.
  Result<bool> add(Object item);
  Result<bool> discard(const Object& item);

  /// List, Dict and Set.
  void clear();
  /// List, Dict, Set and ByteArray: another object with the same items. Others: the same handle.
  Object copy() const;

  // Dict

  static Object dict();
  /// The items in insertion order; methods to look up and to change.
  DictView as_dict() const;

  // Range, slice, array

  /// Ints; `step` not 0.
  static Object range(Object start, Object stop, Object step);
  static Object slice(Object start, Object stop, Object step);
  /// Range and Slice.
  const Object& start() const;
  const Object& stop() const;
  const Object& step() const;

  /// array.array: typecode one of bBuwhHiIlLqQfd, `content` its items in native byte order.
  /// InvalidArgument: unknown typecode, or not a whole number of items.
  static Result<Object> array(char typecode, std::string_view content);
  char typecode() const;
  /// Item `index` as Python gives it: int, float or str.
  Object array_item(std::size_t index) const;
  /// Bytes per item; 0 for an unknown typecode.
  static std::size_t array_item_bytes(char typecode) noexcept;

  // Global and Opaque
  // An Opaque is what a pickle says about an object of a class we do not know: how it is made, and
  // what is then put into it, step by step. It is never executed, and is written as it was read.

  static Object global(std::string_view module, std::string_view name);
  /// callable(*args); `args` is a Tuple.
  static Object call(Object callable, Object args);
  /// cls.__new__(cls, *args).
  static Object instance(Object cls, Object args = tuple());
  static Object instance_ex(Object cls, Object args, Object kwargs);
  /// An exception of that class, as multiprocessing sends it: call(global(module, name), args).
  static Object exception(std::string_view module, std::string_view name,
                          std::vector<Object> args = {});

  std::string_view module() const;  ///< Global
  std::string_view name() const;    ///< Global; dots separate nested classes
  bool is_global(std::string_view module, std::string_view name) const noexcept;

  /// Opaque.
  Construction construction() const;
  const Object& callable() const;
  const Object& args() const;
  const Object& kwargs() const;  ///< None unless NewEx
  std::span<const OpaqueStep> steps() const;
  /// The argument of the last Build step, or nullptr.
  const Object* state() const;
  /// True for an Opaque whose callable is that Global: an instance, or an exception, of it.
  bool is_instance_of(std::string_view module, std::string_view name) const noexcept;

  /// Opaque: what is done to the object after its construction, in the order of the calls.
  void add_append(Object item);                  ///< obj.append(item)
  void add_set_item(Object key, Object value);   ///< obj[key] = value
  void add_add_item(Object item);                ///< obj.add(item)
  void add_build(Object state);                  ///< obj.__setstate__(state)
  void add_call(Object function, Object state);  ///< function(obj, state)

  // Identity

  /// Python's `is`, with values in the handle (None, bool, small int, float) compared by kind and
  /// value; a NaN is not itself.
  bool is(const Object& other) const noexcept;
  void swap(Object& other) noexcept {
    std::swap(word_, other.word_);
    std::swap(tag_, other.tag_);
    std::swap(borrowed_, other.borrowed_);
  }

 private:
  friend struct detail::Access;

  /// As Kind, but that ints have two forms; those from kFirstNode on have a node.
  enum class Tag : std::uint8_t {
    None,
    Bool,
    Int,
    Float,
    BigInt,
    Complex,
    Str,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Dict,
    Set,
    FrozenSet,
    Range,
    Slice,
    Array,
    Global,
    Opaque,
  };
  union Word {
    std::int64_t integer;
    double real;
    detail::Node* node;
  };

  Object(Tag tag, Word word, bool borrowed = false) noexcept
      : word_(word), tag_(tag), borrowed_(borrowed) {}
  bool is_node() const noexcept { return tag_ >= Tag::BigInt; }
  static void acquire(detail::Node* node) noexcept {
    if (node->flags != 0) return detail::acquire_in_cycle(node);
    if (node->refs.load(std::memory_order_relaxed) < detail::Node::kImmortal)
      node->refs.fetch_add(1, std::memory_order_relaxed);
  }
  static void release(detail::Node* node) noexcept { detail::release(node); }
  static Object tuple_taking(std::span<Object> items);

  Word word_;
  Tag tag_;
  /// An edge inside a cycle: does not count, lives only in a slot of a node.
  bool borrowed_;
};

}  // namespace mp

#include "mp/object_operators.hpp"  // IWYU pragma: export
#include "mp/object_views.hpp"      // IWYU pragma: export
