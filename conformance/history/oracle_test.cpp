// The checker against all permutations: random histories of up to seven calls.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "history/story_test.hpp"
#include "model/fifo.hpp"

namespace mpspec {
namespace {

constexpr int kCallsMax = 7;
constexpr int kHistories = 1500;
using Random = std::mt19937;

int below(Random& random, int end) {
  return static_cast<int>(random() % static_cast<unsigned>(end));
}

/// Tries every order of every subset that has all definite calls, and no cleverer than that.
class Oracle {
 public:
  explicit Oracle(const History& history) : calls_(history.calls) {
    std::stable_sort(calls_.begin(), calls_.end(),
                     [](const Call& a, const Call& b) { return a.began < b.began; });
    const SharedObject& object = history.objects.at(0);
    machine_ = behaviours_of(object.type).at(0)->machine(object, calls_);
    done_.resize(calls_.size());
  }
  bool explained() {
    bool complete = true;
    for (std::size_t i = 0; i < calls_.size(); ++i)
      complete = complete && (done_[i] || calls_[i].indefinite);
    if (complete) return true;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (done_[i] || comes_too_early(i) || !machine_->step(i)) continue;
      done_[i] = true;
      const bool found = explained();
      machine_->undo();
      done_[i] = false;
      if (found) return true;
    }
    return false;
  }

 private:
  /// A call that had returned when this one began is still missing.
  [[nodiscard]] bool comes_too_early(std::size_t call) const {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!done_[i] && !calls_[i].indefinite && calls_[i].ended < calls_[call].began) return true;
    }
    return false;
  }

  Calls calls_;
  std::unique_ptr<Machine> machine_;
  std::vector<bool> done_;
};

struct Draw {
  std::string method;
  Args args;
  ModelResult seen;
};

/// Calls of three actors at random moments; an actor may be killed in its last one.
Story random_story(Random& random, const std::string& type, const Args& made_from,
                   const std::function<Draw(Random&)>& draw) {
  Story story(type, made_from);
  int free_from[3] = {};
  bool alive[3] = {true, true, true};
  const int calls = 2 + below(random, kCallsMax - 1);
  for (int i = 0; i < calls; ++i) {
    const int actor = below(random, 3);
    if (!alive[actor]) continue;
    const Draw drawn = draw(random);
    const int began = free_from[actor] + below(random, 4);
    free_from[actor] = began + below(random, 5);
    alive[actor] = below(random, 8) > 0;
    if (alive[actor]) {
      story.call(actor, drawn.method, drawn.args, drawn.seen, began, free_from[actor]);
    } else {
      story.killed(actor, drawn.method, drawn.args, began);
    }
  }
  return story;
}

void compare(const std::string& type, const Args& made_from,
             const std::function<Draw(Random&)>& draw) {
  Random random(20250101);
  int good = 0;
  for (int i = 0; i < kHistories; ++i) {
    const Story story = random_story(random, type, made_from, draw);
    const bool explained = Oracle(story.history()).explained();
    good += explained ? 1 : 0;
    const Judgement judgement = story.judged();
    ASSERT_EQ(judgement.answer, explained ? Answer::linearizable : Answer::not_linearizable)
        << "history " << i << " of " << type;
    if (explained) continue;
    // What is shown of a violation is one by itself.
    History window{story.history().objects, judgement.violation->part.calls};
    ASSERT_FALSE(Oracle(window).explained()) << "window of history " << i << " of " << type;
  }
  EXPECT_GT(good, kHistories / 20) << "of " << type;
  EXPECT_LT(good, kHistories - kHistories / 20) << "of " << type;
}

Value few(Random& random) { return below(random, 3); }
Value either(Random& random) { return below(random, 2) == 0; }

TEST(Oracle, Dicts) {
  compare("manager.dict", {}, [](Random& random) -> Draw {
    const Value key = below(random, 4) == 0 ? "b" : "a";
    switch (below(random, 5)) {
      case 0:
        return {"get", {key}, below(random, 2) == 0 ? Value() : few(random)};
      case 1:
        return {"pop", {key}, below(random, 2) == 0 ? fails("KeyError") : few(random)};
      case 2:
        return {"setdefault", {key, few(random)}, few(random)};
      default:
        return {"__setitem__", {key, few(random)}, Value()};
    }
  });
}

TEST(Oracle, DictsWithCallsOnAllKeys) {
  compare("manager.dict", {}, [](Random& random) -> Draw {
    const Value key = below(random, 2) == 0 ? "b" : "a";
    switch (below(random, 6)) {
      case 0:
        return {"__len__", {}, few(random)};
      case 1:
        return {
            "popitem", {}, below(random, 2) == 0 ? fails("KeyError") : tuple({key, few(random)})};
      case 2:
        return {"clear", {}, Value()};
      default:
        return {"__setitem__", {key, few(random)}, Value()};
    }
  });
}

TEST(Oracle, Lists) {
  compare("manager.list", {}, [](Random& random) -> Draw {
    switch (below(random, 4)) {
      case 0:
        return {"pop", {}, below(random, 3) == 0 ? fails("IndexError") : few(random)};
      case 1:
        return {"__len__", {}, few(random)};
      default:
        return {"append", {few(random)}, Value()};
    }
  });
}

Draw queue_call(Random& random) {
  static int fresh = 0;
  switch (below(random, 9)) {
    case 0:
      return {"get_nowait", {}, fails("Empty")};
    case 1:
      return {"put_nowait", {++fresh}, fails("Full")};
    case 2:
      return {"qsize", {}, few(random)};
    case 3:
    case 4:
    case 5:
      return {"get", {}, few(random)};
    default:
      return {"put", {few(random)}, Value()};
  }
}

TEST(Oracle, Queues) { compare("manager.Queue", {}, queue_call); }
TEST(Oracle, BoundedQueues) { compare("manager.Queue", {1}, queue_call); }

TEST(Oracle, Semaphores) {
  compare("BoundedSemaphore", {2}, [](Random& random) -> Draw {
    switch (below(random, 4)) {
      case 0:
        return {"release", {}, below(random, 3) == 0 ? fails("ValueError") : Value()};
      case 1:
        return {"get_value", {}, few(random)};
      default:
        return {"acquire", {false}, either(random)};
    }
  });
}

TEST(Oracle, Events) {
  compare("Event", {}, [](Random& random) -> Draw {
    switch (below(random, 4)) {
      case 0:
        return {"set", {}, Value()};
      case 1:
        return {"clear", {}, Value()};
      case 2:
        return {"wait", {}, true};
      default:
        return {"is_set", {}, either(random)};
    }
  });
}

TEST(Oracle, ValuesUnderTheirLocks) {
  compare("Value", {"i", 0}, [](Random& random) -> Draw {
    switch (below(random, 6)) {
      case 0:
        return {"acquire", {}, true};
      case 1:
        return {"release", {}, below(random, 2) == 0 ? fails("AssertionError") : Value()};
      case 2:
      case 3:
        return {"value.set", {few(random)}, Value()};
      default:
        return {"value", {}, few(random)};
    }
  });
}

/// The machine for queues is not FifoModel; it has to say the same.
TEST(Oracle, QueueMachineAgreesWithTheModel) {
  Random random(7);
  Calls calls;
  for (int i = 0; i < 60; ++i) {
    const Draw drawn = queue_call(random);
    calls.push_back({0, "q", drawn.method, drawn.args, {}, drawn.seen, at(i), at(i)});
  }
  const SharedObject queue{"q", "manager.Queue", {2}};
  const auto machine = behaviours_of(queue.type).at(0)->machine(queue, calls);
  std::vector<FifoModel> states = {FifoModel(2)};
  const auto result = [](FifoModel& state, const Call& call) -> ModelResult {
    if (call.method.starts_with("put")) return state.put(call.args[0]);
    return call.method == "qsize" ? ModelResult(Value(state.size())) : state.get();
  };
  int steps = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (below(random, 3) == 0 && states.size() > 1) {
      states.pop_back();
      machine->undo();
      continue;
    }
    const auto call = static_cast<std::size_t>(below(random, static_cast<int>(calls.size())));
    FifoModel next = states.back();
    const ModelResult expected = result(next, calls[call]);
    ASSERT_EQ(machine->expected(call), outcome_text(expected));
    const bool possible = same_result(expected, *calls[call].seen);
    ASSERT_EQ(machine->step(call), possible) << call_text(calls[call]);
    if (!possible) continue;
    states.push_back(next);
    ++steps;
  }
  EXPECT_GT(steps, 1000);
}

}  // namespace
}  // namespace mpspec
