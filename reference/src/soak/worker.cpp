#include <cstring>
#include <random>
#include <thread>

#include "soak/world.hpp"

namespace mp::soak {
namespace {

using namespace std::chrono_literals;

/// How long one operation may wait for others, who may be killed or not be scheduled. One that
/// waits in vain for so long is no failure; one that waits longer shows as a heart that stands
/// still.
constexpr Timeout kPatience = 20ms;

class Worker {
 public:
  Worker(const World& world, std::uint64_t seed) : world_(world), random_(seed) {}

  void do_something() {
    switch (pick(8)) {
      case 0:
        return with(world_.lock, world_.under_lock);
      case 1:
        return with_levels();
      case 2:
        return add();
      case 3:
        return put();
      case 4:
        return get();
      case 5:
        return hold_permit();
      case 6:
        return wait_or_notify();
      default:
        return set_or_clear();
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  void require(bool holds) {
    if (!holds) world_.count(Count::Broken);
  }

  /// Whether the lock is held now, and whether its last holder died.
  template <class L>
  bool acquire(const L& lock, bool& owner_died) {
    const auto acquired = lock.acquire(kPatience);
    owner_died = !acquired && acquired.error().code == ErrorCode::OwnerDied;
    if (owner_died) world_.count(Count::OwnersDied);
    require(acquired || owner_died || acquired.error().code == ErrorCode::TimedOut);
    return acquired || owner_died;
  }

  /// Others run meanwhile, and the one who kills may come.
  void dawdle() {
    for (std::uint64_t times = pick(16) == 0 ? pick(100) : 0; times > 0; --times) {
      std::this_thread::yield();
    }
  }

  void change(const Pair& pair) {
    pair.first.set_value(pair.first.value() + 1);
    dawdle();
    pair.second.set_value(pair.second.value() + 1);
  }

  template <class L>
  void with(const L& lock, const Pair& pair) {
    bool owner_died = false;
    if (!acquire(lock, owner_died)) return;
    require(check_pair(pair, owner_died));
    change(pair);
    require(lock.release().has_value());
  }

  void with_levels() {
    bool owner_died = false;
    if (!acquire(world_.rlock, owner_died)) return;
    require(check_pair(world_.under_rlock, owner_died));
    with(world_.rlock, world_.under_rlock);
    require(world_.rlock.release().has_value());
  }

  void add() {
    if (pick(2) == 0) {
      world_.value.fetch_add(1);
    } else {
      world_.value.set_value(world_.value.value());
    }
  }

  void put() {
    const auto put = world_.queue.put(make_message(random_()), pick(2) == 0 ? kPoll : kPatience);
    require(put || put.error().code == ErrorCode::Full);
    if (put) world_.count(Count::Puts);
  }

  void get() {
    const auto message = world_.queue.get(pick(2) == 0 ? kPoll : kPatience);
    require(message ? is_whole(*message) : message.error().code == ErrorCode::Empty);
    if (message) world_.count(Count::Gets);
  }

  void hold_permit() {
    if (!world_.semaphore.acquire(kPatience)) {
      // The dead may have them all. Others are never quiet for long: it need not succeed.
      const auto recovered = world_.semaphore.recover();
      require(recovered || recovered.error().code == ErrorCode::TimedOut);
      return;
    }
    require(world_.semaphore.get_value() < kPermits);
    dawdle();
    require(world_.semaphore.release().has_value());
  }

  void wait_or_notify() {
    bool owner_died = false;
    if (!acquire(world_.condition, owner_died)) return;
    if (pick(2) == 0) {
      const auto waited = world_.condition.wait(kPatience);
      require(waited || waited.error().code == ErrorCode::OwnerDied);
    } else {
      require(world_.condition.notify(static_cast<std::int64_t>(pick(3))).has_value());
    }
    require(world_.condition.release().has_value());
  }

  void set_or_clear() {
    switch (pick(3)) {
      case 0:
        return world_.event.set();
      case 1:
        return world_.event.clear();
      default:
        world_.event.wait(kPatience);
    }
  }

  const World& world_;
  std::mt19937_64 random_;
};

}  // namespace

Result<World> World::create() {
  MP_TRY_ASSIGN(auto lock, Lock::create());
  MP_TRY_ASSIGN(auto under_lock, Pair::create());
  MP_TRY_ASSIGN(auto rlock, RLock::create());
  MP_TRY_ASSIGN(auto under_rlock, Pair::create());
  MP_TRY_ASSIGN(auto value, Value<long>::create());
  MP_TRY_ASSIGN(auto semaphore, Semaphore::create(kPermits));
  MP_TRY_ASSIGN(auto queue, Queue::create(kQueueSize));
  MP_TRY_ASSIGN(auto condition, Condition::create());
  MP_TRY_ASSIGN(auto event, Event::create());
  MP_TRY_ASSIGN(auto counts, RawArray<long>::create(static_cast<std::size_t>(Count::Kinds)));
  MP_TRY_ASSIGN(auto heartbeats, RawArray<long>::create(kWorkersMax));
  MP_TRY_ASSIGN(auto stop, Event::create());
  return std::make_from_tuple<World>(Objects{lock, under_lock, rlock, under_rlock, value, semaphore,
                                             queue, condition, event, counts, heartbeats, stop});
}

/// The first 8 bytes are a seed, of which the length and all other bytes follow.
Bytes make_message(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Bytes message(sizeof seed + random() % (random() % 8 == 0 ? kMessageBytesMax : 64));
  std::memcpy(message.data(), &seed, sizeof seed);
  const auto fill = static_cast<std::byte>(random());
  for (std::size_t n = sizeof seed; n < message.size(); ++n) {
    message[n] = fill ^ static_cast<std::byte>(n);
  }
  return message;
}

bool is_whole(BytesView message) {
  std::uint64_t seed = 0;
  if (message.size() < sizeof seed) return false;
  std::memcpy(&seed, message.data(), sizeof seed);
  const Bytes expected = make_message(seed);
  return std::equal(message.begin(), message.end(), expected.begin(), expected.end());
}

bool check_pair(const Pair& pair, bool owner_died) {
  const long first = pair.first.value(), second = pair.second.value();
  if (first == second) return true;
  pair.second.set_value(first);
  return owner_died && first == second + 1;
}

void work(World world, int place, std::uint64_t seed) {
  Worker worker(world, seed);
  while (!world.stop.is_set()) {
    worker.do_something();
    world.count(Count::Operations);
    std::atomic_ref<long>(world.heartbeats.span()[static_cast<std::size_t>(place)]).fetch_add(1);
  }
}

}  // namespace mp::soak
