// An adapter on the C++ kit: a semaphore that is a pipe with a byte for each permit.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "mpspec_kit.hpp"

namespace kit = mpspec::kit;

namespace {

class Semaphore {
 public:
  explicit Semaphore(std::int64_t permits) {
    if (permits < 0) throw kit::Error("ValueError", "the number of permits is not negative");
    if (::pipe(ends_) != 0) throw kit::Error("OSError", "cannot make a pipe");
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);  // another process may be faster after poll
    for (std::int64_t i = 0; i < permits; ++i) release();
  }
  ~Semaphore() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  bool acquire(kit::Patience patience) {
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    for (;;) {
      char permit;
      if (::read(ends_[0], &permit, 1) == 1) return true;
      timespec left{};
      if (patience) {
        const auto rest = std::max<std::chrono::nanoseconds>(*patience - (Clock::now() - began),
                                                             std::chrono::nanoseconds(0));
        left = {rest.count() / 1'000'000'000, rest.count() % 1'000'000'000};
      }
      pollfd entry{ends_[0], POLLIN, 0};
      if (::ppoll(&entry, 1, patience ? &left : nullptr, nullptr) == 0) return false;
    }
  }

  void release() {
    if (::write(ends_[1], ".", 1) != 1) throw kit::Error("OSError", "cannot write to the pipe");
  }

 private:
  int ends_[2];
};

}  // namespace

int main() {
  kit::Table table("toy", "1.0");
  kit::add_fork_processes(table);
  table.make<Semaphore>("Semaphore.new", "value", [](kit::Call& call) {
    return std::make_shared<Semaphore>(call.integer("value", 1));
  });
  table.on<Semaphore>(
      "Semaphore.acquire", "block timeout",
      [](Semaphore& semaphore, kit::Call& call) { return semaphore.acquire(call.patience()); });
  table.on<Semaphore>("Semaphore.release", "",
                      [](Semaphore& semaphore, kit::Call&) { semaphore.release(); });
  return kit::serve(table);
}
