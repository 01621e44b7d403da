#include "manager/soak/client.hpp"

#include <random>

#include "mp/batch.hpp"

namespace mp::manager::soak {
namespace {

using namespace std::chrono_literals;

template <class T>
T must(Result<T> result) {
  MP_ASSERT(result.has_value());
  return *std::move(result);
}

Object text(const std::string& value) { return Object::str(value); }

class Client {
 public:
  Client(const Manager& manager, const Shared& shared, std::uint64_t seed)
      : manager_(manager), shared_(shared), random_(seed) {}

  /// One thing. The error that nobody expects of it, or nothing.
  std::string step() {
    switch (random_() % 14) {
      case 0:
        return expected(shared_.dict.setitem(key(), item()));
      case 1:
        return expected(shared_.dict.pop(key()), "KeyError");
      case 2:
        return expected(shared_.dict.increment(text("counter")));
      case 3:
        return expected(shared_.dict.get(key()));
      case 4:
        return grow_or_shrink();
      case 5:
        return expected(shared_.queue.put(item(), 1ms), "Full");
      case 6:
        return expected(shared_.queue.get(1ms), "Empty");
      case 7:
        return with(shared_.lock);
      case 8:
        return with(shared_.semaphore);
      case 9:
        return expected(shared_.value.add(Object::integer(1)));
      case 10:
        return nested();
      case 11:
        return batch();
      case 12:
        return expected(random_() % 2 == 0 ? shared_.event.set() : shared_.event.clear());
      default:
        return wait_on_condition();
    }
  }

 private:
  template <class T>
  static std::string expected(const Result<T>& result, std::string_view exception = "") {
    if (result) return "";
    const std::string& message = result.error().message;
    const bool is_known = !exception.empty() && message.find(exception) != message.npos;
    return is_known ? "" : message;
  }

  Object key() { return text("key-" + std::to_string(random_() % 50)); }
  Object item() {
    const std::size_t size = random_() % 20 == 0 ? 100'000 : random_() % 200;
    return Object::bytes(std::string(size, 'x'));
  }

  std::string grow_or_shrink() {
    if (must_shrink()) return expected(shared_.list.pop(), "IndexError");
    return expected(shared_.list.append(item()));
  }
  bool must_shrink() {
    const Result<std::size_t> size = shared_.list.len();
    return random_() % 2 == 0 || !size || *size > 200;
  }

  /// Everybody gives back what he got, unless he is killed meanwhile.
  std::string with(const ManagedAcquirer& lock) {
    const Result<bool> got = lock.acquire(20ms);
    if (!got || !*got) return expected(got);
    const std::string wrong = expected(shared_.dict.len());
    const std::string release = expected(lock.release());
    return wrong + release;
  }

  /// An object of its own, which is left in the dict, or dropped, or the last of its kind there.
  std::string nested() {
    const auto list = manager_.list(Object::list({item()}));
    if (!list) return expected(list);
    if (const std::string wrong = expected(list->append(item())); !wrong.empty()) return wrong;
    if (random_() % 2 == 0) return "";
    return expected(shared_.dict.setitem(key(), list->to_object()));
  }

  std::string batch() {
    Batch calls;
    for (int i = 0; i < 16; ++i) calls.call(shared_.dict, "get", {key()});
    return expected(calls.run());
  }

  std::string wait_on_condition() {
    const Result<bool> got = shared_.condition.acquire();
    if (!got) return expected(got);
    const std::string wrong = random_() % 2 == 0 ? expected(shared_.condition.wait(1ms))
                                                 : expected(shared_.condition.notify_all());
    return wrong + expected(shared_.condition.release());
  }

  const Manager& manager_;
  const Shared& shared_;
  std::mt19937_64 random_;
};

}  // namespace

Shared Shared::make(const Manager& manager) {
  return {must(manager.dict()),       must(manager.list()),
          must(manager.name_space()), must(manager.value("i", Object::integer(0))),
          must(manager.queue(20)),    must(manager.lock()),
          must(manager.semaphore(3)), must(manager.event()),
          must(manager.condition())};
}

void Shared::empty() const {
  MP_ASSERT(dict.clear().has_value());
  while (list.pop()) {
  }
  while (queue.get(kPoll)) {
  }
}

std::string be_client(const Manager& manager, const Shared& shared, Counters& counters,
                      std::uint64_t seed) {
  Client client(manager, shared, seed);
  while (!counters.stop) {
    const std::string wrong = client.step();
    if (!wrong.empty()) return wrong;
    ++counters.operations;
  }
  return "";
}

}  // namespace mp::manager::soak
