// MQUEUE: sequences of operations agree with a queue of the model.
#include "model/fifo.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/managed.hpp"
#include "tests/support/operation_table.hpp"

namespace mpspec {
namespace {

using Table = std::vector<Operation<FifoModel>>;

/// Everything that does not wait. Other than with Queue, what was put is there at once.
const Table& table() {
  const auto item = rc::gen::weightedOneOf<Value>({{2, gen::common()}, {1, gen::any()}});
  const auto no = rc::gen::just(Value(false));
  const auto put = [](FifoModel& q, const Args& a) { return q.put(a[0]); };
  const auto get = [](FifoModel& q, const Args&) { return q.get(); };
  static const Table rows = {
      {"put_nowait", args_of(item), put},
      {"put", args_of(item, no), put},
      {"put", args_of(item), put, [](const FifoModel& q, const Args&) { return !q.full(); }},
      {"get_nowait", args_of(), get},
      {"get", args_of(no), get},
      {"get", args_of(), get, [](const FifoModel& q, const Args&) { return !q.empty(); }},
      {"qsize", args_of(), [](FifoModel& q, const Args&) { return ModelResult(Value(q.size())); }},
      {"empty", args_of(), [](FifoModel& q, const Args&) { return ModelResult(Value(q.empty())); }},
      {"full", args_of(), [](FifoModel& q, const Args&) { return ModelResult(Value(q.full())); }},
  };
  return rows;
}

class ManagedQueueProperties : public ManagedConformance {
 protected:
  void check(const std::string& type, int maxsize) {
    const Object queue = make(type, {maxsize});
    const auto children = spawn(2, {queue});
    Subject subject{{&main(), &children[0].actor, &children[1].actor}, {queue}};
    check_property([&] {
      while (main().call(queue, "get_nowait").ok()) continue;
      check_sequence(FifoModel(maxsize), subject, from_table(table(), subject.actors.size()));
    });
  }
};

TEST_F(ManagedQueueProperties, MQUEUE_001_AnySequenceAgreesWithTheModel) { check("Queue", 0); }

TEST_F(ManagedQueueProperties, MQUEUE_001_AnySequenceOfAJoinableQueueAgreesWithTheModel) {
  check("JoinableQueue", 0);
}

TEST_F(ManagedQueueProperties, MQUEUE_005_AnySequenceWithABoundAgreesWithTheModel) {
  check("Queue", 3);
}

}  // namespace
}  // namespace mpspec
