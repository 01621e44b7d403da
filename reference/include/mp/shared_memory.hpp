#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace shm {
class NamedBlock;
}

/// A block of bytes with a name, by which any process of the machine that runs for the same user
/// can attach it. The name and the block stay until somebody unlinks the name and the last process
/// that attached it is gone, however its creator ended. Nothing orders the accesses of several
/// processes but a lock of theirs. CPython's SharedMemory of the same name is the same block; but a
/// CPython before 3.13 that attaches one unlinks it when it ends.
///
/// A handle: copies name the same attachment, and close() ends it for all of them; a forked child
/// has its own. Source: Python 3 library, `multiprocessing.shared_memory.SharedMemory`.
class SharedMemory {
 public:
  /// Makes a block of exactly `size` zero bytes.
  /// Shape:  `name` is 1 to 255 bytes without a slash behind the first one; without a name it gets
  /// one of its own, of
  ///         the form "psm_0123abcd".
  /// Errors: InvalidArgument  a size below one; no possible name
  ///         AlreadyExists    another block has the name
  ///         System           no memory is left
  static Result<SharedMemory> create(std::int64_t size,
                                     const std::optional<std::string>& name = std::nullopt);

  /// Attaches the block of that name.
  /// Errors: InvalidArgument  no possible name
  ///         NotFound         no block has the name
  ///         Malformed        a block without any bytes
  ///         System           the operating system refused
  static Result<SharedMemory> open(const std::string& name);

  const std::string& name() const;
  std::size_t size() const;

  /// The bytes; until close(), or until the last handle is gone.
  /// Errors: Closed
  Result<std::span<std::byte>> buf() const;

  /// Detaches the block from this process. May be repeated.
  void close() const;

  /// Takes the name away; who has attached the block keeps it. Once for all processes.
  /// Errors: NotFound  the name is gone
  Result<void> unlink() const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<SharedMemory> unpack(Unpacker& unpacker);

 private:
  explicit SharedMemory(std::shared_ptr<shm::NamedBlock> block) : block_(std::move(block)) {}

  std::shared_ptr<shm::NamedBlock> block_;
};

}  // namespace mp
