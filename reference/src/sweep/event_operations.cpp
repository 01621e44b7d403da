#include "mp/event.hpp"
#include "sweep/operations.hpp"

namespace mp::sweep {
namespace {

/// Two events with which the survivors take turns, in a world around a third.
World world_around(const Event& event) {
  const Event ping = require(Event::create(), "an event is made");
  const Event pong = require(Event::create(), "an event is made");
  World world;
  world.inspect = [event] {
    event.clear();
    require(!event.is_set() && !event.wait(kPoll), "a cleared event is clear");
  };
  world.work = [event, ping, pong](int survivor) {
    const auto await = [](const Event& own) {
      require(own.wait(kPatience), "an event that was set is seen");
      own.clear();
    };
    for (int round = 0; round < 4; ++round) {
      if (survivor == 0) pong.set();
      await(survivor == 0 ? ping : pong);
      if (survivor == 1) ping.set();
    }
    if (survivor == 0) event.set();
    require(event.wait(kPatience), "an event that was set is seen");
  };
  return world;
}

std::function<void()> waiter(const Event& event) {
  return [event] { require(event.wait(kPatience), "who waits sees the event set"); };
}

World set() {
  const Event event = require(Event::create(), "an event is made");
  World world = world_around(event);
  world.bystanders = {waiter(event), waiter(event)};
  world.operate = [event] { event.set(); };
  world.inspect = [event] {
    if (!event.is_set()) event.set();
    require(event.is_set() && event.wait(kPoll), "a set event is set");
  };
  return world;
}

World clear() {
  const Event event = require(Event::create(), "an event is made");
  event.set();
  World world = world_around(event);
  world.operate = [event] { event.clear(); };
  return world;
}

World wait() {
  const Event event = require(Event::create(), "an event is made");
  World world = world_around(event);
  world.bystanders = {waiter(event)};
  world.operate = [event] { static_cast<void>(event.wait()); };
  world.on_sleep = [event] { event.set(); };
  return world;
}

}  // namespace

std::vector<Operation> event_operations() {
  return {{"event.set", set}, {"event.clear", clear}, {"event.wait", wait}};
}

}  // namespace mp::sweep
