// SEMAPHORE, BOUNDED: sequences of calls by several processes, one after another, agree with a
// model.
#include "tests/support/semaphore_calls.hpp"

namespace mpspec {
namespace {

class SemaphoreProperties : public Conformance {};
class BoundedSemaphoreProperties : public Conformance {};

TEST_F(SemaphoreProperties, SEMAPHORE_005_AnySequenceAgreesWithAModel) {
  check_semaphore_calls<TryAcquire, Release>(main(), "Semaphore", {2},
                                             SemaphoreModel::unbounded(2));
}

TEST_F(SemaphoreProperties, SEMAPHORE_006_AnySequenceAgreesWithAModel) {
  check_semaphore_calls<TryAcquire, Release, GetValue>(main(), "Semaphore", {3},
                                                       SemaphoreModel::unbounded(3));
}

/// Below the bound.
class ReleaseBelow : public Release {
 public:
  void checkPreconditions(const SemaphoreModel& semaphore) const override {
    RC_PRE(!semaphore.full());
  }
};

TEST_F(BoundedSemaphoreProperties, BOUNDED_001_AnySequenceAgreesWithAModel) {
  check_semaphore_calls<TryAcquire, ReleaseBelow>(main(), "BoundedSemaphore", {3},
                                                  SemaphoreModel::bounded(3));
}

TEST_F(BoundedSemaphoreProperties, BOUNDED_001_AnySequenceWithGetValueAgreesWithAModel) {
  check_semaphore_calls<TryAcquire, ReleaseBelow, GetValue>(main(), "BoundedSemaphore", {2},
                                                            SemaphoreModel::bounded(2));
}

TEST_F(BoundedSemaphoreProperties, BOUNDED_003_AnySequenceAgreesWithAModel) {
  check_semaphore_calls<TryAcquire, Release>(main(), "BoundedSemaphore", {2},
                                             SemaphoreModel::bounded(2));
}

}  // namespace
}  // namespace mpspec
