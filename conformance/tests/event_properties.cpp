// EVENT: sequences of calls by several processes, one after another, agree with a flag.
#include "model/result.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {
namespace {

struct Flag {
  bool set = false;
};

class EventCall : public ModelledCall<Flag> {
 protected:
  explicit EventCall(std::string method, Args args = {})
      : ModelledCall(std::move(method), std::move(args)) {
    actor_ = *gen::in_range<std::size_t>(0, 3);
  }
};

class Set : public EventCall {
 public:
  Set() : EventCall("set") {}
  ModelResult model(Flag& flag) const override {
    flag.set = true;
    return Value();
  }
};

class Clear : public EventCall {
 public:
  Clear() : EventCall("clear") {}
  ModelResult model(Flag& flag) const override {
    flag.set = false;
    return Value();
  }
};

class IsSet : public EventCall {
 public:
  IsSet() : EventCall("is_set") {}
  ModelResult model(Flag& flag) const override { return Value(flag.set); }
};

class EventProperties : public Conformance {};

TEST_F(EventProperties, EVENT_001_AnySequenceAgreesWithAFlag) {
  const auto make = [&] {
    const Object event = main().make("Event");
    return Subject{{&main(), &main().spawn({event}).actor, &main().spawn({event}).actor}, {event}};
  };
  const auto round = [&](Subject& subject) {
    check_sequence(Flag(), subject, rc::state::gen::execOneOfWithArgs<Set, Clear, IsSet>());
    main().call(subject.objects[0], "clear");
  };
  check_property(reusing(make, round));
}

}  // namespace
}  // namespace mpspec
