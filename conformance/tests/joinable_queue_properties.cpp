// JOINABLE: sequences of operations agree with a counting queue of the model.
#include "model/joinable.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

class JoinableQueueProperties : public Conformance {
 protected:
  /// A queue of this process and one child.
  Subject make(int maxsize) {
    const Object queue = main().make("JoinableQueue", {maxsize});
    return {{&main(), &main().spawn({queue}).actor}, {queue}};
  }
};

/// Any actor may work an item off; actor 0 puts.
struct JoinableCall : ModelledCall<JoinableModel> {
  JoinableCall(std::string method, Args args = {})
      : ModelledCall(std::move(method), std::move(args)) {}
  void by_any_actor() { actor_ = *gen::in_range<std::size_t>(0, 2); }
};

struct Put : JoinableCall {
  Put() : JoinableCall("put", {*gen::common()}) {}
  ModelResult model(JoinableModel& state) const override { return state.put(args_[0]); }
};

struct Get : JoinableCall {
  Get() : JoinableCall("get") { by_any_actor(); }
  void checkPreconditions(const JoinableModel& state) const override { RC_PRE(!state.empty()); }
  ModelResult model(JoinableModel& state) const override { return state.get(); }
};

struct TaskDone : JoinableCall {
  TaskDone() : JoinableCall("task_done") { by_any_actor(); }
  ModelResult model(JoinableModel& state) const override { return state.task_done(); }
};

/// Only when it need not wait.
struct Join : JoinableCall {
  Join() : JoinableCall("join") { by_any_actor(); }
  void checkPreconditions(const JoinableModel& state) const override {
    RC_PRE(state.unfinished() == 0);
  }
  ModelResult model(JoinableModel&) const override { return Value(); }
};

TEST_F(JoinableQueueProperties, JOINABLE_001_PlacesAgreeWithTheModelOfQueue) {
  using namespace fifo;
  check_property(reusing(
      [&] { return make(3); },
      [](Subject& subject) { check_round<PutNowait, fifo::Get<2>, FailingGet<2>>(subject, 3); }));
}

TEST_F(JoinableQueueProperties, JOINABLE_001_QsizeAndFullAgreeWithTheModelOfQueue) {
  using namespace fifo;
  if (main().call(main().make("JoinableQueue"), "qsize").error() == "NotImplementedError")
    adapter().stop(Verdict::unsupported, "JoinableQueue.qsize");
  check_property(reusing(
      [&] { return make(2); },
      [](Subject& subject) { check_round<PutNowait, fifo::Get<2>, Qsize, Full>(subject, 2); }));
}

TEST_F(JoinableQueueProperties, JOINABLE_001_AnyValueIsAnItem) {
  const Subject subject = make(0);
  check_property([&](const Value& item) {
    RC_ASSERT(subject.actors[1]->call(subject.objects[0], "put", {item}) == Outcome(Value()));
    RC_ASSERT(main().call(subject.objects[0], "get") == Outcome(item));
  });
}

TEST_F(JoinableQueueProperties, JOINABLE_005_TaskDoneAgreesWithTheModel) {
  check_property(
      reusing([&] { return make(0); },
              [](Subject& subject) {
                JoinableModel left =
                    check_sequence(JoinableModel(), subject,
                                   rc::state::gen::execOneOfWithArgs<Put, Get, TaskDone, Join>());
                Actor& actor = *subject.actors[0];
                const Object& queue = subject.objects[0];
                while (!left.empty()) RC_ASSERT(actor.call(queue, "get") == to_outcome(left.get()));
                while (left.unfinished() > 0)
                  RC_ASSERT(actor.call(queue, "task_done") == to_outcome(left.task_done()));
              }));
}

}  // namespace
}  // namespace mpspec
