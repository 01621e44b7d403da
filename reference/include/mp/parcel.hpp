#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "mp/bytes.hpp"
#include "mp/result.hpp"

/// How the library's objects are written down for another process. Users need it to pass types of
/// their own (transfer.hpp) and nothing else of it.
namespace mp {

namespace shm {
class Segment;
}

/// How the other process gets at the memory and the descriptors behind what is packed.
enum class Transport : std::uint8_t {
  Inheritance,  ///< they travel beside the bytes, as descriptors of the parcel
  Ticket,       ///< the bytes say where they are to be had
};

/// Packed objects: bytes, and descriptors that travel beside them and belong to the parcel.
class Parcel {
 public:
  Parcel() = default;
  Parcel(Bytes bytes, std::vector<int> descriptors)
      : bytes_(std::move(bytes)), descriptors_(std::move(descriptors)) {}
  Parcel(Parcel&& other) noexcept
      : bytes_(std::move(other.bytes_)), descriptors_(std::exchange(other.descriptors_, {})) {}
  Parcel& operator=(Parcel&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(descriptors_, other.descriptors_);
    return *this;
  }
  ~Parcel();

  const Bytes& bytes() const { return bytes_; }
  const std::vector<int>& descriptors() const { return descriptors_; }
  /// The descriptor of that number, which the caller owns from now on; -1 when there is none.
  int take_descriptor(std::size_t number);

 private:
  Bytes bytes_;
  std::vector<int> descriptors_;  ///< -1: taken
};

/// Writes objects down, one after the other.
class Packer {
 public:
  explicit Packer(Transport transport) : transport_(transport) {}
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer() { std::move(*this).finish(); }

  Transport transport() const { return transport_; }
  void number(std::uint64_t number);
  void bytes(BytesView bytes);
  /// The shared memory whose content begins at `content`, an object's state. A ticket keeps it no
  /// longer than some process has it.
  /// Errors: System  no descriptor is left
  Result<void> shared(const void* content);
  /// A copy of a descriptor. With a ticket this process holds the copy until it is fetched, once,
  /// or until this process ends.
  /// Errors: System  no descriptor is left
  Result<void> descriptor(int fd);

  /// The ids of the shared memory that was packed so far.
  const std::vector<std::uint64_t>& shared_ids() const { return shared_ids_; }

  Parcel finish() && { return {std::move(bytes_), std::exchange(descriptors_, {})}; }

 private:
  Transport transport_;
  Bytes bytes_;
  std::vector<int> descriptors_;
  std::vector<std::uint64_t> shared_ids_;
};

/// Reads back what a Packer wrote, in the same order. The bytes come from outside.
/// Errors: Malformed  they are not what is asked for
class Unpacker {
 public:
  Unpacker(Transport transport, Parcel parcel)
      : transport_(transport), parcel_(std::move(parcel)) {}

  Transport transport() const { return transport_; }
  Result<std::uint64_t> number();
  Result<Bytes> bytes();
  /// Errors: NotFound  no process has the object any more
  ///         System    the operating system refused: no descriptor is left, another user's process
  Result<std::shared_ptr<shm::Segment>> shared();
  /// A descriptor, which the caller owns.
  /// Errors: NotFound  it was fetched before, or the process that packed it has ended
  ///         System    the operating system refused
  Result<int> descriptor();
  /// That everything was read.
  Result<void> finish() const;

 private:
  Transport transport_;
  Parcel parcel_;
  std::size_t position_ = 0;
};

}  // namespace mp
