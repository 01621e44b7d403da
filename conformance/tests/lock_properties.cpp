// LOCK: sequences of calls by several processes, one after another, agree with a model.
#include "tests/support/semaphore_calls.hpp"

namespace mpspec {
namespace {

class LockProperties : public Conformance {};

TEST_F(LockProperties, LOCK_001_AnySequenceAgreesWithAModel) {
  check_semaphore_calls<TryAcquire, Release>(main(), "Lock", {}, SemaphoreModel::lock());
}

}  // namespace
}  // namespace mpspec
