#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "mp/bytes.hpp"
#include "mp/result.hpp"
#include "mp/shareable_list.hpp"

namespace mp::shm {

/// The bytes of a shareable list of n items, in native byte order:
///   int64 n | int64 offset[n + 1] | data, offset[n] bytes | n formats of 8 characters | n codes of
///   1 byte
/// Item i has data[offset[i]] to data[offset[i + 1]]. Its format is that of Python's `struct`, its
/// code says how to go on: 0 a number, 1 a text, 2 bytes (both without the NULs at their end), 3
/// None.
///
/// Other processes, which need not be of this library, write these bytes at any time: each number
/// is read once, and checked before it is used.
class ListLayout {
 public:
  explicit ListLayout(std::span<std::byte> block) : block_(block) {}

  /// How large a block these items need.
  /// Errors: TooLarge  an item is too long for its format to be written down
  static Result<std::int64_t> bytes_for(std::span<const ShareableItem> items);
  /// Makes a list of a block of that size.
  void write_all(std::span<const ShareableItem> items) const;

  Result<std::size_t> count() const;
  /// `index` is below count(). Errors: Malformed
  Result<ShareableItem> read(std::size_t index) const;
  /// Errors: Malformed; TooLarge  it does not fit into the place
  Result<void> write(std::size_t index, const ShareableItem& item) const;
  Result<std::string> format(std::size_t index) const;

 private:
  /// Where the parts of one item are.
  struct Place {
    std::span<std::byte> data;
    std::span<std::byte> format;
    std::byte* code;
  };

  Result<Place> find(std::size_t index) const;
  std::int64_t number_at(std::size_t position) const;
  void set_number_at(std::size_t position, std::int64_t number) const;

  std::span<std::byte> block_;
};

}  // namespace mp::shm
