// Queue: a message queue of mq_open, whose name is gone at once. A queue without a size gets what
// the system gives by default, which is a bound, too.
#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

#include <atomic>

#include "shared.hpp"

namespace posix_adapter {
namespace {

namespace kit = mpspec::kit;

class Queue {
 public:
  explicit Queue(std::int64_t size) {
    static std::atomic<int> number = 0;
    const std::string name =
        "/mpspec-" + std::to_string(::getpid()) + "-" + std::to_string(number.fetch_add(1));
    mq_attr attributes{};
    attributes.mq_maxmsg = size;
    attributes.mq_msgsize = kItemBytesMax;
    queue_ =
        ::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, size > 0 ? &attributes : nullptr);
    if (queue_ < 0) fail_with_errno(errno);
    ::mq_unlink(name.c_str());
  }
  ~Queue() {
    if (queue_ >= 0) ::mq_close(queue_);
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  void put(const kit::Value& item, kit::Patience patience) {
    const std::string bytes = kit::pickled(item);
    call(patience, "Full", [&](const timespec* end) {
      return ::mq_timedsend(queue_, bytes.data(), bytes.size(), 0, end);
    });
  }

  kit::Value get(kit::Patience patience) {
    std::string bytes(static_cast<std::size_t>(attributes().mq_msgsize), '\0');
    const ssize_t length = call(patience, "Empty", [&](const timespec* end) {
      return ::mq_timedreceive(queue_, bytes.data(), bytes.size(), nullptr, end);
    });
    return kit::unpickled(std::string_view(bytes).substr(0, static_cast<std::size_t>(length)));
  }

  [[nodiscard]] mq_attr attributes() const {
    mq_attr attributes{};
    if (::mq_getattr(queue_, &attributes) != 0) fail();
    return attributes;
  }

  void close() {
    if (queue_ >= 0) ::mq_close(std::exchange(queue_, -1));
  }

 private:
  static constexpr long kItemBytesMax = 8192;  // what the system allows by default

  [[noreturn]] static void fail() {
    if (errno == EBADF) throw kit::Error("ValueError", "the queue is closed");
    fail_with_errno(errno);
  }

  /// Waits as long as the patience lasts: an end in the past tries once.
  template <class F>
  ssize_t call(kit::Patience patience, const char* ended, F function) {
    const timespec end = end_of(patience.value_or(std::chrono::nanoseconds(0)), CLOCK_REALTIME);
    const timespec past{};
    const bool at_once = patience && patience->count() == 0;
    for (;;) {
      const ssize_t result = function(!patience ? nullptr : at_once ? &past : &end);
      if (result >= 0) return result;
      if (errno == ETIMEDOUT || errno == EAGAIN) throw kit::Error(ended);
      if (errno != EINTR) fail();
    }
  }

  mqd_t queue_;
};

}  // namespace

void add_queue(kit::Table& table) {
  using namespace std::chrono_literals;
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
  table.on<Queue>("Queue.qsize", "",
                  [](Queue& queue, kit::Call&) { return queue.attributes().mq_curmsgs; });
  table.on<Queue>("Queue.empty", "",
                  [](Queue& queue, kit::Call&) { return queue.attributes().mq_curmsgs == 0; });
  table.on<Queue>("Queue.full", "", [](Queue& queue, kit::Call&) {
    return queue.attributes().mq_curmsgs == queue.attributes().mq_maxmsg;
  });
  table.on<Queue>("Queue.close", "", [](Queue& queue, kit::Call&) { queue.close(); });
}

}  // namespace posix_adapter
