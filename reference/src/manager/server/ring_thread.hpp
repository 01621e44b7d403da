#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "manager/ring/vigil.hpp"
#include "manager/server/connection.hpp"

namespace mp::manager {

/// The thread that serves all busy connections that share memory. One, however many they are: what
/// it does for them is done under one lock anyway, and while it is awake it finds the next request
/// of any client without being woken.
///
/// It looks at all of them in turn; when nothing comes, for a moment longer, and then sleeps until
/// any of the clients wakes it. A connection on which nothing came for Connection::kIdle is given
/// back. So idle connections cost it nothing, and without busy ones it sleeps.
class RingThread {
 public:
  using Key = std::uint64_t;
  /// Does what came on a connection; false when the thread is done with it. After `Nothing` it is.
  using Serve = std::function<bool(Key key, Connection& connection, Connection::Arrival arrival)>;

  explicit RingThread(Serve serve) : serve_(std::move(serve)) {}
  RingThread(const RingThread&) = delete;
  RingThread& operator=(const RingThread&) = delete;
  ~RingThread() { join(); }

  /// False when the system allows no more threads. Again and again; from one thread at a time.
  bool start();
  /// The connection is this thread's until `serve` is done with it. After start(), from any thread.
  void give(Key key, Connection& connection);
  /// Makes it look at all of them: one was interrupted. From any thread.
  void notify();
  /// Waits until it has no connection any more; none may be given then.
  void join();

 private:
  struct Entry {
    Key key;
    Connection* connection;
    Clock::time_point last_arrival;
    bool has_arrived;  // since last_arrival was set
  };

  void work();
  void take_new();
  bool serve_all();
  bool is_any_ready() const;
  bool is_worth_a_vigil() const;
  void sleep();
  void sleep_on_entries();
  /// Gives back those on which nothing came for `limit`, and counts the time of the others anew.
  void give_back(Clock::time_point now, Clock::duration limit);

  const Serve serve_;
  std::thread thread_;

  // The thread's own.
  std::vector<Entry> entries_;
  std::uint32_t news_seen_ = 0;
  bool is_ending_ = false;
  Vigil vigil_;

  shm::FutexWord news_{0};  // changes with what follows, and when a connection is interrupted
  std::mutex mutex_;
  std::vector<Entry> given_;
  bool closed_ = false;
};

}  // namespace mp::manager
