// PROXY: proxies in other processes, threads and managed objects, and how long what they stand for
// lives.
#include <fmt/format.h>
#include <signal.h>

#include <fstream>

#include "tests/support/managed.hpp"
#include "tests/support/process_watch.hpp"

namespace mpspec {
namespace {

class SharedProxyConformance : public ManagedConformance {
 protected:
  Outcome call(const Object& object, const std::string& method, const Args& args = {}) {
    return main().call(object, method, args);
  }
  Outcome count() { return call(server(), "number_of_objects"); }
  static void drop(Actor& actor, const Object& object) {
    EXPECT_THAT(actor.call("actor.drop", {object.name}), Returns(kNone));
  }
  pid_t server_pid() { return static_cast<pid_t>(as_int(call(server(), "pid").value())); }
  /// Memory of the server process that is really there, in bytes.
  long long server_memory() {
    std::ifstream statm(fmt::format("/proc/{}/statm", server_pid()));
    long long total = 0;
    long long resident = 0;
    statm >> total >> resident;
    if (!statm) inconclusive("the memory of the server process cannot be seen");
    return resident * ::sysconf(_SC_PAGESIZE);
  }
};

TEST_F(SharedProxyConformance, PROXY_010_AChildAndItsParentUseItAtTheSameTime) {
  constexpr int kEach = 100;
  const Object l = make("list");
  call(l, "append", {"before"});
  const Child child = main().spawn({l});
  Program body;
  body.call(l, "append", {var("i")}).call(l, "__len__");
  Program program;
  program.start_at(soon()).repeat(kEach, body, "i");
  const Pending in_child = child.actor.begin_run(program);
  EXPECT_THAT(main().run(program), Succeeds());
  EXPECT_THAT(in_child.wait(), Succeeds());
  EXPECT_THAT(call(l, "__len__"), Returns(1 + 2 * kEach));
  EXPECT_THAT(call(l, "count", {kEach - 1}), Returns(2));
}

TEST_F(SharedProxyConformance, PROXY_011_StoredInEveryContainer) {
  const Object inner = make("list");
  const Object l = make("list", {list({inner})});
  const Object d = make("dict");
  call(d, "__setitem__", {"k", inner});
  const Object n = make("Namespace");
  call(n, "__setattr__", {"x", inner});
  const Object q = make("Queue");
  call(q, "put", {inner});
  const Child child = main().spawn({l, d, n, q});
  const std::vector<Object> read = {
      child.actor.keep(l, "__getitem__", "manager.list", {0}),
      child.actor.keep(d, "__getitem__", "manager.list", {"k"}),
      child.actor.keep(n, "__getattr__", "manager.list", {"x"}),
      child.actor.keep(q, "get", "manager.list"),
  };
  int length = 0;
  for (const Object& proxy : read) {
    EXPECT_THAT(child.actor.call(proxy, "append", {length}), Returns(kNone));
    EXPECT_THAT(call(inner, "__len__"), Returns(++length));
  }
  const Object own = main().keep(d, "__getitem__", "manager.list", {"k"});
  EXPECT_THAT(call(own, "to_list"), Returns(list({0, 1, 2, 3})));
}

TEST_F(SharedProxyConformance, PROXY_011_EveryTypeCanBeStored) {
  const Object d = make("dict");
  const Object event = make("Event");
  const Object queue = make("Queue");
  const Object number = make("Value", {"i", 1});
  const Object bag = make("Namespace", {}, {{"x", "of the bag"}});
  ASSERT_THAT(call(d, "update", {dict({{"e", event}, {"q", queue}, {"v", number}, {"n", bag}})}),
              Returns(kNone));
  Actor& child = main().spawn({d}).actor;
  const auto stored = [&](const std::string& key, const std::string& type) {
    return child.keep(d, "__getitem__", "manager." + type, {key});
  };
  EXPECT_THAT(child.call(stored("e", "Event"), "set"), Returns(kNone));
  EXPECT_THAT(child.call(stored("q", "Queue"), "put", {"item"}), Returns(kNone));
  EXPECT_THAT(child.call(stored("v", "Value"), "set", {2}), Returns(kNone));
  EXPECT_THAT(child.call(stored("n", "Namespace"), "__getattr__", {"x"}), Returns("of the bag"));
  EXPECT_THAT(call(event, "is_set"), Returns(true));
  EXPECT_THAT(call(queue, "get_nowait"), Returns("item"));
  EXPECT_THAT(call(number, "get"), Returns(2));
}

TEST_F(SharedProxyConformance, PROXY_011_AtAnyDepth) {
  const Object innermost = make("list");
  const Object middle = make("dict");
  call(middle, "__setitem__", {"plain", list({0, list({innermost})})});
  const Object outer = make("list", {list({middle})});
  Actor& child = main().spawn({outer}).actor;
  const Object d = child.keep(outer, "__getitem__", "manager.dict", {0});
  const Object plain = child.keep(d, "__getitem__", "manager.list", {"plain"});
  const Object inside = child.keep(plain, "__getitem__", "manager.list", {1});
  const Object l = child.keep(inside, "__getitem__", "manager.list", {0});
  EXPECT_THAT(child.call(l, "append", {"deep"}), Returns(kNone));
  EXPECT_THAT(call(innermost, "to_list"), Returns(list({"deep"})));
}

TEST_F(SharedProxyConformance, PROXY_012_EveryThreadGetsItsOwnReplies) {
  main().need_feature("threads");
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  const Object d = make("dict");
  for (int i = 0; i < kThreads; ++i) call(d, "__setitem__", {i, list({i})});
  std::vector<Pending> pending;
  for (int n = 0; n < kEach; ++n) {
    for (int i = 0; i < kThreads; ++i)
      pending.push_back(main().begin_on(fmt::format("t{}", i), d, "__getitem__", {i}));
  }
  for (std::size_t k = 0; k < pending.size(); ++k)
    ASSERT_THAT(pending[k].wait(), Returns(list({static_cast<int>(k) % kThreads})));
}

TEST_F(SharedProxyConformance, PROXY_013_AReadGivesWhatWasWrittenLastOrLater) {
  constexpr int kWrites = 150;
  const Object v = make("Value", {"i", -1});
  const Object copy = main().keep(v, "copy_proxy", "manager.Value");
  const auto children = spawn(3, {v, copy});
  Program writing;
  Program write;
  write.call(v, "set", {var("i")});
  writing.start_at(soon()).repeat(kWrites, write, "i").record();
  std::vector<Pending> running = {children[0].actor.begin_run(writing)};
  for (std::size_t reader = 1; reader < children.size(); ++reader) {
    Program read;
    read.let("x", reader == 1 ? v : copy, "get").break_if(var("x"), kWrites - 1);
    Program reading;
    running.push_back(children[reader].actor.begin_run(reading.forever(read).record()));
  }
  for (const Pending& pending : running) ASSERT_THAT(pending.wait(), Succeeds());
  const auto& writes = children[0].actor.history();
  ASSERT_EQ(writes.size(), static_cast<std::size_t>(kWrites));
  for (std::size_t reader = 1; reader < children.size(); ++reader) {
    for (const auto& [statement, read] : children[reader].actor.history()) {
      const auto seen = as_int(read.value());
      ASSERT_TRUE(seen >= -1 && seen < kWrites) << seen;
      const auto next = static_cast<std::size_t>(seen + 1);
      if (next < writes.size()) {
        ASSERT_LE(read.began, writes[next].second.ended) << "it missed write " << next;
      }
      if (seen >= 0) {
        ASSERT_GE(read.ended, writes[next - 1].second.began) << "it came before write " << seen;
      }
    }
  }
}

TEST_F(SharedProxyConformance, PROXY_014_TheReferentGoesWithItsLastProxy) {
  const Object stays = make("dict");
  const Object l = make("list");
  const Object copy = main().keep(l, "copy_proxy", "manager.list");
  EXPECT_THAT(count(), Returns(2));
  drop(main(), l);
  EXPECT_THAT(count(), Returns(2));
  drop(main(), copy);
  EXPECT_THAT(count(), Returns(1));
  drop(main(), stays);
  EXPECT_THAT(count(), Returns(0));
}

TEST_F(SharedProxyConformance, PROXY_014_ThatOfAProcessGoesWithTheProcess) {
  const Object l = make("list");
  const Child child = main().spawn({l});
  EXPECT_THAT(child.actor.call(l, "append", {1}), Returns(kNone));
  drop(main(), l);
  EXPECT_THAT(count(), Returns(1));
  end(child);
  // The process object may hold what it was started with.
  drop(main(), child.process);
  EXPECT_THAT(count(), Returns(0));
}

TEST_F(SharedProxyConformance, PROXY_015_AnyProxyKeepsTheReferent) {
  const Object l = make("list", {list({1})});
  const auto children = spawn(2, {l});
  drop(main(), l);
  end(children[0]);
  EXPECT_THAT(children[1].actor.call(l, "append", {2}), Returns(kNone));
  EXPECT_THAT(children[1].actor.call(l, "to_list"), Returns(list({1, 2})));
}

TEST_F(SharedProxyConformance, PROXY_015_WhenItsMakerHasDroppedIt) {
  const Object holder = make("Queue");
  Actor& maker = main().spawn({holder}).actor;
  const Object made = maker.make_in(connect(maker, server()), "list", {list({"made"})});
  maker.call(holder, "put", {made});
  const Object got = main().keep(holder, "get", "manager.list");
  drop(maker, made);
  EXPECT_THAT(call(got, "to_list"), Returns(list({"made"})));
}

TEST_F(SharedProxyConformance, PROXY_016_AContainerKeepsItsContent) {
  const Object inner = make("list", {list({1})});
  const Object outer = make("dict");
  call(outer, "__setitem__", {"k", inner});
  drop(main(), inner);
  const Object again = main().keep(outer, "__getitem__", "manager.list", {"k"});
  EXPECT_THAT(call(again, "append", {2}), Returns(kNone));
  drop(main(), again);
  const Child child = main().spawn({outer});
  const Object in_child = child.actor.keep(outer, "__getitem__", "manager.list", {"k"});
  EXPECT_THAT(child.actor.call(in_child, "to_list"), Returns(list({1, 2})));
}

TEST_F(SharedProxyConformance, PROXY_017_ContentsGoWithTheirContainer) {
  constexpr int kItems = 200'000;
  constexpr int kKept = 4;
  constexpr int kRounds = 40;
  const Object outer = make("list", {list({kNone})});
  const auto make_large = [&] {
    const Object large = make("list", {list({"item"})});
    call(large, "__imul__", {kItems});
    return large;
  };
  const auto store_and_forget = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const Object large = make_large();
      EXPECT_THAT(call(outer, "__setitem__", {0, large}), Returns(kNone));
      drop(main(), large);
    }
  };
  store_and_forget(2);
  const long long empty = server_memory();
  std::vector<Object> kept;
  for (int i = 0; i < kKept; ++i) kept.push_back(make_large());
  const long long size = (server_memory() - empty) / kKept;
  if (size < kItems / 2) inconclusive("what the server keeps does not show in its memory");
  for (const Object& object : kept) drop(main(), object);
  const long long before = server_memory();
  store_and_forget(kRounds);
  EXPECT_LT((server_memory() - before) / size, kRounds / 4);
}

TEST_F(SharedProxyConformance, PROXY_018_AnObjectOfAnotherManager) {
  const Object other_manager = manager();
  const Object l = main().make_in(other_manager, "list");
  const Object d = make("dict");
  EXPECT_THAT(call(d, "__setitem__", {"k", l}), Returns(kNone));
  const Child child = main().spawn({d});
  const Object in_child = child.actor.keep(d, "__getitem__", "manager.list", {"k"});
  EXPECT_THAT(child.actor.call(in_child, "append", {1}), Returns(kNone));
  EXPECT_THAT(call(l, "to_list"), Returns(list({1})));
  EXPECT_THAT(call(other_manager, "number_of_objects"), Returns(1));
}

TEST_F(SharedProxyConformance, PROXY_019_StrWithoutAServerDescribesTheProxy) {
  tolerate_leftovers();
  const std::vector<std::pair<Object, std::string>> proxies = {{make("list"), "ListProxy"},
                                                               {make("dict"), "DictProxy"}};
  const Child child = main().spawn({proxies[0].first, proxies[1].first});
  const ProcessWatch watch(server_pid());
  ::kill(server_pid(), SIGKILL);
  ASSERT_TRUE(watch.ended_by(adapter().deadline()));
  for (const auto& [proxy, name] : proxies) {
    for (Actor* actor : {&main(), &child.actor}) {
      const Outcome outcome = actor->call(proxy, "__str__");
      ASSERT_THAT(outcome, Succeeds());
      ASSERT_TRUE(outcome.value().is<Str>());
      EXPECT_THAT(outcome.value().get_if<Str>()->utf8, ::testing::HasSubstr(name));
    }
  }
}

TEST_F(SharedProxyConformance, PROXY_019_StrAfterShutdown) {
  const Object l = make("list");
  call(server(), "shutdown");
  EXPECT_THAT(call(l, "__str__"), Succeeds());
}

TEST_F(SharedProxyConformance, PROXY_020_AManagerWithAKeyOfItsOwn) {
  const Object m = main().make("Manager", {}, {{"authkey", bytes("a key of its own")}});
  const Object l = main().make_in(m, "list");
  const Object d = main().make_in(m, "dict");
  EXPECT_THAT(call(d, "__setitem__", {"k", l}), Returns(kNone));
  const Object read = main().keep(d, "__getitem__", "manager.list", {"k"});
  EXPECT_THAT(call(read, "append", {1}), Returns(kNone));
  EXPECT_THAT(call(l, "to_list"), Returns(list({1})));
}

}  // namespace
}  // namespace mpspec
