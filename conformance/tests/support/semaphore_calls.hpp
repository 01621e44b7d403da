// Sequences of calls that do not wait, on a Lock, Semaphore or BoundedSemaphore.
#pragma once

#include "model/semaphore_model.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {

class SemaphoreCall : public ModelledCall<SemaphoreModel> {
 protected:
  SemaphoreCall(std::string method, Args args) : ModelledCall(std::move(method), std::move(args)) {
    actor_ = *gen::in_range<std::size_t>(0, 3);
  }
};

class TryAcquire : public SemaphoreCall {
 public:
  TryAcquire()
      : SemaphoreCall("acquire", *rc::gen::elementOf(std::vector<Args>{
                                     {false}, {true, 0}, {true, -0.5}, {false, 3600.0}})) {}
  ModelResult model(SemaphoreModel& semaphore) const override { return semaphore.acquire(); }
};

class Release : public SemaphoreCall {
 public:
  Release() : SemaphoreCall("release", {}) {}
  ModelResult model(SemaphoreModel& semaphore) const override { return semaphore.release(); }
};

class GetValue : public SemaphoreCall {
 public:
  GetValue() : SemaphoreCall("get_value", {}) {}
  ModelResult model(SemaphoreModel& semaphore) const override { return Value(semaphore.value()); }
};

/// A property: any sequence of these calls by three processes, one after another, agrees with the
/// model, which is in the state in which `type` is made with `args`.
template <class... Calls>
void check_semaphore_calls(Actor& main, const std::string& type, const Args& args,
                           const SemaphoreModel& initial) {
  const auto make = [&] {
    const Object object = main.make(type, args);
    return Subject{{&main, &main.spawn({object}).actor, &main.spawn({object}).actor}, {object}};
  };
  const auto round = [&](Subject& subject) {
    const auto last =
        check_sequence(initial, subject, rc::state::gen::execOneOfWithArgs<Calls...>());
    for (auto value = last.value(); value < initial.value(); ++value)
      main.call(subject.objects[0], "release");
    for (auto value = last.value(); value > initial.value(); --value)
      main.call(subject.objects[0], "acquire");
  };
  check_property(reusing(make, round));
}

}  // namespace mpspec
