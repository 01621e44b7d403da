// SharedMemory: shared_memory_object and mapped_region.
#include <unistd.h>

#include <atomic>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cstring>

#include "shared.hpp"

namespace boost_adapter {
namespace {

class Block {
 public:
  Block(std::string name, bool create, std::int64_t size) : name_(std::move(name)) {
    if (create ? size <= 0 : name_.empty())
      throw kit::Error("ValueError", "a name, or create and a size greater than zero are needed");
    if (name_.empty()) name_ = fresh_name();
    ipc::shared_memory_object object =
        create ? ipc::shared_memory_object(ipc::create_only, name_.c_str(), ipc::read_write)
               : ipc::shared_memory_object(ipc::open_only, name_.c_str(), ipc::read_write);
    if (create) object.truncate(size);
    region_ = ipc::mapped_region(object, ipc::read_write);
    size_ = region_.get_size();
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  char* at(std::int64_t offset, std::size_t length) {
    if (offset < 0 || static_cast<std::size_t>(offset) + length > region_.get_size())
      throw kit::Error("ValueError", "beyond the end of the block, or it is closed");
    return static_cast<char*>(region_.get_address()) + offset;
  }
  void close() { ipc::mapped_region().swap(region_); }
  void unlink() {
    if (!ipc::shared_memory_object::remove(name_.c_str()))
      throw kit::Error("FileNotFoundError", name_);
  }

 private:
  static std::string fresh_name() {
    static std::atomic<int> number = 0;
    return "mpspec-" + std::to_string(::getpid()) + "-" + std::to_string(number.fetch_add(1));
  }

  std::string name_;
  ipc::mapped_region region_;
  std::size_t size_ = 0;  // also of a closed block
};

std::shared_ptr<Block> new_block(kit::Call& call) {
  try {
    return std::make_shared<Block>(kit::to_text(call.get("name", "")), call.flag("create", false),
                                   call.integer("size", 0));
  } catch (const ipc::interprocess_exception& error) {
    if (error.get_error_code() == ipc::already_exists_error)
      throw kit::Error("FileExistsError", error.what());
    if (error.get_error_code() == ipc::not_found_error)
      throw kit::Error("FileNotFoundError", error.what());
    throw kit::Error("OSError", error.what());
  }
}

}  // namespace

void add_shared_memory(kit::Table& table) {
  table.make<Block>("SharedMemory.new", "name create size", new_block);
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

}  // namespace boost_adapter
