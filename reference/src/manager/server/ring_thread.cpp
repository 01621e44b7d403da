#include "manager/server/ring_thread.hpp"

#include <algorithm>
#include <system_error>

#include "manager/ring/sleep_on_words.hpp"
#include "manager/server/signals_for_others.hpp"

namespace mp::manager {

bool RingThread::start() {
  if (thread_.joinable()) return true;
  try {
    const SignalsForOthers blocked;
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void RingThread::give(Key key, Connection& connection) {
  {
    const std::lock_guard lock(mutex_);
    given_.push_back({key, &connection, Clock::now(), false});
  }
  notify();
}

void RingThread::notify() {
  news_.fetch_add(1);
  shm::futex_wake(news_, 1);
}

void RingThread::join() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  notify();
  thread_.join();
}

void RingThread::work() {
  while (true) {
    take_new();
    if (is_ending_ && entries_.empty()) return;
    if (serve_all()) continue;
    if (is_worth_a_vigil() && vigil_.keep([this] { return is_any_ready(); })) continue;
    sleep();
  }
}

void RingThread::take_new() {
  const std::uint32_t news = news_.load();
  if (news == news_seen_) return;
  news_seen_ = news;
  const std::lock_guard lock(mutex_);
  for (Entry& entry : given_) {
    entry.connection->ring()->attend(kAwake);
    entries_.push_back(entry);
  }
  given_.clear();
  is_ending_ = closed_;
}

bool RingThread::serve_all() {
  bool has_served = false;
  for (std::size_t i = 0; i < entries_.size();) {
    Entry& entry = entries_[i];
    const Connection::Arrival arrival = entry.connection->look();
    const bool is_quiet = arrival == Connection::Arrival::Nothing;
    has_served = has_served || !is_quiet;
    entry.has_arrived = entry.has_arrived || !is_quiet;
    if (is_quiet || serve_(entry.key, *entry.connection, arrival)) {
      ++i;
    } else {
      entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return has_served;
}

bool RingThread::is_any_ready() const {
  return news_.load() != news_seen_ || std::ranges::any_of(entries_, [](const Entry& entry) {
           return entry.connection->is_ready();
         });
}

bool RingThread::is_worth_a_vigil() const {
  // A single client on this processor can only go on when this thread sleeps.
  return entries_.size() > 1 ||
         (entries_.size() == 1 && entries_[0].connection->ring()->is_peer_elsewhere());
}

void RingThread::sleep() {
  give_back(Clock::now(), Connection::kIdle);
  if (!entries_.empty()) return sleep_on_entries();
  if (news_.load() == news_seen_) shm::futex_wait(news_, news_seen_, kForever);
}

void RingThread::sleep_on_entries() {
  std::vector<shm::FutexWord*> words;
  words.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    entry.connection->ring()->attend(kAsleep);
    words.push_back(&entry.connection->ring()->attention());
  }
  const bool can_sleep =
      is_any_ready() || sleep_on_words(news_, news_seen_, words, Connection::kIdle);
  for (const Entry& entry : entries_) entry.connection->ring()->attend(kAwake);
  // Whoever watches them is woken through their sockets.
  if (!can_sleep) give_back(Clock::now(), Clock::duration::zero());
}

void RingThread::give_back(Clock::time_point now, Clock::duration limit) {
  std::erase_if(entries_, [&](Entry& entry) {
    if (std::exchange(entry.has_arrived, false)) entry.last_arrival = now;
    if (now - entry.last_arrival < limit) return false;
    serve_(entry.key, *entry.connection, Connection::Arrival::Nothing);
    return true;
  });
}

}  // namespace mp::manager
