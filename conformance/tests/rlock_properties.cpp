// RLOCK: sequences of calls by several processes, one after another, agree with a model.
#include "model/rlock_model.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {
namespace {

class Acquire : public ModelledCall<RLockModel> {
 public:
  Acquire()
      : ModelledCall("acquire", *rc::gen::elementOf(std::vector<Args>{
                                    {false}, {true, 0}, {true, -0.5}, {false, 3600.0}})) {
    actor_ = *gen::in_range<std::size_t>(0, 3);
  }
  ModelResult model(RLockModel& lock) const override { return lock.acquire(actor_); }
};

/// By the holder: what others get is another clause's.
class Release : public ModelledCall<RLockModel> {
 public:
  Release() : ModelledCall("release") { actor_ = *gen::in_range<std::size_t>(0, 3); }
  void checkPreconditions(const RLockModel& lock) const override { RC_PRE(lock.held_by(actor_)); }
  ModelResult model(RLockModel& lock) const override { return lock.release(actor_); }
};

class RLockProperties : public Conformance {};

TEST_F(RLockProperties, RLOCK_002_AnySequenceAgreesWithAModel) {
  const auto make = [&] {
    const Object lock = main().make("RLock");
    return Subject{{&main(), &main().spawn({lock}).actor, &main().spawn({lock}).actor}, {lock}};
  };
  const auto round = [](Subject& subject) {
    const RLockModel last = check_sequence(RLockModel(), subject,
                                           rc::state::gen::execOneOfWithArgs<Acquire, Release>());
    for (int level = last.level(); level > 0; --level)
      subject.actors[last.holder()]->call(subject.objects[0], "release");
  };
  check_property(reusing(make, round));
}

}  // namespace
}  // namespace mpspec
