// SharedMemory: shm_open.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "shared.hpp"

namespace posix_adapter {
namespace {

namespace kit = mpspec::kit;

class Block {
 public:
  Block(std::string name, bool create, std::int64_t size) : name_(std::move(name)) {
    if (create ? size <= 0 : name_.empty())
      throw kit::Error("ValueError", "a name, or create and a size greater than zero are needed");
    const bool named = !name_.empty();
    do {
      if (!named) name_ = fresh_name();
      descriptor_ =
          ::shm_open(("/" + name_).c_str(), O_RDWR | (create ? O_CREAT | O_EXCL : 0), 0600);
    } while (descriptor_ < 0 && errno == EEXIST && !named);
    if (descriptor_ < 0) fail_with_errno(errno);
    if (create && ::ftruncate(descriptor_, size) != 0) fail_with_errno(errno);
    struct stat status {};
    ::fstat(descriptor_, &status);
    size_ = static_cast<std::size_t>(status.st_size);
    void* at = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (at == MAP_FAILED) fail_with_errno(errno);
    bytes_ = static_cast<char*>(at);
  }
  ~Block() { close(); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  char* at(std::int64_t offset, std::size_t length) {
    if (bytes_ == nullptr) throw kit::Error("ValueError", "the block is closed");
    if (offset < 0 || static_cast<std::size_t>(offset) + length > size_)
      throw kit::Error("ValueError", "beyond the end of the block");
    return bytes_ + offset;
  }
  void close() {
    if (bytes_ != nullptr) ::munmap(std::exchange(bytes_, nullptr), size_);
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  void unlink() {
    if (::shm_unlink(("/" + name_).c_str()) != 0) fail_with_errno(errno);
  }

 private:
  static std::string fresh_name() {
    static std::atomic<int> number = 0;
    return "mpspec-" + std::to_string(::getpid()) + "-" + std::to_string(number.fetch_add(1));
  }

  std::string name_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
  char* bytes_ = nullptr;
};

}  // namespace

void add_shared_memory(kit::Table& table) {
  table.make<Block>("SharedMemory.new", "name create size", [](kit::Call& call) {
    return std::make_shared<Block>(kit::to_text(call.get("name", "")), call.flag("create", false),
                                   call.integer("size", 0));
  });
  table.on<Block>("SharedMemory.name", "", [](Block& block, kit::Call&) { return block.name(); });
  table.on<Block>("SharedMemory.size", "", [](Block& block, kit::Call&) { return block.size(); });
  table.on<Block>("SharedMemory.read", "offset length", [](Block& block, kit::Call& call) {
    const auto length = static_cast<std::size_t>(kit::to_int(call.need("length")));
    return kit::of_bytes({block.at(kit::to_int(call.need("offset")), length), length});
  });
  table.on<Block>("SharedMemory.write", "offset data", [](Block& block, kit::Call& call) {
    const std::string data = kit::to_bytes(call.need("data"));
    std::memcpy(block.at(kit::to_int(call.need("offset")), data.size()), data.data(), data.size());
  });
  table.on<Block>("SharedMemory.close", "", [](Block& block, kit::Call&) { block.close(); });
  table.on<Block>("SharedMemory.unlink", "", [](Block& block, kit::Call&) { block.unlink(); });
}

}  // namespace posix_adapter
