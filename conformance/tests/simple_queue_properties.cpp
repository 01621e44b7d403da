// SIMPLE: sequences of operations of several processes agree with a queue of the model.
#include "tests/support/conformance.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

class SimpleQueueProperties : public Conformance {
 protected:
  template <class... Commands>
  void check() {
    check_property(reusing(
        [&] {
          const Object queue = main().make("SimpleQueue");
          return Subject{{&main(), &main().spawn({queue}).actor}, {queue}};
        },
        [](Subject& subject) { fifo::check_round<Commands...>(subject, 0); }));
  }
};

TEST_F(SimpleQueueProperties, SIMPLE_001_AnyPutsAndGetsAgreeWithTheModel) {
  check<fifo::Put<2>, fifo::Get<2>>();
}

TEST_F(SimpleQueueProperties, SIMPLE_003_EmptyAgreesWithTheModel) {
  check<fifo::Put<2>, fifo::Get<2>, fifo::IsEmpty<2>>();
}

}  // namespace
}  // namespace mpspec
