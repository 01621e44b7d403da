// Queues: manager.Queue and SimpleQueue, which have what was put, and Queue, which gets it later.
#include <fmt/format.h>

#include <map>

#include "history/fifo_calls.hpp"
#include "history/method_table.hpp"
#include "model/semaphore_model.hpp"

namespace mpspec {
namespace {

using Kind = FifoCall::Kind;

/// Says what FifoModel says, but keeps one line of items for all states of a search: the queue is
/// the part of it between the items that came out and those that went in.
class FifoMachine : public Machine {
 public:
  FifoMachine(const SharedObject& queue, const Calls& calls, bool ordered_by_producer)
      : maxsize_(maxsize_of(queue)), ordered_by_producer_(ordered_by_producer) {
    std::map<int, std::uint32_t> puts_of;
    for (const Call& call : calls) {
      calls_.push_back(items_.read(call));
      actors_.push_back(call.actor);
      turns_.push_back(calls_.back().kind == Kind::put ? puts_of[call.actor]++ : 0);
    }
  }

  bool step(std::size_t call) override {
    const FifoCall& wanted = calls_[call];
    if (!possible(wanted, call)) return false;
    if (wanted.kind == Kind::put) {
      line_.push_back(wanted.item);
      ++turn_of_[actors_[call]];
    } else if (!wanted.reads()) {
      ++taken_;
    }
    done_.push_back(call);
    return true;
  }
  void undo() override {
    const FifoCall& last = calls_[done_.back()];
    if (last.kind == Kind::put) {
      line_.pop_back();
      --turn_of_[actors_[done_.back()]];
    } else if (!last.reads()) {
      --taken_;
    }
    done_.pop_back();
  }
  void append_state(std::string& to) const override {
    to.append(reinterpret_cast<const char*>(line_.data() + taken_), count() * sizeof(line_[0]));
  }
  [[nodiscard]] std::string text() const override {
    std::string out;
    for (std::size_t at = taken_; at < line_.size(); ++at) {
      out += (out.empty() ? "" : ", ") + items_.text(line_[at]);
    }
    return "[" + out + "]";
  }
  [[nodiscard]] std::string expected(std::size_t call) override {
    switch (calls_[call].kind) {
      case Kind::put:
      case Kind::full:
        return is_full() ? "Full" : "None";
      case Kind::size:
        return std::to_string(count());
      case Kind::is_empty:
        return to_python(count() == 0);
      case Kind::is_full:
        return to_python(is_full());
      default:
        return count() == 0 ? "Empty" : items_.text(line_[taken_]);
    }
  }
  [[nodiscard]] std::size_t kept_bytes() const override { return 0; }

 private:
  [[nodiscard]] std::size_t count() const { return line_.size() - taken_; }
  [[nodiscard]] bool is_full() const {
    return maxsize_ > 0 && static_cast<long long>(count()) >= maxsize_;
  }
  [[nodiscard]] bool possible(const FifoCall& wanted, std::size_t call) {
    switch (wanted.kind) {
      case Kind::put:
        return !is_full() && (!ordered_by_producer_ || turn_of_[actors_[call]] == turns_[call]);
      case Kind::get:
        return count() > 0 && line_[taken_] == wanted.item;
      case Kind::get_any:
        return count() > 0;
      case Kind::full:
        return is_full();
      case Kind::empty:
        return count() == 0;
      case Kind::size:
        return static_cast<std::int64_t>(count()) == wanted.item;
      case Kind::is_empty:
        return (count() == 0) == (wanted.item != 0);
      case Kind::is_full:
        return is_full() == (wanted.item != 0);
    }
    return false;
  }

  FifoItems items_;
  std::vector<FifoCall> calls_;
  std::vector<int> actors_;
  std::vector<std::uint32_t> turns_;  // of a put: how many puts of its actor come before it
  long long maxsize_;
  bool ordered_by_producer_;
  std::vector<std::int64_t> line_;
  std::size_t taken_ = 0;
  std::map<int, std::uint32_t> turn_of_;
  std::vector<std::size_t> done_;
};

class DirectQueue : public Behaviour {
 public:
  [[nodiscard]] std::unique_ptr<Machine> machine(const SharedObject& queue,
                                                 const Calls& calls) const override {
    return std::make_unique<FifoMachine>(queue, calls, false);
  }
  [[nodiscard]] bool reads(const Call& call) const override {
    return FifoItems().read(call).reads();
  }
  [[nodiscard]] bool is_fifo() const override { return true; }
};

/// The items of a Queue: put leaves them to a thread of the producer, which delivers them in order.
/// How full the queue is shows in FeedingBound only.
class FeedingOrder : public Behaviour {
 public:
  [[nodiscard]] std::unique_ptr<Machine> machine(const SharedObject& queue,
                                                 const Calls& calls) const override {
    return std::make_unique<FifoMachine>(SharedObject{queue.name, queue.type}, calls, true);
  }
  [[nodiscard]] bool reads(const Call& call) const override {
    return FifoItems().read(call).reads();
  }
  [[nodiscard]] bool concerns(const Call& call) const override {
    // Items on their way let get fail with Empty, and empty() say either (QUEUE-018).
    return !reads(call);
  }
  [[nodiscard]] bool deferred(const Call& call) const override {
    return FifoItems().read(call).kind == Kind::put;
  }
  [[nodiscard]] bool is_fifo() const override { return true; }
};

/// The bound of a Queue: a semaphore that put takes from and get gives back to.
class FeedingBound : public Behaviour {
 public:
  [[nodiscard]] std::unique_ptr<Machine> machine(const SharedObject& queue,
                                                 const Calls& calls) const override {
    std::vector<ModelStep<SemaphoreModel>> steps;
    for (const Call& call : calls) steps.push_back({&call, apply, false});
    const long long maxsize = maxsize_of(queue);
    const auto room = maxsize > 0 ? SemaphoreModel::bounded(maxsize)
                                  : SemaphoreModel::bounded(std::numeric_limits<int>::max());
    return std::make_unique<ModelMachine<SemaphoreModel>>(room, std::move(steps));
  }
  [[nodiscard]] bool reads(const Call& call) const override {
    return FifoItems().read(call).reads();
  }
  [[nodiscard]] bool concerns(const Call& call) const override {
    const Kind kind = FifoItems().read(call).kind;
    return kind == Kind::put || kind == Kind::get || kind == Kind::get_any || kind == Kind::full;
  }

 private:
  /// Puts come to None or Full; gets to what they got, because what it is the order says.
  static ModelResult apply(SemaphoreModel& room, const Call& call) {
    if (call.method.starts_with("put")) {
      const bool had_room = same_result(room.acquire(), Value(true));
      return had_room ? ModelResult(Value()) : fails("Full");
    }
    const ModelResult result = room.release();
    const bool had_item = std::holds_alternative<Value>(result);
    return had_item && call.seen ? *call.seen : had_item ? result : fails("Empty");
  }
};

}  // namespace

Behaviours direct_queue_behaviours() { return {std::make_shared<DirectQueue>()}; }

Behaviours feeding_queue_behaviours() {
  return {std::make_shared<FeedingOrder>(), std::make_shared<FeedingBound>()};
}

}  // namespace mpspec
