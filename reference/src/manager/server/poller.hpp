#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <span>

#include "base/unique_fd.hpp"
#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// epoll(7), level-triggered. What is watched is known by a key of the caller's choice.
class Poller {
 public:
  using Key = std::uint64_t;
  static Result<Poller> open();

  Result<void> watch(int fd, std::uint32_t events, Key key);
  void rewatch(int fd, std::uint32_t events, Key key);
  void forget(int fd);

  /// The events of now, or of the moment the first comes; none when the deadline passes first.
  Result<std::span<const epoll_event>> wait(Clock::time_point deadline);
  static constexpr int kBatch = 64;
  /// The events of now, into `events`; also while another thread is in wait(), which may be told of
  /// the same ones.
  std::span<const epoll_event> look(std::span<epoll_event, kBatch> events);

 private:
  explicit Poller(base::UniqueFd fd) : fd_(std::move(fd)) {}

  base::UniqueFd fd_;
  epoll_event ready_[kBatch] = {};
};

}  // namespace mp::manager
