#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mp/bytes.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"
#include "mp/shared_memory.hpp"

namespace mp {

/// None, a bool, an integer, a float, a text in UTF-8 (which is not checked), bytes. NULs at the
/// end of a text or of bytes are lost.
using ShareableItem = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes>;

/// A list of fixed length in a shared memory block, in the layout of CPython 3.9 and later. Each
/// item has a place of its own, of 8 bytes, or for a text or bytes of the first multiple of 8 above
/// their length; it can be replaced by whatever fits into its place.
///
/// Nothing orders the accesses of several processes but a lock of theirs: without one a reader may
/// meet an item that another process is just replacing, and see the old one, the new one,
/// Malformed, or a mixture of both.
///
/// A handle, as SharedMemory.
/// Errors:  Closed     after shm().close()
///          Malformed  the block does not hold such a list
/// Source:  Python 3 library, `multiprocessing.shared_memory.ShareableList`.
class ShareableList {
 public:
  /// In a new block, with that name if one is given.
  /// Errors: those of SharedMemory::create, and
  ///         TooLarge  a text or bytes of more than 9999991 bytes
  static Result<ShareableList> create(std::span<const ShareableItem> items,
                                      const std::optional<std::string>& name = std::nullopt);
  /// In the block of that name.
  /// Errors: those of SharedMemory::open
  static Result<ShareableList> open(const std::string& name);

  Result<std::size_t> size() const;
  /// Errors: OutOfRange  no such index; -1 is the last one
  Result<ShareableItem> get(std::int64_t index) const;
  /// Errors: OutOfRange  no such index
  ///         TooLarge    the item does not fit into the place
  Result<void> set(std::int64_t index, const ShareableItem& item) const;
  Result<std::vector<ShareableItem>> to_list() const;

  /// Of the first item that equals `value`, as Python compares: 1, 1.0 and true are equal.
  /// Errors: NotFound
  Result<std::size_t> index(const ShareableItem& value) const;
  Result<std::size_t> count(const ShareableItem& value) const;
  Result<bool> contains(const ShareableItem& value) const;

  /// The struct formats of all items, put together.
  Result<std::string> format() const;

  /// The block, for its name, close() and unlink().
  const SharedMemory& shm() const { return memory_; }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<ShareableList> unpack(Unpacker& unpacker);

 private:
  explicit ShareableList(SharedMemory memory) : memory_(std::move(memory)) {}

  SharedMemory memory_;
};

}  // namespace mp
