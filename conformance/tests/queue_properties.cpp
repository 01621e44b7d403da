// QUEUE: sequences of operations agree with a queue of the model.
#include "tests/support/conformance.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

class QueueProperties : public Conformance {
 protected:
  /// A queue of this process and one child; the child is actor 1 of the commands.
  template <class... Commands>
  void check(long long maxsize) {
    check_property(reusing(
        [&, maxsize] {
          const Object queue = main().make("Queue", {maxsize});
          return Subject{{&main(), &main().spawn({queue}).actor}, {queue}};
        },
        [maxsize](Subject& subject) { fifo::check_round<Commands...>(subject, maxsize); }));
  }
  void skip_without(const std::string& method) {
    const Outcome outcome = main().call(main().make("Queue"), method);
    if (outcome.error() == "NotImplementedError")
      adapter().stop(Verdict::unsupported, "Queue." + method);
  }
};

TEST_F(QueueProperties, QUEUE_001_AnyPutsAndGetsAgreeWithTheModel) {
  check<fifo::Put<>, fifo::Get<2>>(0);
}

TEST_F(QueueProperties, QUEUE_003_AnyValueIsAnItem) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  check_property([&](const Value& item) {
    RC_ASSERT(child.actor.call(queue, "put", {item}) == Outcome(Value()));
    RC_ASSERT(main().call(queue, "get") == Outcome(item));
  });
}

TEST_F(QueueProperties, QUEUE_013_PlacesAgreeWithTheModel) {
  check<fifo::PutNowait, fifo::Get<2>, fifo::FailingGet<2>>(3);
}

TEST_F(QueueProperties, QUEUE_019_QsizeAgreesWithTheModel) {
  skip_without("qsize");
  check<fifo::Put<>, fifo::Get<2>, fifo::Qsize>(0);
}

TEST_F(QueueProperties, QUEUE_020_FullAgreesWithTheModel) {
  skip_without("full");
  check<fifo::PutNowait, fifo::Get<2>, fifo::Full>(2);
}

}  // namespace
}  // namespace mpspec
