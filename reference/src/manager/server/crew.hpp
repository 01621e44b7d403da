#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mp::manager {

/// Threads for jobs that come and go: started when they are needed, kept for the next job.
/// Sharing: give() from one thread at a time.
class Crew {
 public:
  explicit Crew(std::size_t threads_max) : threads_max_(threads_max) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { join(); }

  /// False when all are busy, and no more may be started; the job is not taken then.
  bool give(std::function<void()> job);
  /// Waits until all jobs have ended; none may be given any more.
  void join();

 private:
  void work();

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::size_t idle_ = 0;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mp::manager
