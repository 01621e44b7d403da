// GUAR: managed objects that several processes change at the same time.
#include <fmt/format.h>

#include "tests/support/managed.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

class ManagedGuaranteesConformance : public ManagedConformance {
 protected:
  /// The same keys and values, in any order.
  void expect_content(const Object& dict, const Value& expected) {
    const Value seen = main().call(dict, "copy").value();
    EXPECT_TRUE(python_equal(seen, expected))
        << to_python(seen) << " is not " << to_python(expected);
  }
  static std::vector<std::pair<Value, Value>> letters_of(const std::string& word) {
    std::vector<std::pair<Value, Value>> counts;
    for (const char c : word) {
      const Value letter(std::string(1, c));
      const auto known = std::find_if(counts.begin(), counts.end(),
                                      [&](const auto& entry) { return entry.first == letter; });
      if (known == counts.end()) {
        counts.emplace_back(letter, 1);
      } else {
        known->second = as_int(known->second) + 1;
      }
    }
    return counts;
  }
  static constexpr const char* kWords[] = {"hello", "world"};
};

TEST_F(ManagedGuaranteesConformance, GUAR_021_TwoProcessesSetTheirOwnKeys) {
  const Object shared = make("dict");
  race(spawn(2, {shared}), [&](Program& program, int i) {
    program.call(shared, "__setitem__", {i == 0 ? "a" : "b", i + 1});
  });
  expect_content(shared, dict({{"a", 1}, {"b", 2}}));
}

TEST_F(ManagedGuaranteesConformance, GUAR_021_FiveProcessesSetSquares) {
  const Object squares = make("dict");
  race(spawn(5, {squares}), [&](Program& program, int i) {
    program.call(squares, "__setitem__", {i, i * i});
  });
  expect_content(squares, dict({{0, 0}, {1, 1}, {2, 4}, {3, 9}, {4, 16}}));
}

TEST_F(ManagedGuaranteesConformance, GUAR_022_ADictAndAListFilledTogether) {
  const Object results = make("dict");
  const Object log = make("list");
  race(spawn(4, {results, log}), [&](Program& program, int i) {
    const int task = i + 1;
    const std::string name = fmt::format("task_{}", task);
    const int sum = 5 * task * (10 * task - 1);
    Program body;
    body.add("total", var("total"), var("number"));
    program.set("total", 0)
        .repeat(10 * task, body, "number")
        .call(results, "__setitem__", {name, var("total")})
        .call(log, "append", {fmt::format("{}={}", name, sum)});
  });
  expect_content(results,
                 dict({{"task_1", 45}, {"task_2", 190}, {"task_3", 435}, {"task_4", 780}}));
  const Value lines = main().call(log, "to_list").value();
  EXPECT_THAT(items_of(lines),
              ::testing::UnorderedElementsAre(Value("task_1=45"), Value("task_2=190"),
                                              Value("task_3=435"), Value("task_4=780")));
}

TEST_F(ManagedGuaranteesConformance, GUAR_023_UpdateLosesNoLetter) {
  const Object counts = make("dict");
  const auto children = spawn(2, {counts});
  const auto expect_all_letters = [&] {
    const Outcome l = main().call(counts, "pop", {"l"});
    EXPECT_TRUE(l == Outcome(1) || l == Outcome(2)) << to_text(l);
    expect_content(counts, dict({{"h", 1}, {"e", 1}, {"o", 1}, {"w", 1}, {"r", 1}, {"d", 1}}));
    return l;
  };
  race(children, [&](Program& program, int i) {
    program.call(counts, "update", {dict(letters_of(kWords[i]))});
  });
  observe("l counted " + to_text(expect_all_letters()));
  // Whoever comes second for sure replaces, too.
  ASSERT_THAT(main().call(counts, "clear"), Returns(Value()));
  for (std::size_t i = 0; i < children.size(); ++i) {
    ASSERT_THAT(children[i].actor.call(counts, "update", {dict(letters_of(kWords[i]))}),
                Returns(Value()));
  }
  expect_all_letters();
}

TEST_F(ManagedGuaranteesConformance, GUAR_024_UnderALockTheLettersAreSums) {
  const Object counts = make("dict");
  const Object lock = make("Lock");
  race(spawn(2, {counts, lock}), [&](Program& program, int i) {
    program.call(lock, "acquire");
    for (const auto& [letter, count] : letters_of(kWords[i])) {
      program.let("x", counts, "get", {letter, 0})
          .add("sum", var("x"), count)
          .call(counts, "__setitem__", {letter, var("sum")});
    }
    program.call(lock, "release");
  });
  expect_content(counts,
                 dict({{"h", 1}, {"e", 1}, {"l", 3}, {"o", 2}, {"w", 1}, {"r", 1}, {"d", 1}}));
}

TEST_F(ManagedGuaranteesConformance, GUAR_025_NoCopyShowsAPartOfAnUpdate) {
  constexpr int kKeys = 40;
  const Object shared = make("dict");
  std::vector<std::pair<Value, Value>> pairs;
  for (int key = 0; key < kKeys; ++key) pairs.emplace_back(key, var("i"));
  const auto results = race(spawn(3, {shared}), [&](Program& program, int i) {
    Program body;
    if (i < 2) {
      body.add("i", var("i"), 1).call(shared, "update", {dict(pairs)});
    } else {
      body.let("x", shared, "copy").append("seen", var("x"));
    }
    program.set("i", 1000 * i).set("seen", list()).repeat(100, body);
  });
  for (const Value& seen : items_of(variable(results.at(2), "seen"))) {
    const auto& entries = seen.get_if<Dict>()->items;
    if (entries.empty()) continue;  // before the first update
    ASSERT_EQ(entries.size(), static_cast<std::size_t>(kKeys));
    for (const auto& [key, value] : entries) ASSERT_EQ(value, entries.front().second);
  }
}

TEST_F(ManagedGuaranteesConformance, GUAR_026_AddingToDifferentKeysNeedsNoLock) {
  const Object d = make("dict", {dict({{"a", 0}, {"b", 1}, {"c", 2}})});
  race(spawn(3, {d}), [&](Program& program, int i) {
    const Value key(std::string(1, static_cast<char>('a' + i)));
    program.let("x", d, "__getitem__", {key})
        .add("sum", var("x"), 1)
        .call(d, "__setitem__", {key, var("sum")});
  });
  EXPECT_THAT(main().call(d, "copy"), Returns(dict({{"a", 1}, {"b", 2}, {"c", 3}})));
}

TEST_F(ManagedGuaranteesConformance, GUAR_028_AttributesOfANamespaceMayLoseAdditions) {
  const Object n = make("Namespace", {}, {{"count", 0}});
  add_without_lock(n, "__getattr__", "__setattr__", {"count"});
}

/// Costs are ratios of medians, measured inside an actor by the stamps of its
/// operations.
class CostConformance : public ManagedConformance {
 protected:
  static constexpr int kRounds = 200;

  /// The median duration of the program's calls.
  static double median_us(const Actor& actor) {
    std::vector<double> durations;
    for (const auto& [position, outcome] : actor.history()) {
      durations.push_back(
          std::chrono::duration<double, std::micro>(outcome.ended - outcome.began).count());
    }
    if (durations.empty()) throw CaseStop(Verdict::fail, "the program has no history");
    const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
    std::nth_element(durations.begin(), middle, durations.end());
    return *middle;
  }
  double cost_of_read(const Object& value) {
    Program body, program;
    body.let("x", value, "value");
    EXPECT_EQ(variable(main().run(program.repeat(kRounds, body).record()).value(), "x"), Value(7));
    return median_us(main());
  }
  /// The median time from a message's departure to its answer's arrival, with a
  /// child that echoes.
  double cost_of_round_trip(const Object& there, const Object& there_end, const std::string& put,
                            const Object& back, const Object& back_end, const std::string& get) {
    const Child child = main().spawn({there_end, back_end});
    Program echo, asking, ask, answering;
    echo.let("x", there_end, get).call(back_end, put, {var("x")});
    ask.call(there, put, {var("i")}).let("x", back, get).append("got", var("x"));
    const Pending served = child.actor.begin_run(answering.repeat(kRounds, echo));
    asking.set("got", list()).repeat(kRounds, ask, "i").record();
    EXPECT_EQ(variable(main().run(asking).value(), "got"), numbers(0, kRounds));
    EXPECT_THAT(served.wait(), Succeeds());
    std::vector<double> trips;
    const auto& history = main().history();
    for (std::size_t i = 0; i + 1 < history.size(); i += 2) {
      trips.push_back(std::chrono::duration<double, std::micro>(history[i + 1].second.ended -
                                                                history[i].second.began)
                          .count());
    }
    std::sort(trips.begin(), trips.end());
    return trips.at(trips.size() / 2);
  }
};

TEST_F(CostConformance, GUAR_029_AValueAndAManagedValue) {
  const Object managed = make("Value", {"i", 7});
  const double shared_us = cost_of_read(main().make("Value", {"i", 7}));
  const double managed_us = cost_of_read(managed);
  observe(
      fmt::format("a read takes {:.2f} us, of a managed Value {:.2f} us, "
                  "{:.1f} times as long",
                  shared_us, managed_us, managed_us / shared_us));
}

TEST_F(CostConformance, GUAR_030_APipeAndTwoQueues) {
  const auto [a, b] = main().make_pipe();
  const double pipe_us = cost_of_round_trip(a, b, "send", a, b, "recv");
  const Object there = main().make("Queue");
  const Object back = main().make("Queue");
  const double queues_us = cost_of_round_trip(there, there, "put", back, back, "get");
  observe(
      fmt::format("a round trip takes {:.1f} us, over two queues {:.1f} "
                  "us, {:.1f} times as long",
                  pipe_us, queues_us, queues_us / pipe_us));
}

TEST_F(CostConformance, GUAR_031_OneUpdateAndManyAssignments) {
  constexpr int kKeys = 100;
  const Object d = make("dict");
  std::vector<std::pair<Value, Value>> pairs;
  for (int key = 0; key < kKeys; ++key) pairs.emplace_back(key, key);
  Program assign, assigning, update, updating;
  assign.call(d, "__setitem__", {var("key"), var("key")});
  update.call(d, "update", {dict(pairs)});
  EXPECT_THAT(main().run(assigning.repeat(kKeys, assign, "key").record()), Succeeds());
  EXPECT_THAT(main().call(d, "copy"), Returns(dict(pairs)));
  const double assignments_us = median_us(main()) * kKeys;
  EXPECT_THAT(main().call(d, "clear"), Succeeds());
  EXPECT_THAT(main().run(updating.repeat(20, update).record()), Succeeds());
  EXPECT_THAT(main().call(d, "copy"), Returns(dict(pairs)));
  const double update_us = median_us(main());
  observe(
      fmt::format("an update of {} keys takes {:.1f} us, the assignments "
                  "{:.1f} us, {:.1f} times as long",
                  kKeys, update_us, assignments_us, assignments_us / update_us));
}

}  // namespace
}  // namespace mpspec
