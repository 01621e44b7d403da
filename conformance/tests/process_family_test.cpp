// PROCESS: names, parents, daemons, start methods.
#include <set>

#include "tests/support/conformance.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

SpawnOptions named(const std::string& name) { return {.name = name, .daemon = {}, .method = ""}; }
SpawnOptions daemonic(bool flag) { return {.name = "", .daemon = flag, .method = ""}; }

class ProcessFamilyConformance : public Conformance {
 protected:
  Outcome name(const Object& process) { return main().call(process, "name"); }
  Outcome daemon(const Object& process) { return main().call(process, "daemon"); }
  Outcome current_name(Actor& actor) { return actor.call("Process.current_name"); }

  Actor& start(const std::pair<Object, int>& made) {
    EXPECT_THAT(main().call(made.first, "start"), Returns(Value()));
    return adapter().accept(made.second);
  }
};

TEST_F(ProcessFamilyConformance, PROCESS_035_TheNameGivenAtCreation) {
  const Child child = main().spawn({}, named("worker"));
  EXPECT_THAT(name(child.process), Returns("worker"));
  EXPECT_THAT(current_name(child.actor), Returns("worker"));
}

TEST_F(ProcessFamilyConformance, PROCESS_035_TheNameAssignedLast) {
  const auto made = main().make_process({}, named("first"));
  EXPECT_THAT(main().call(made.first, "name.set", {"second"}), Returns(Value()));
  EXPECT_THAT(main().call(made.first, "name.set", {"third"}), Returns(Value()));
  EXPECT_THAT(name(made.first), Returns("third"));
  Actor& actor = start(made);
  EXPECT_THAT(current_name(actor), Returns("third"));
}

TEST_F(ProcessFamilyConformance, PROCESS_035_ARunningChildKeepsTheNameOfItsStart) {
  const Child child = main().spawn({}, named("before"));
  EXPECT_THAT(main().call(child.process, "name.set", {"after"}), Returns(Value()));
  EXPECT_THAT(name(child.process), Returns("after"));
  EXPECT_THAT(current_name(child.actor), Returns("before"));
}

TEST_F(ProcessFamilyConformance, PROCESS_036_DefaultNamesDiffer) {
  std::set<std::string> names;
  for (int i = 0; i < 5; ++i) {
    const auto made = main().make_process();
    const Value given = name(made.first).value();
    ASSERT_TRUE(given.is<Str>()) << given;
    EXPECT_THAT(given.get_if<Str>()->utf8, ::testing::HasSubstr("Process-"));
    names.insert(given.get_if<Str>()->utf8);
  }
  EXPECT_EQ(names.size(), 5U);
}

TEST_F(ProcessFamilyConformance, PROCESS_037_TheMainProcess) {
  EXPECT_THAT(current_name(main()), Returns("MainProcess"));
  EXPECT_THAT(main().call("Process.parent_pid"), Returns(Value()));
}

TEST_F(ProcessFamilyConformance, PROCESS_038_TheProcessThatStartedIt) {
  const Child child = main().spawn();
  const Child grandchild = child.actor.spawn();
  EXPECT_THAT(child.actor.call("Process.parent_pid"), Returns(main().pid()));
  EXPECT_THAT(grandchild.actor.call("Process.parent_pid"), Returns(child.actor.pid()));
}

TEST_F(ProcessFamilyConformance, PROCESS_039_FalseUnlessGiven) {
  EXPECT_THAT(daemon(main().make_process().first), Returns(false));
  EXPECT_THAT(daemon(main().make_process({}, daemonic(true)).first), Returns(true));
  EXPECT_THAT(daemon(main().make_process({}, daemonic(false)).first), Returns(false));
}

TEST_F(ProcessFamilyConformance, PROCESS_039_AssignedBeforeTheStart) {
  const auto made = main().make_process();
  EXPECT_THAT(main().call(made.first, "daemon.set", {true}), Returns(Value()));
  EXPECT_THAT(daemon(made.first), Returns(true));
  EXPECT_THAT(main().call(made.first, "daemon.set", {false}), Returns(Value()));
  EXPECT_THAT(daemon(made.first), Returns(false));
}

TEST_F(ProcessFamilyConformance, PROCESS_040_NotAfterTheStart) {
  for (const bool flag : {false, true}) {
    const Child child = main().spawn({}, daemonic(flag));
    EXPECT_THAT(main().call(child.process, "daemon.set", {!flag}), FailsWith("AssertionError"));
    EXPECT_THAT(daemon(child.process), Returns(flag));
    child.actor.end("actor.return");
    EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
    EXPECT_THAT(main().call(child.process, "daemon.set", {!flag}), FailsWith("AssertionError"));
    EXPECT_THAT(daemon(child.process), Returns(flag));
  }
}

TEST_F(ProcessFamilyConformance, PROCESS_041_ADaemonCannotStartAChild) {
  const Child child = main().spawn({}, daemonic(true));
  const auto [process, number] = child.actor.make_process();
  EXPECT_THAT(child.actor.call(process, "start"), FailsWith("AssertionError"));
}

TEST_F(ProcessFamilyConformance, PROCESS_041_OnlyADaemonCannot) {
  const Child child = main().spawn({}, daemonic(false));
  EXPECT_THAT(child.actor.call("actor.call_daemonic_child"), Returns(Value()));
  const Child daemon = main().spawn({}, daemonic(true));
  EXPECT_THAT(daemon.actor.call("actor.call_daemonic_child"), FailsWith("AssertionError"));
}

TEST_F(ProcessFamilyConformance, PROCESS_042_ADaemonEndsWithItsParent) {
  const Child parent = main().spawn();
  const Child daemon = parent.actor.spawn({}, daemonic(true));
  const ProcessWatch watch(daemon.actor.pid());
  parent.actor.end("actor.return");
  EXPECT_THAT(main().call(parent.process, "join"), Returns(Value()));
  EXPECT_TRUE(watch.ended_by(adapter().deadline()));
}

TEST_F(ProcessFamilyConformance, PROCESS_042_ABlockedDaemonEndsWithItsParent) {
  const Object lock = main().make("Lock");
  const Child parent = main().spawn({lock});
  const Child daemon = parent.actor.spawn({lock}, daemonic(true));
  ASSERT_THAT(main().call(lock, "acquire"), Returns(true));
  static_cast<void>(daemon.actor.begin(lock, "acquire"));
  const ProcessWatch watch(daemon.actor.pid());
  parent.actor.end("actor.return");
  EXPECT_THAT(main().call(parent.process, "join"), Returns(Value()));
  EXPECT_TRUE(watch.ended_by(adapter().deadline()));
}

TEST_F(ProcessFamilyConformance, PROCESS_042_DaemonsEndWithTheMainProcess) {
  const Child one = main().spawn({}, daemonic(true));
  const Child other = main().spawn({}, daemonic(true));
  const ProcessWatch watch_one(one.actor.pid());
  const ProcessWatch watch_other(other.actor.pid());
  main().release();  // of actor 0 alone: it is not the suite that ends the daemons
  EXPECT_TRUE(watch_one.ended_by(adapter().deadline()));
  EXPECT_TRUE(watch_other.ended_by(adapter().deadline()));
}

TEST_F(ProcessFamilyConformance, PROCESS_043_AParentWaitsForItsChild) {
  std::optional<Child> parent;
  std::optional<Child> child;
  const Outcome outcome = expect_waits(
      [&] {
        parent.emplace(main().spawn());
        child.emplace(parent->actor.spawn());
        parent->actor.end("actor.return");
        return main().begin(parent->process, "join");
      },
      [&] {
        EXPECT_THAT(child->actor.call("actor.echo", {"on"}), Returns("on"));
        const auto before = Clock::now();
        child->actor.end("actor.return");
        return before;
      });
  EXPECT_THAT(outcome, Returns(Value()));
  EXPECT_THAT(main().call(parent->process, "exitcode"), Returns(0));
}

TEST_F(ProcessFamilyConformance, PROCESS_043_TheMainProcessWaitsForItsChild) {
  const Child child = main().spawn();
  const ProcessWatch watch(main().pid());
  main().release();
  EXPECT_FALSE(watch.ended_by(Clock::now() + 50ms));
  EXPECT_THAT(child.actor.call("actor.echo", {"on"}), Returns("on"));
  EXPECT_FALSE(watch.ended_by(Clock::now() + 1ms));
  child.actor.end("actor.return");
  EXPECT_TRUE(watch.ended_by(adapter().deadline()));
}

TEST_F(ProcessFamilyConformance, PROCESS_044_NamesAreListedOnce) {
  const Value methods = main().call("Process.start_methods").value();
  ASSERT_TRUE(methods.is<List>()) << methods;
  std::set<std::string> names;
  for (const Value& method : methods.get_if<List>()->items) {
    ASSERT_TRUE(method.is<Str>()) << method;
    EXPECT_TRUE(names.insert(method.get_if<Str>()->utf8).second) << method;
  }
  EXPECT_FALSE(names.empty());
}

TEST_F(ProcessFamilyConformance, PROCESS_044_EveryMethodRunsAndEndsAChild) {
  const Value methods = main().call("Process.start_methods").value();
  ASSERT_TRUE(methods.is<List>()) << methods;
  for (const Value& method : methods.get_if<List>()->items) {
    const SpawnOptions options{.name = "", .daemon = {}, .method = method.get_if<Str>()->utf8};
    const Child returning = main().spawn({}, options);
    const Child exiting = main().spawn({}, options);
    const Child killed = main().spawn({}, options);
    EXPECT_THAT(main().call(returning.process, "is_alive"), Returns(true)) << method;
    returning.actor.end("actor.return");
    exiting.actor.end("actor.exit", {3});
    killed.actor.kill();
    const std::pair<Child, int> expected[] = {{returning, 0}, {exiting, 3}, {killed, -9}};
    for (const auto& [child, code] : expected) {
      EXPECT_THAT(main().call(child.process, "join"), Returns(Value())) << method;
      EXPECT_THAT(main().call(child.process, "exitcode"), Returns(code)) << method;
    }
  }
}

}  // namespace
}  // namespace mpspec
