#include "mp/manager.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/poll.hpp"
#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "manager/net/pidfd.hpp"
#include "mp/authkey.hpp"
#include "mp/batch.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using testing::Forked;
using testing::Signal;

Manager start(ManagerOptions options = {}) {
  Result<Manager> manager = Manager::start(std::move(options));
  EXPECT_TRUE(manager) << manager.error().message;
  return *std::move(manager);
}

template <class T>
T value_of(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return *std::move(result);
}
void ok(const Result<void>& result) { EXPECT_TRUE(result) << result.error().message; }

Object text(std::string_view value) { return Object::str(value); }
Object number(std::int64_t value) { return Object::integer(value); }

/// repr() of a result, or the error as text.
std::string shown(const Result<Object>& result) {
  if (result) return repr(*result).value_or("?");
  return std::string(to_string(result.error().code)) + " " + result.error().message;
}

class ManagerTest : public ::testing::Test {
 protected:
  Manager manager_ = start();
};

TEST_F(ManagerTest, TheServerIsAProcessOfItsOwn) {
  ASSERT_TRUE(manager_.pid());
  EXPECT_NE(*manager_.pid(), ::getpid());
  EXPECT_EQ(manager_.authkey(), current_authkey());
  EXPECT_EQ(value_of(manager_.number_of_objects()), 0u);
  const ManagedDict dict = value_of(manager_.dict());
  EXPECT_EQ(value_of(manager_.number_of_objects()), 1u);
  EXPECT_TRUE(value_of(manager_.debug_info()).find(dict.ident()) != std::string::npos);
}

TEST_F(ManagerTest, Dicts) {
  const ManagedDict dict = value_of(manager_.dict());
  ok(dict.setitem(text("a"), number(1)));
  ok(dict.update(Object::list({Object::tuple_of(text("b"), number(2))})));
  EXPECT_EQ(shown(dict.getitem(text("a"))), "1");
  EXPECT_EQ(shown(dict.getitem(text("z"))), "Remote KeyError: 'z'");
  EXPECT_EQ(shown(dict.get(text("z"), number(9))), "9");
  EXPECT_EQ(shown(dict.setdefault(text("c"), number(3))), "3");
  EXPECT_TRUE(value_of(dict.contains(text("c"))));
  EXPECT_EQ(value_of(dict.len()), 3u);
  EXPECT_EQ(value_of(dict.keys()).size(), 3u);
  EXPECT_EQ(value_of(dict.values()).at(2).as_int64(), 3);
  EXPECT_EQ(value_of(dict.items()).at(0).first.as_str(), "a");
  EXPECT_EQ(value_of(dict.iterate()).at(1).as_str(), "b");
  EXPECT_EQ(shown(dict.to_dict()), "{'a': 1, 'b': 2, 'c': 3}");
  EXPECT_EQ(shown(dict.pop(text("a"))), "1");
  EXPECT_EQ(shown(dict.pop(text("a"), number(7))), "7");
  EXPECT_EQ(value_of(dict.popitem()).first.as_str(), "c");
  ok(dict.delitem(text("b")));
  EXPECT_EQ(dict.popitem().error().message, "KeyError: 'popitem(): dictionary is empty'");
  ok(dict.clear());
  EXPECT_EQ(shown(dict.copy()), "{}");
  EXPECT_EQ(dict.str(), "{}");
  EXPECT_EQ(dict.type_name(), "DictProxy");
}

TEST_F(ManagerTest, AtomicUpdatesOfSeveralThreads) {
  const ManagedDict dict = value_of(manager_.dict());
  const ManagedValue value = value_of(manager_.value("i", number(0)));
  ok(dict.setitem(text("list"), Object::list()));
  constexpr int kThreads = 4, kRounds = 50;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        EXPECT_TRUE(dict.increment(text("n"), number(2)));
        EXPECT_TRUE(value.add(number(1)));
        EXPECT_TRUE(value.update_with(
            [](const Object& old) { return Object::integer(old.as_int64() + 1); }));
        EXPECT_TRUE(dict.update_with(text("list"), [&](const Object& old) {
          Object longer = old;  // the very object that was given
          longer.append(Object::integer(round));
          return longer;
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(value_of(dict.getitem(text("n"))).as_int64(), 2 * kThreads * kRounds);
  EXPECT_EQ(value_of(value.get()).as_int64(), 2 * kThreads * kRounds);
  EXPECT_EQ(value_of(dict.getitem(text("list"))).items().size(),
            static_cast<std::size_t>(kThreads * kRounds));
  EXPECT_FALSE(value_of(value.compare_and_set(number(-1), number(0))));
  EXPECT_EQ(shown(dict.update_with(text("z"), [](const Object& old) { return old; })),
            "Remote KeyError: 'z'");
}

TEST_F(ManagerTest, ABatchIsAnsweredInItsOrder) {
  const ManagedDict dict = value_of(manager_.dict());
  const ManagedQueue queue = value_of(manager_.queue());
  Batch batch;
  EXPECT_TRUE(value_of(batch.run()).empty());
  for (int i = 0; i < 16; ++i) batch.call(dict, "__setitem__", {number(i), number(i * i)});
  batch.call(dict, "__getitem__", {number(99)})
      .call(dict, "__len__")
      .call(queue, "put", {text("x")});
  batch.call(queue, "get").call(queue, "nonsense");
  EXPECT_EQ(batch.size(), 21u);
  const std::vector<Answer> answers = value_of(batch.run());
  ASSERT_EQ(answers.size(), 21u);
  EXPECT_EQ(answers[15].kind, Answer::Kind::Returned);
  EXPECT_EQ(answers[16].kind, Answer::Kind::Raised);
  EXPECT_EQ(exception_text(answers[16].value), "KeyError: 99");
  EXPECT_EQ(answers[17].value.as_int64(), 16);
  EXPECT_EQ(answers[19].value.as_str(), "x");
  EXPECT_EQ(exception_name(answers[20].value), "RemoteError");
  EXPECT_EQ(batch.size(), 0u);
  const auto some = value_of(dict.get_many({number(3), text("?"), number(4)}));
  ASSERT_EQ(some.size(), 3u);
  EXPECT_EQ(some[0]->as_int64(), 9);
  EXPECT_FALSE(some[1]);
}

TEST_F(ManagerTest, ABatchMayBeLargerThanWhatAnySocketKeeps) {
  const ManagedList list = value_of(manager_.list());
  const Object large = Object::bytes(std::string(100'000, 'x'));
  Batch batch;
  for (int i = 0; i < 200; ++i)
    batch.call(list, "append", {large}).call(list, "__getitem__", {number(i)});
  const std::vector<Answer> answers = value_of(batch.run());
  ASSERT_EQ(answers.size(), 400u);
  for (std::size_t i = 1; i < answers.size(); i += 2) {
    ASSERT_EQ(answers[i].value.as_bytes().size(), 100'000u);
  }
}

TEST_F(ManagerTest, ABatchOfFewBytesMayBeAnsweredByMany) {
  const Object large = Object::bytes(std::string(100'000, 'x'));
  const ManagedList list = value_of(manager_.list(Object::list({large})));
  Batch batch;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) batch.call(list, "__getitem__", {number(0)});
    ASSERT_EQ(value_of(batch.run()).size(), 50u);
  }
}

TEST_F(ManagerTest, ABatchThatWaitsGoesOnWhenItMay) {
  const ManagedQueue queue = value_of(manager_.queue());
  std::thread other([&] { ok(queue.put(text("late"))); });
  Batch batch;
  batch.call(queue, "get").call(queue, "qsize");
  const std::vector<Answer> answers = value_of(batch.run());
  other.join();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].value.as_str(), "late");
  EXPECT_EQ(answers[1].value.as_int64(), 0);
}

TEST_F(ManagerTest, ABatchThatCannotBeSentChangesNothing) {
  const Manager other = start();
  const ManagedList list = value_of(manager_.list()), stranger = value_of(other.list());
  Batch batch;
  batch.call(list, "append", {number(1)}).call(stranger, "append", {number(1)});
  EXPECT_EQ(batch.run().error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(value_of(list.len()), 0u);
  batch.call(list, "append", {number(1)});
  EXPECT_EQ(value_of(batch.run()).size(), 1u);
}

TEST_F(ManagerTest, Lists) {
  const ManagedList list = value_of(manager_.list(Object::range(number(0), number(3), number(1))));
  ok(list.append(text("x")));
  ok(list.insert(0, number(9)));
  ok(list.setitem(number(-1), number(5)));
  EXPECT_EQ(shown(list.get_value()), "[9, 0, 1, 2, 5]");
  EXPECT_EQ(value_of(list.index(number(2))), 3u);
  EXPECT_EQ(list.index(number(2), 0, 2).error().message, "ValueError: 2 is not in list");
  EXPECT_EQ(value_of(list.count(number(0))), 1u);
  EXPECT_TRUE(value_of(list.contains(number(5))));
  ok(list.sort(/*reverse=*/true));
  EXPECT_EQ(value_of(list.to_vector()).front().as_int64(), 9);
  EXPECT_EQ(value_of(list.reversed()).front().as_int64(), 0);
  ok(list.reverse());
  ok(list.remove(number(9)));
  EXPECT_EQ(shown(list.pop()), "5");
  EXPECT_EQ(shown(list.pop(7)), "Remote IndexError: pop index out of range");
  ok(list.iadd(Object::list({number(7)})));
  ok(list.imul(2));
  EXPECT_EQ(shown(list.add(Object::list({}))), "[0, 1, 2, 7, 0, 1, 2, 7]");
  EXPECT_EQ(shown(list.mul(0)), "[]");
  ok(list.delitem(Object::slice(number(1), Object(), Object())));
  EXPECT_EQ(value_of(list.len()), 1u);
}

TEST_F(ManagerTest, IteratingAListSeesItsChanges) {
  const ManagedList list = value_of(manager_.list(Object::range(number(1), number(5), number(1))));
  std::vector<std::int64_t> seen;
  ok(list.iterate([&](const Object& item) {
    seen.push_back(item.as_int64());
    EXPECT_TRUE(list.pop());
    return true;
  }));
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(ManagerTest, NamespacesValuesAndArrays) {
  const ManagedNamespace space = value_of(manager_.name_space());
  ok(space.setattr("x", number(1)));
  EXPECT_EQ(shown(space.getattr("x")), "1");
  ok(space.delattr("x"));
  EXPECT_EQ(shown(space.getattr("x")),
            "Remote AttributeError: 'Namespace' object has no attribute 'x'");
  ok(space.setattr("_own", number(2)));
  EXPECT_EQ(shown(space.getattr("_own")), "2");
  EXPECT_EQ(space.str(), "Namespace()");

  const ManagedValue value = value_of(manager_.value("i", number(5)));
  ok(value.set(text("any")));
  EXPECT_EQ(shown(value.get()), "'any'");

  const ManagedArray array = value_of(manager_.array('i', Object::list({number(1), number(2)})));
  ok(array.setitem(number(0), number(-1)));
  EXPECT_EQ(value_of(array.to_vector()).at(0).as_int64(), -1);
  EXPECT_EQ(shown(array.getitem(Object::slice(number(1), Object(), Object()))), "array('i', [2])");
  EXPECT_EQ(array.setitem(number(0), text("x")).error().code, ErrorCode::Remote);
  EXPECT_EQ(value_of(array.len()), 2u);
}

TEST_F(ManagerTest, Queues) {
  const ManagedQueue queue = value_of(manager_.queue(1));
  ok(queue.put(number(1)));
  EXPECT_TRUE(value_of(queue.full()));
  EXPECT_EQ(queue.put_nowait(number(2)).error().code, ErrorCode::Full);
  EXPECT_EQ(queue.put(number(2), 1ms).error().code, ErrorCode::Full);
  EXPECT_EQ(value_of(queue.qsize()), 1u);
  EXPECT_EQ(shown(queue.get()), "1");
  EXPECT_EQ(queue.get_nowait().error().code, ErrorCode::Empty);
  EXPECT_EQ(queue.get(kPoll).error().code, ErrorCode::Empty);
  EXPECT_EQ(queue.get(-1s).error().code, ErrorCode::Empty);
  EXPECT_TRUE(value_of(queue.empty()));
  ok(queue.task_done());
  ok(queue.join());
  EXPECT_EQ(queue.task_done().error().message, "ValueError: task_done() called too many times");
  EXPECT_EQ(queue.type_name(), "AutoProxy[Queue]");
}

TEST_F(ManagerTest, LocksAndTheirKin) {
  const ManagedAcquirer lock = value_of(manager_.lock());
  EXPECT_TRUE(value_of(lock.acquire()));
  EXPECT_FALSE(value_of(lock.acquire(kPoll)));
  EXPECT_FALSE(value_of(lock.acquire(1ms)));
  ok(lock.release());
  EXPECT_EQ(lock.release().error().message, "RuntimeError: release unlocked lock");

  const ManagedAcquirer rlock = value_of(manager_.rlock());
  EXPECT_TRUE(value_of(rlock.acquire()) && value_of(rlock.acquire()));
  const ManagedCondition condition = value_of(manager_.condition(rlock));
  EXPECT_FALSE(value_of(condition.wait(1ms)));
  ok(condition.notify());
  ok(condition.notify_all());
  ok(rlock.release());
  ok(condition.release());

  const ManagedAcquirer semaphore = value_of(manager_.bounded_semaphore(1));
  EXPECT_TRUE(value_of(semaphore.acquire()));
  ok(semaphore.release());
  EXPECT_EQ(semaphore.release().error().code, ErrorCode::Remote);
  EXPECT_EQ(manager_.semaphore(-1).error().code, ErrorCode::Remote);

  const ManagedEvent event = value_of(manager_.event());
  EXPECT_FALSE(value_of(event.wait(1ms)));
  ok(event.set());
  EXPECT_TRUE(value_of(event.wait()) && value_of(event.is_set()));
  ok(event.clear());

  const ManagedBarrier barrier = value_of(manager_.barrier(2, 1ms));
  EXPECT_EQ(value_of(barrier.parties()), 2u);
  EXPECT_EQ(barrier.wait().error().code, ErrorCode::BrokenBarrier);
  EXPECT_TRUE(value_of(barrier.broken()));
  ok(barrier.reset());
  EXPECT_EQ(value_of(barrier.n_waiting()), 0u);
  ok(barrier.abort());
}

TEST_F(ManagerTest, AnExceptionComesBackWithItsArguments) {
  const ManagedDict dict = value_of(manager_.dict());
  const Answer answer =
      value_of(dict.invoke("__getitem__", {Object::tuple_of(number(1), text("k"))}));
  ASSERT_EQ(answer.kind, Answer::Kind::Raised);
  EXPECT_EQ(exception_name(answer.value), "KeyError");
  EXPECT_EQ(*repr(answer.value.args()), "((1, 'k'),)");
  const Answer refused = value_of(dict.invoke("has_key", {number(1)}));
  EXPECT_EQ(exception_name(refused.value), "RemoteError");
  EXPECT_EQ(manager_.create("Pool").error().code, ErrorCode::Remote);
}

TEST_F(ManagerTest, ProxiesTravelInsideValues) {
  const ManagedDict dict = value_of(manager_.dict());
  {
    const ManagedList list = value_of(manager_.list());
    ok(dict.setitem(text("l"), list.to_object()));
    EXPECT_EQ(dict.str(), "{'l': " + list.repr() + "}");
  }
  EXPECT_EQ(value_of(manager_.number_of_objects()), 1u);  // the list has no proxy, but lives
  const Object stored = value_of(dict.getitem(text("l")));
  ASSERT_TRUE(Proxy::is_proxy(stored));
  const ManagedList again(value_of(Proxy::from_object(stored)));
  EXPECT_EQ(value_of(manager_.number_of_objects()), 2u);
  ok(again.append(number(1)));
  EXPECT_EQ(shown(again.get_value()), "[1]");
  EXPECT_EQ(again.type_name(), "ListProxy");

  const ManagedQueue queue = value_of(manager_.queue());
  ok(queue.put(queue.to_object()));
  const ManagedQueue same(value_of(Proxy::from_object(value_of(queue.get()))));
  EXPECT_EQ(same.ident(), queue.ident());
  EXPECT_EQ(same.type_name(), "AutoProxy[Queue]");
}

TEST_F(ManagerTest, CopiesAreOneReferenceAndRebuiltProxiesAnother) {
  const ManagedList list = value_of(manager_.list());
  const ManagedList copy = list;
  EXPECT_TRUE(copy == list);
  const Proxy rebuilt = value_of(Proxy::from_object(list.to_object()));
  EXPECT_FALSE(rebuilt == static_cast<const Proxy&>(list));
  EXPECT_NE(value_of(manager_.debug_info()).find("refcount=2"), std::string::npos);
}

TEST_F(ManagerTest, DroppingTheLastProxyFreesTheObject) {
  {
    const ManagedList list = value_of(manager_.list());
    const ManagedList copy = list;
    EXPECT_EQ(value_of(manager_.number_of_objects()), 1u);
  }
  EXPECT_EQ(value_of(manager_.number_of_objects()), 0u);
}

TEST_F(ManagerTest, TwoServersObjectsMayHoldEachOthersProxies) {
  const Manager other = start();
  const ManagedList list = value_of(other.list(Object::list({number(1)})));
  const ManagedDict dict = value_of(manager_.dict());
  ok(dict.setitem(text("l"), list.to_object()));
  const ManagedList again(value_of(Proxy::from_object(value_of(dict.getitem(text("l"))))));
  EXPECT_EQ(shown(again.get_value()), "[1]");
  EXPECT_EQ(again.address(), other.address());
}

TEST_F(ManagerTest, AKeyOfItsOwnIsKnownToProxiesOfThisProcess) {
  const Manager keyed = start({.authkey = "another key"});
  EXPECT_EQ(keyed.authkey(), "another key");
  const ManagedList list = value_of(keyed.list());
  EXPECT_TRUE(Proxy::from_object(list.to_object()));
}

TEST_F(ManagerTest, ManyThreadsShareAProxy) {
  const ManagedList list = value_of(manager_.list());
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  for (int id = 0; id < kThreads; ++id) {
    threads.emplace_back([&list, id] {
      for (int i = 0; i < kEach; ++i) ok(list.append(number(id)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int id = 0; id < kThreads; ++id) {
    EXPECT_EQ(value_of(list.count(number(id))), static_cast<std::size_t>(kEach));
  }
}

TEST_F(ManagerTest, LargeValuesArriveWhole) {
  const ManagedList list = value_of(manager_.list());
  std::string content(5'000'000, 'x');
  content[4'999'999] = 'y';
  ok(list.append(Object::bytes(content)));
  EXPECT_EQ(value_of(list.getitem(number(0))).as_bytes(), content);
}

// --- Other processes -----------------------------------------------------------------------------

TEST_F(ManagerTest, AForkedChildUsesItsParentsProxies) {
  const ManagedList list = value_of(manager_.list());
  ok(list.append(text("parent")));
  Forked child([&] {
    ok(list.append(text("child")));
    EXPECT_EQ(manager_.shutdown().error().code, ErrorCode::NotOwner);
  });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(shown(list.get_value()), "['parent', 'child']");
}

TEST_F(ManagerTest, AChildKeepsWhatItsParentDrops) {
  std::optional<ManagedList> list = value_of(manager_.list(Object::list({number(1)})));
  const Signal adopted;
  const Signal dropped;
  Forked child([&] {
    ok(adopt_inherited_proxies());
    adopted.raise();
    ASSERT_TRUE(dropped.await());
    EXPECT_EQ(shown(list->get_value()), "[1]");
    list.reset();
  });
  ASSERT_TRUE(adopted.await());
  list.reset();
  dropped.raise();
  EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(value_of(manager_.number_of_objects()), 0u);
}

TEST_F(ManagerTest, AClientKilledInGetTakesNoItem) {
  // Over TCP its end looks different: the connection is closed in one direction only.
  for (const Manager& manager : {manager_, start({.address = InetAddress{"127.0.0.1", 0}})}) {
    const ManagedQueue queue = value_of(manager.queue());
    const Signal ready;
    Forked child([&] {
      EXPECT_TRUE(queue.empty());  // its session is open
      ready.raise();
      static_cast<void>(queue.get());
    });
    ASSERT_TRUE(ready.await());
    child.await_asleep();
    child.kill_and_reap();
    ok(queue.put(text("kept")));
    EXPECT_EQ(shown(queue.get(testing::kTestDeadline)), "'kept'");
  }
}

TEST_F(ManagerTest, LocksOfAKilledClientArePassedOn) {
  for (const ManagedAcquirer& lock : {value_of(manager_.lock()), value_of(manager_.rlock())}) {
    const Signal held;
    Forked child([&] {
      EXPECT_TRUE(value_of(lock.acquire()));
      held.raise();
      testing::sleep_for_ever();
    });
    ASSERT_TRUE(held.await());
    EXPECT_FALSE(value_of(lock.acquire(kPoll)));
    child.kill_and_reap();
    EXPECT_TRUE(value_of(lock.acquire(testing::kTestDeadline))) << lock.type_id();
    ok(lock.release());
  }
}

TEST_F(ManagerTest, ReferencesOfAKilledClientAreGivenBack) {
  const Signal made;
  Forked child([&] {
    const ManagedList list = value_of(manager_.list());
    made.raise();
    testing::sleep_for_ever();
  });
  ASSERT_TRUE(made.await());
  EXPECT_EQ(value_of(manager_.number_of_objects()), 1u);
  child.kill_and_reap();
  const Deadline deadline = Deadline::after(testing::kTestDeadline);
  while (value_of(manager_.number_of_objects()) != 0) ASSERT_FALSE(deadline.passed());
}

TEST_F(ManagerTest, InheritedConnectionsDoNotHideADeath) {
  const ManagedAcquirer rlock = value_of(manager_.rlock());
  const Signal held;
  const Signal end;
  Forked child([&] {
    EXPECT_TRUE(value_of(rlock.acquire()));
    // A grandchild that never touches a proxy has the connection's descriptor, if nobody closed it.
    const pid_t grandchild = ::fork();
    if (grandchild == 0) {
      end.await();
      ::_exit(0);
    }
    held.raise();
    testing::sleep_for_ever();
  });
  ASSERT_TRUE(held.await());
  child.kill_and_reap();
  EXPECT_TRUE(value_of(rlock.acquire(testing::kTestDeadline)));
  end.raise();
}

// --- The server's life ---------------------------------------------------------------------------

TEST_F(ManagerTest, ShutdownLeavesNothing) {
  const std::string socket = std::get<UnixAddress>(manager_.address()).path;
  const ManagedList list = value_of(manager_.list());
  EXPECT_TRUE(std::filesystem::exists(socket));
  ok(manager_.shutdown());
  EXPECT_FALSE(std::filesystem::exists(socket));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(socket).parent_path()));
  EXPECT_EQ(::kill(*manager_.pid(), 0), -1);
  EXPECT_EQ(list.append(number(1)).error().code, ErrorCode::NotFound);
  EXPECT_EQ(Manager::connect(manager_.address(), manager_.authkey()).error().code,
            ErrorCode::NotFound);
  EXPECT_EQ(list.str(),
            "<ListProxy object, typeid 'list' at 0x" + list.ident() + "; '__str__()' failed>");
  ok(manager_.shutdown());
}

TEST_F(ManagerTest, ShutdownEndsWaitingCalls) {
  const ManagedQueue queue = value_of(manager_.queue());
  std::thread waiting([&] { EXPECT_FALSE(queue.get()); });
  ok(manager_.shutdown());
  waiting.join();
}

TEST_F(ManagerTest, AKilledServerIsNoticed) {
  const ManagedList list = value_of(manager_.list());
  EXPECT_EQ(value_of(list.len()), 0u);  // its session is open
  ASSERT_EQ(::kill(*manager_.pid(), SIGKILL), 0);
  const base::UniqueFd server = manager::open_pidfd(*manager_.pid());
  ASSERT_TRUE(*base::poll_readable(server.get(), Deadline::after(testing::kTestDeadline)));
  EXPECT_EQ(list.len().error().code, ErrorCode::Disconnected);
  EXPECT_EQ(list.len().error().code, ErrorCode::NotFound);
  EXPECT_EQ(Manager::connect(manager_.address(), manager_.authkey()).error().code,
            ErrorCode::NotFound);
  const std::string socket = std::get<UnixAddress>(manager_.address()).path;
  EXPECT_TRUE(std::filesystem::exists(socket));
  ok(manager_.shutdown());
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(socket).parent_path()));
}

TEST_F(ManagerTest, InterruptsAreNotForTheServer) {
  ASSERT_EQ(::kill(*manager_.pid(), SIGINT), 0);
  EXPECT_TRUE(manager_.list());
}

TEST_F(ManagerTest, TheServerKeepsNoneOfOurDescriptors) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const base::UniqueFd reader(ends[0]);
  base::UniqueFd writer(ends[1]);
  const Manager second = start();
  writer.reset();
  EXPECT_TRUE(*base::poll_readable(reader.get(), Deadline::after(testing::kTestDeadline)));
}

TEST_F(ManagerTest, TheServerEndsWhenItsStarterWasKilledAndNoClientIsLeft) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const base::UniqueFd reader(ends[0]);
  const base::UniqueFd writer(ends[1]);
  Forked starter([&] {
    const Manager own = start();
    const ManagedList list = value_of(own.list());
    const pid_t pid = *own.pid();
    EXPECT_EQ(::write(writer.get(), &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
    testing::sleep_for_ever();
  });
  pid_t pid = 0;
  ASSERT_EQ(::read(reader.get(), &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  const base::UniqueFd server = manager::open_pidfd(pid);
  ASSERT_TRUE(server);
  starter.kill_and_reap();
  EXPECT_TRUE(*base::poll_readable(server.get(), Deadline::after(testing::kTestDeadline)));
}

TEST(ManagerConnect, NeedsTheKey) {
  const Manager manager = start({.authkey = "right"});
  EXPECT_EQ(Manager::connect(manager.address(), "wrong").error().code,
            ErrorCode::AuthenticationFailed);
  const Manager client = value_of(Manager::connect(manager.address(), "right"));
  EXPECT_FALSE(client.pid());
  EXPECT_TRUE(client.list());
}

TEST(ManagerConnect, WorksOverTcpAndAbstractNames) {
  for (const Address& address :
       {Address(InetAddress{"127.0.0.1", 0}),
        Address(UnixAddress{std::string(1, '\0') + "mp-test-" + std::to_string(::getpid())})}) {
    const Manager manager = start({.address = address});
    const Manager client = value_of(Manager::connect(manager.address(), manager.authkey()));
    const ManagedList list = value_of(client.list());
    ok(list.append(Object::bytes(std::string(100'000, 'x'))));
    EXPECT_EQ(value_of(list.getitem(number(0))).as_bytes().size(), 100'000u);
    const ManagedDict dict = value_of(client.dict());
    ok(dict.setitem(text("l"), list.to_object()));
    EXPECT_TRUE(Proxy::from_object(value_of(dict.getitem(text("l")))));
  }
}

TEST(ManagerConnect, TellsAnAddressThatIsTaken) {
  const Manager manager = start();
  const Result<Manager> second = Manager::start({.address = manager.address()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  EXPECT_TRUE(manager.list());
}

}  // namespace
}  // namespace mp
