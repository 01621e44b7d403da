// Queue: message_queue. Its number of messages and their size are fixed when it is made.
#include <unistd.h>

#include <atomic>
#include <boost/interprocess/ipc/message_queue.hpp>

#include "shared.hpp"

namespace boost_adapter {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSizeDefault = 1000;
constexpr std::size_t kItemBytesMax = 8192;

class Queue {
 public:
  explicit Queue(std::int64_t size)
      : name_(fresh_name()),
        queue_(ipc::create_only, name_.c_str(),
               static_cast<std::size_t>(size > 0 ? size : kSizeDefault), kItemBytesMax) {
    ipc::message_queue::remove(name_.c_str());  // children inherit it
  }

  void put(const kit::Value& item, kit::Patience patience) {
    const std::string bytes = kit::pickled(item);
    bool done = true;
    if (!patience) {
      queue_.send(bytes.data(), bytes.size(), 0);
    } else if (patience->count() == 0) {
      done = queue_.try_send(bytes.data(), bytes.size(), 0);
    } else {
      done = queue_.timed_send(bytes.data(), bytes.size(), 0, end_of(*patience));
    }
    if (!done) throw kit::Error("Full");
  }

  kit::Value get(kit::Patience patience) {
    std::string bytes(kItemBytesMax, '\0');
    std::size_t length = 0;
    unsigned priority = 0;
    bool done = true;
    if (!patience) {
      queue_.receive(bytes.data(), bytes.size(), length, priority);
    } else if (patience->count() == 0) {
      done = queue_.try_receive(bytes.data(), bytes.size(), length, priority);
    } else {
      done = queue_.timed_receive(bytes.data(), bytes.size(), length, priority, end_of(*patience));
    }
    if (!done) throw kit::Error("Empty");
    return kit::unpickled(std::string_view(bytes).substr(0, length));
  }

  [[nodiscard]] std::size_t count() { return queue_.get_num_msg(); }
  [[nodiscard]] std::size_t bound() const { return queue_.get_max_msg(); }

 private:
  static std::string fresh_name() {
    static std::atomic<int> number = 0;
    return "mpspec-" + std::to_string(::getpid()) + "-" + std::to_string(number.fetch_add(1));
  }

  std::string name_;
  ipc::message_queue queue_;
};

}  // namespace

void add_queue(kit::Table& table) {
  table.make<Queue>("Queue.new", "maxsize", [](kit::Call& call) {
    return std::make_shared<Queue>(call.integer("maxsize", 0));
  });
  table.on<Queue>("Queue.put", "item block timeout", [](Queue& queue, kit::Call& call) {
    queue.put(call.need("item"), call.patience());
  });
  table.on<Queue>("Queue.get", "block timeout",
                  [](Queue& queue, kit::Call& call) { return queue.get(call.patience()); });
  table.on<Queue>("Queue.put_nowait", "item",
                  [](Queue& queue, kit::Call& call) { queue.put(call.need("item"), 0ns); });
  table.on<Queue>("Queue.get_nowait", "", [](Queue& queue, kit::Call&) { return queue.get(0ns); });
  table.on<Queue>("Queue.qsize", "", [](Queue& queue, kit::Call&) { return queue.count(); });
  table.on<Queue>("Queue.empty", "", [](Queue& queue, kit::Call&) { return queue.count() == 0; });
  table.on<Queue>("Queue.full", "",
                  [](Queue& queue, kit::Call&) { return queue.count() == queue.bound(); });
}

}  // namespace boost_adapter
