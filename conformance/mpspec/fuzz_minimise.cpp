#include "mpspec/fuzz_minimise.hpp"

#include <algorithm>

namespace mpspec {
namespace {

using Clock = std::chrono::steady_clock;

class Minimiser {
 public:
  Minimiser(FuzzServer& server, const FuzzFinding& finding, Clock::time_point until)
      : server_(server), best_{{}, finding, 0}, until_(until) {}

  std::optional<Minimised> run(const FuzzExchange& exchange) {
    if (!shows(exchange)) return std::nullopt;
    best_.exchange = exchange;
    leave_out_steps();
    for (std::size_t step = 0; step < best_.exchange.size(); ++step) leave_out_bytes(step);
    leave_out_steps();
    return best_;
  }

 private:
  /// Whether the server, as good as new, shows the finding again. The finding of the last exchange
  /// that did is kept.
  bool shows(const FuzzExchange& exchange) {
    if (is_over_ || Clock::now() > until_) return false;
    if (is_spoiled_ && !server_.recover()) {
      is_over_ = true;
      return false;
    }
    ++best_.plays;
    const auto found = server_.play(exchange);
    is_spoiled_ = found.has_value();
    if (!found || found->kind != best_.finding.kind) return false;
    best_.finding = *found;
    return true;
  }

  bool take(FuzzExchange candidate) {
    if (!shows(candidate)) return false;
    best_.exchange = std::move(candidate);
    return true;
  }

  /// Calls leave_out(first, count), which says whether it could be done, with ever smaller parts of
  /// what has size() parts.
  template <class Size, class LeaveOut>
  static void reduce(Size&& size, LeaveOut&& leave_out) {
    for (std::size_t count = std::max<std::size_t>(size() / 2, 1);; count /= 2) {
      for (std::size_t first = 0; first < size();) {
        if (!leave_out(first, std::min(count, size() - first))) first += count;
      }
      if (count <= 1) return;
    }
  }

  void leave_out_steps() {
    reduce([this] { return best_.exchange.size(); },
           [this](std::size_t first, std::size_t count) {
             FuzzExchange fewer = best_.exchange;
             const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(first);
             fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
             return take(std::move(fewer));
           });
  }

  void leave_out_bytes(std::size_t step) {
    reduce([&] { return best_.exchange[step].bytes.size(); },
           [&](std::size_t first, std::size_t count) {
             FuzzExchange shorter = best_.exchange;
             shorter[step].bytes.erase(first, count);
             return take(std::move(shorter));
           });
  }

  FuzzServer& server_;
  Minimised best_;
  Clock::time_point until_;
  bool is_spoiled_ = true;
  bool is_over_ = false;
};

}  // namespace

std::optional<Minimised> minimise(FuzzServer& server, const FuzzExchange& exchange,
                                  const FuzzFinding& finding, std::chrono::nanoseconds time) {
  return Minimiser(server, finding, Clock::now() + time).run(exchange);
}

}  // namespace mpspec
