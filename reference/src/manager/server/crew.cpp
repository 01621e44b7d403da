#include "manager/server/crew.hpp"

#include <system_error>
#include <utility>

#include "manager/server/signals_for_others.hpp"

namespace mp::manager {

bool Crew::give(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (idle_ <= jobs_.size()) {
    if (threads_.size() >= threads_max_) return false;
    try {
      const SignalsForOthers blocked;  // inherited by the thread from its first moment
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      return false;  // the system allows no more
    }
  }
  jobs_.push_back(std::move(job));
  changed_.notify_one();
  return true;
}

void Crew::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

void Crew::join() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace mp::manager
