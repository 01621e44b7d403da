#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "manager/testing/child_program.hpp"
#include "manager/testing/pythons.hpp"
#include "mp/batch.hpp"
#include "mp/manager.hpp"

// C++ proxies as clients of unmodified CPython manager servers (server.py).
namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

class PythonServer : public ::testing::Test {
 protected:
  /// Runs `body` with manager_ connected to a new server of each CPython.
  void with_each_server(const std::function<void()>& body) {
    with_each_python([&](const std::string& python) {
      start(python);
      if (!HasFatalFailure()) body();
      stop();
    });
  }
  void start(const std::string& python) {
    std::string pattern = ::testing::TempDir() + "mp-interop-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    server_.emplace(
        std::vector<std::string>{python, "-B", MP_INTEROP_FOLDER "/server.py", folder_, "6b6579"});
    const std::optional<std::string> address = server_->read_line();
    ASSERT_TRUE(address) << "no server";
    Result<Manager> connected = Manager::connect(UnixAddress{*address}, "key");
    ASSERT_TRUE(connected) << connected.error().message;
    manager_.emplace(*std::move(connected));
  }
  void stop() {
    manager_.reset();
    EXPECT_EQ(server_->wait(), 0);
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  static std::string shown(const Result<Object>& result) {
    return result ? repr(*result).value_or("?") : result.error().message;
  }
  static Object number(std::int64_t value) { return Object::integer(value); }
  static Object text(std::string_view value) { return Object::str(value); }

  std::string folder_;
  std::optional<ChildProgram> server_;
  std::optional<Manager> manager_;
};

TEST_F(PythonServer, Dicts) {
  with_each_server([&] {
    const auto dict = manager_->dict(std::nullopt, [] {
      Object keywords = Object::dict();
      EXPECT_TRUE(keywords.as_dict().set(Object::str("a"), Object::integer(1)));
      return keywords;
    }());
    ASSERT_TRUE(dict) << dict.error().message;
    EXPECT_TRUE(dict->setitem(text("b"), Object::tuple_of(number(2), text("x"))));
    EXPECT_EQ(shown(dict->copy()), "{'a': 1, 'b': (2, 'x')}");
    EXPECT_EQ(dict->keys()->size(), 2u);
    EXPECT_EQ(dict->items()->at(1).first.as_str(), "b");
    EXPECT_EQ(dict->iterate()->at(1).as_str(), "b");  // by a '#PROXY' iterator
    EXPECT_EQ(shown(dict->to_dict()), shown(dict->copy()));
    EXPECT_EQ(dict->str(), "{'a': 1, 'b': (2, 'x')}");
    const Result<Answer> missing = dict->invoke("__getitem__", {number(7)});
    ASSERT_TRUE(missing);
    EXPECT_EQ(exception_name(missing->value), "KeyError");
    EXPECT_EQ(missing->value.args().items()[0].as_int64(), 7);
    EXPECT_EQ(dict->getitem(Object::list()).error().message, "TypeError: unhashable type: 'list'");
  });
}

TEST_F(PythonServer, ADictsIteratorIsALiveObject) {
  with_each_server([&] {
    const auto dict = manager_->dict(Object::list({Object::tuple_of(number(1), number(2))}));
    ASSERT_TRUE(dict);
    const Result<Proxy> iterator = dict->call_for_proxy("__iter__");
    ASSERT_TRUE(iterator) << iterator.error().message;
    EXPECT_EQ(iterator->type_name(), "IteratorProxy");
    EXPECT_EQ(*manager_->number_of_objects(), 2u);
    EXPECT_TRUE(dict->setitem(number(3), number(4)));
    EXPECT_EQ(iterator->call("__next__").error().message,
              "RuntimeError: dictionary changed size during iteration");
    EXPECT_EQ(dict->call("__iter__").error().code, ErrorCode::InvalidArgument);
  });
}

TEST_F(PythonServer, ListsAndArrays) {
  with_each_server([&] {
    const auto list = manager_->list(Object::list({number(3), number(1)}));
    ASSERT_TRUE(list);
    EXPECT_TRUE(list->append(number(2)));
    EXPECT_TRUE(list->sort());
    EXPECT_EQ(shown(list->get_value()), "[1, 2, 3]");
    EXPECT_EQ(list->reversed()->at(0).as_int64(), 3);
    EXPECT_EQ(shown(list->getitem(Object::slice(number(1), Object(), Object()))), "[2, 3]");
    EXPECT_EQ(shown(list->pop(9)), "IndexError: pop index out of range");
    EXPECT_EQ(shown(list->call("clear")).substr(0, 37), "multiprocessing.managers.RemoteError:");

    const auto array = manager_->array('d', Object::list({number(1), Object::real(0.5)}));
    ASSERT_TRUE(array);
    EXPECT_EQ(array->to_vector()->at(1).as_double(), 0.5);
    EXPECT_EQ(shown(array->getitem(Object::slice(Object(), number(1), Object()))),
              "array('d', [1.0])");
  });
}

TEST_F(PythonServer, NamespacesAndValues) {
  with_each_server([&] {
    const auto space = manager_->name_space();
    ASSERT_TRUE(space);
    EXPECT_TRUE(space->setattr("x", number(1)));
    EXPECT_EQ(shown(space->getattr("x")), "1");
    EXPECT_EQ(space->getattr("y").error().message,
              "AttributeError: 'Namespace' object has no attribute 'y'");
    const auto value = manager_->value("i", number(5));
    ASSERT_TRUE(value);
    EXPECT_TRUE(value->set(text("any")));
    EXPECT_EQ(shown(value->get()), "'any'");
  });
}

TEST_F(PythonServer, QueuesAndLocks) {
  with_each_server([&] {
    const auto queue = manager_->queue(1);
    ASSERT_TRUE(queue);
    EXPECT_TRUE(queue->put(number(1)));
    EXPECT_EQ(queue->put_nowait(number(2)).error().code, ErrorCode::Full);
    EXPECT_EQ(shown(queue->get()), "1");
    EXPECT_EQ(queue->get(1ms).error().code, ErrorCode::Empty);
    const auto lock = manager_->lock();
    ASSERT_TRUE(lock);
    EXPECT_TRUE(*lock->acquire());
    EXPECT_FALSE(*lock->acquire(1ms));
    EXPECT_TRUE(lock->release());
    const auto condition = manager_->condition();
    ASSERT_TRUE(condition && *condition->acquire());
    EXPECT_FALSE(*condition->wait(1ms));
    EXPECT_TRUE(condition->release());
    const auto event = manager_->event();
    std::thread waiting([&] { EXPECT_TRUE(*event->wait()); });
    EXPECT_TRUE(event->set());
    waiting.join();
    const auto barrier = manager_->barrier(1);
    EXPECT_EQ(*barrier->wait(), 0u);
    EXPECT_EQ(*barrier->parties(), 1u);
    EXPECT_TRUE(manager_->rlock() && manager_->semaphore() && manager_->bounded_semaphore());
  });
}

TEST_F(PythonServer, ProxiesTravelInsideValues) {
  with_each_server([&] {
    const auto dict = manager_->dict();
    const auto queue = manager_->queue();
    ASSERT_TRUE(dict && queue);
    {
      const auto list = manager_->list();
      ASSERT_TRUE(list);
      EXPECT_TRUE(dict->setitem(text("l"), list->to_object()));
      EXPECT_TRUE(queue->put(list->to_object()));
    }
    const Result<Proxy> stored = Proxy::from_object(*dict->getitem(text("l")));
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_TRUE(ManagedList(*stored).append(number(1)));
    const Result<Proxy> item = Proxy::from_object(*queue->get());
    ASSERT_TRUE(item);
    EXPECT_EQ(item->ident(), stored->ident());
    EXPECT_EQ(item->str(), "[1]");
  });
}

TEST_F(PythonServer, BatchesWork) {
  with_each_server([&] {
    const auto dict = manager_->dict();
    ASSERT_TRUE(dict);
    Batch batch;
    const Object large = Object::bytes(std::string(50'000, 'x'));
    for (int i = 0; i < 50; ++i) {
      batch.call(*dict, "__setitem__", {number(i), large}).call(*dict, "__getitem__", {number(i)});
    }
    batch.call(*dict, "__getitem__", {text("?")}).call(*dict, "__iter__");
    const auto answers = batch.run();
    ASSERT_TRUE(answers) << answers.error().message;
    ASSERT_EQ(answers->size(), 102u);
    EXPECT_EQ((*answers)[99].value.as_bytes().size(), 50'000u);
    EXPECT_EQ(exception_text((*answers)[100].value), "KeyError: '?'");
    EXPECT_EQ((*answers)[101].kind, Answer::Kind::MadeProxy);
    EXPECT_EQ((*dict->get_many({number(7), text("?")}))[0]->as_bytes().size(), 50'000u);
    EXPECT_EQ(dict->increment(number(1)).error().code, ErrorCode::Remote);
  });
}

TEST_F(PythonServer, CountsOurReferences) {
  with_each_server([&] {
    EXPECT_EQ(*manager_->number_of_objects(), 0u);
    {
      const auto list = manager_->list();
      const auto copy = *list;
      EXPECT_EQ(*manager_->number_of_objects(), 1u);
    }
    EXPECT_EQ(*manager_->number_of_objects(), 0u);
  });
}

TEST_F(PythonServer, RefusesAWrongKey) {
  with_each_server([&] {
    EXPECT_EQ(Manager::connect(manager_->address(), "wrong").error().code,
              ErrorCode::AuthenticationFailed);
  });
}

}  // namespace
}  // namespace mp::manager::testing
