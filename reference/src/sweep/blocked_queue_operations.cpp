// Puts and gets beside others that wait.
#include <algorithm>

#include "sweep/operations.hpp"
#include "sweep/queue_checks.hpp"

namespace mp::sweep {
namespace {

/// Gets one message and passes it on.
std::function<void()> getter(const Queue& queue, const Queue& passed_on) {
  return [queue, passed_on] { put(passed_on, get(queue)); };
}

/// What the getter got and what is left, in the order of the puts; the getter has ended or will.
Texts got_and_left(const Queue& queue, const Queue& passed_on) {
  Texts texts = {get(passed_on)};
  const Texts left = drain(queue);
  texts.insert(texts.end(), left.begin(), left.end());
  return texts;
}

World put_for_a_getter() {
  const Queue queue = queue_of({});
  const Queue passed_on = queue_of({});
  World world = world_around(queue, {}, {});
  world.bystanders = {getter(queue, passed_on)};
  world.operate = [queue] { static_cast<void>(queue.put(bytes_view("victim"))); };
  world.inspect = [queue, passed_on] {
    put(queue, "survivor");
    const Texts texts = got_and_left(queue, passed_on);
    require(texts == Texts{"survivor"} || texts == Texts{"victim", "survivor"},
            "the getter gets the oldest message, and none is lost");
  };
  return world;
}

/// The victim alone waits for a message, which comes.
World get_blocked() {
  const Queue queue = queue_of({});
  World world = world_around(queue, {"a"}, {});
  world.operate = [queue] { static_cast<void>(queue.get()); };
  world.on_sleep = [queue] { put(queue, "a"); };
  return world;
}

/// The victim alone waits for room, which comes.
World put_blocked() {
  const Queue queue = queue_of({"a"}, 1);
  World world = world_around(queue, {}, {"victim"});
  world.operate = [queue] { static_cast<void>(queue.put(bytes_view("victim"))); };
  world.on_sleep = [queue] { require(get(queue) == "a", "the oldest message comes first"); };
  return world;
}

/// The victim and another one wait for messages; one comes. The victim may take it to its grave, or
/// the other one gets it.
World get_beside_a_getter() {
  const Queue queue = queue_of({});
  const Queue passed_on = queue_of({});
  World world = world_around(queue, {}, {});
  world.bystanders = {getter(queue, passed_on)};
  world.operate = [queue] { static_cast<void>(queue.get(kImpatience)); };
  world.on_sleep = [queue] { put(queue, "first"); };
  world.inspect = [queue, passed_on] {
    const bool first_is_left = !queue.empty();
    if (first_is_left) {
      require(get(passed_on) == "first", "who waits gets the message that the victim did not take");
      put(passed_on, "first");
    }
    put(queue, "second");
    const Texts texts = got_and_left(queue, passed_on);
    require(texts == Texts{"second"} || texts == Texts{"first", "second"},
            "at most one message is lost, and none comes twice");
  };
  return world;
}

World get_for_a_putter() {
  const Queue queue = queue_of({"a"}, 1);
  World world = world_around(queue, {}, {});
  world.bystanders = {[queue] { put(queue, "b"); }};
  world.operate = [queue] { static_cast<void>(queue.get()); };
  world.inspect = [queue] {
    std::string next = get(queue);
    if (next == "a") next = get(queue);
    require(next == "b" && drain(queue).empty(), "the putter puts once, after the first message");
  };
  return world;
}

/// The victim and another one wait for room, which comes.
World put_beside_a_putter() {
  const Queue queue = queue_of({"a"}, 1);
  World world = world_around(queue, {}, {});
  world.bystanders = {[queue] { put(queue, "bystander"); }};
  world.operate = [queue] { static_cast<void>(queue.put(bytes_view("victim"), kImpatience)); };
  world.on_sleep = [queue] { require(get(queue) == "a", "the oldest message comes first"); };
  world.inspect = [queue] {
    Texts texts = {get(queue)};
    if (texts[0] == "victim") texts.push_back(get(queue));
    const Texts left = drain(queue);
    texts.insert(texts.end(), left.begin(), left.end());
    require(std::ranges::count(texts, "bystander") == 1 &&
                std::ranges::count(texts, "victim") <= 1 && texts.size() <= 2,
            "every message comes once, but the victim's may be missing");
  };
  return world;
}

}  // namespace

std::vector<Operation> blocked_queue_operations() {
  return {
      {"queue.put.awaited", put_for_a_getter},      {"queue.put.blocked", put_blocked},
      {"queue.put.contended", put_beside_a_putter}, {"queue.get.awaited", get_for_a_putter},
      {"queue.get.blocked", get_blocked},           {"queue.get.contended", get_beside_a_getter},
  };
}

}  // namespace mp::sweep
