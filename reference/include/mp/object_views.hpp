#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "mp/object.hpp"

namespace mp {

/// One thing that is done to an Opaque after its construction.
class OpaqueStep {
 public:
  enum class What : std::uint8_t { Append, SetItem, AddItem, Build, Call };

  What what() const noexcept { return what_; }
  /// Append, AddItem: the items. SetItem: key, value, key, value, ... Build: the state.
  /// Call: the function and the state.
  std::span<const Object> values() const noexcept { return values_; }

 private:
  friend struct detail::Access;
  friend class Object;
  OpaqueStep(What what, std::vector<Object> values) : what_(what), values_(std::move(values)) {}

  What what_;
  std::vector<Object> values_;
};

/// The dict behind an Object: a handle like it. Keys are Python's: 1 == 1.0 == True are one key,
/// whose first object stays, and a NaN is never found. Order is that of insertion.
/// Errors:  InvalidArgument when a key is unhashable: "unhashable type: 'list'"; the dict is
///          unchanged.
class DictView {
 public:
  struct Item {
    const Object& key;
    const Object& value;
  };
  class Iterator;

  explicit DictView(Object dict);

  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// The value, or nullptr when there is no such key.
  Result<const Object*> find(const Object& key) const;
  /// The value of a str key, or nullptr.
  const Object* find_str(std::string_view key) const;
  /// True when the key is new.
  Result<bool> set(Object key, Object value);
  /// Removes the key; its value, or nothing when it was not there.
  Result<std::optional<Object>> take(const Object& key);
  /// Removes the item inserted last; nothing when the dict is empty.
  std::optional<std::pair<Object, Object>> take_last();

  Iterator begin() const noexcept;
  Iterator end() const noexcept;

  /// Walking that may be interrupted: the next item at or after `position`, which moves behind it;
  /// nothing at the end. A change of the dict invalidates positions.
  std::optional<Item> next(std::size_t& position) const noexcept;

  const Object& object() const noexcept { return object_; }

 private:
  Object object_;
};

class DictView::Iterator {
 public:
  Item operator*() const noexcept;
  Iterator& operator++() noexcept;
  bool operator==(const Iterator& other) const noexcept { return position_ == other.position_; }

 private:
  friend class DictView;
  Iterator(const Object* object, std::size_t position) : object_(object), position_(position) {}

  const Object* object_;
  std::size_t position_;
};

}  // namespace mp
