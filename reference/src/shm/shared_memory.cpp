#include "mp/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/unique_fd.hpp"

namespace mp {
namespace shm {

/// One attachment of a block in this process.
class NamedBlock {
 public:
  NamedBlock(std::string name, void* base, std::size_t size)
      : name_(std::move(name)), base_(base), size_(size) {}
  NamedBlock(const NamedBlock&) = delete;
  NamedBlock& operator=(const NamedBlock&) = delete;
  ~NamedBlock() { detach(); }

  const std::string& name() const { return name_; }
  std::size_t size() const { return size_; }
  void* base() const { return base_; }  ///< null once detached
  void detach() {
    if (base_ != nullptr) ::munmap(std::exchange(base_, nullptr), size_);
  }

 private:
  const std::string name_;
  void* base_;
  const std::size_t size_;
};

}  // namespace shm

namespace {

/// CPython puts a slash in front of every name and shows it without; the C library takes any number
/// of them.
std::string system_name(const std::string& name) { return "/" + name; }

Error open_error(const std::string& name, int reason) {
  Error error = system_error("SharedMemory '" + name + "': shm_open", reason);
  if (reason == EEXIST) error.code = ErrorCode::AlreadyExists;
  if (reason == ENOENT) error.code = ErrorCode::NotFound;
  if (reason == EINVAL || reason == ENAMETOOLONG) error.code = ErrorCode::InvalidArgument;
  return error;
}

Result<base::UniqueFd> open_block(const std::string& name, int flags) {
  if (name.empty() || name.find('\0') != std::string::npos) return open_error(name, EINVAL);
  base::UniqueFd fd(::shm_open(system_name(name).c_str(), flags | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) return open_error(name, errno);
  return fd;
}

Result<std::string> random_name() {
  unsigned number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number)
    return system_error("getrandom", errno);
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "psm_%08x", number);
  return std::string(text.data());
}

struct OpenedBlock {
  std::string name;
  base::UniqueFd fd;
};

Result<OpenedBlock> create_named(const std::optional<std::string>& name) {
  while (true) {
    std::string chosen;
    if (name) {
      chosen = *name;
    } else {
      MP_TRY_ASSIGN(chosen, random_name());
    }
    auto fd = open_block(chosen, O_CREAT | O_EXCL);
    if (fd) return OpenedBlock{std::move(chosen), *std::move(fd)};
    if (name || fd.error().code != ErrorCode::AlreadyExists) return fd.error();
  }
}

Result<std::shared_ptr<shm::NamedBlock>> attach(const OpenedBlock& block, std::size_t size) {
  void* base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, block.fd.get(), 0);
  if (base == MAP_FAILED) return system_error("SharedMemory '" + block.name + "': mmap", errno);
  return std::make_shared<shm::NamedBlock>(block.name, base, size);
}

/// Memory is taken now: a full system is an error here and not a SIGBUS at some later access.
Result<std::shared_ptr<shm::NamedBlock>> fill_and_attach(const OpenedBlock& block,
                                                         std::int64_t size) {
  if (const int error = ::posix_fallocate(block.fd.get(), 0, size); error != 0) {
    return system_error(
        "SharedMemory '" + block.name + "' of " + std::to_string(size) + " bytes: posix_fallocate",
        error);
  }
  return attach(block, static_cast<std::size_t>(size));
}

}  // namespace

Result<SharedMemory> SharedMemory::create(std::int64_t size,
                                          const std::optional<std::string>& name) {
  if (size < 1)
    return Error{ErrorCode::InvalidArgument,
                 "'size' must be a positive number different from zero"};
  MP_TRY_ASSIGN(const OpenedBlock opened, create_named(name));
  auto block = fill_and_attach(opened, size);
  if (!block) {
    ::shm_unlink(system_name(opened.name).c_str());
    return block.error();
  }
  return SharedMemory(*std::move(block));
}

Result<SharedMemory> SharedMemory::open(const std::string& name) {
  MP_TRY_ASSIGN(base::UniqueFd fd, open_block(name, 0));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    return system_error("SharedMemory '" + name + "': fstat", errno);
  if (status.st_size == 0) {
    return Error{ErrorCode::Malformed, "SharedMemory '" + name + "' is empty"};
  }
  const OpenedBlock opened{name, std::move(fd)};
  MP_TRY_ASSIGN(auto block, attach(opened, static_cast<std::size_t>(status.st_size)));
  return SharedMemory(std::move(block));
}

const std::string& SharedMemory::name() const { return block_->name(); }

std::size_t SharedMemory::size() const { return block_->size(); }

Result<std::span<std::byte>> SharedMemory::buf() const {
  if (block_->base() == nullptr)
    return Error{ErrorCode::Closed, "SharedMemory '" + name() + "' is closed"};
  return std::span(static_cast<std::byte*>(block_->base()), block_->size());
}

void SharedMemory::close() const { block_->detach(); }

Result<void> SharedMemory::unlink() const {
  if (::shm_unlink(system_name(block_->name()).c_str()) != 0)
    return open_error(block_->name(), errno);
  return {};
}

Result<void> SharedMemory::pack(Packer& packer) const {
  packer.bytes(bytes_view(name()));
  return {};
}

Result<SharedMemory> SharedMemory::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const Bytes name, unpacker.bytes());
  return open(std::string(text_view(name)));
}

}  // namespace mp
