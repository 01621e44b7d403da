// One C++ program and two Python programs share a dict, a lock and a barrier of one manager.
//
// Usage: three_way [PYTHON]. Ends with 0 when no update was lost.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "mp/manager.hpp"
#include "mp/pickle.hpp"

namespace {

constexpr int kRounds = 100;
constexpr int kPrograms = 3;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "three_way: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T value_or_fail(mp::Result<T> result) {
  if (!result) fail(result.error().message);
  return *std::move(result);
}
void check(const mp::Result<void>& result) {
  if (!result) fail(result.error().message);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(byte) & 0xffU);
    text += digits;
  }
  return text;
}

struct Shared {
  mp::ManagedDict totals;
  mp::ManagedAcquirer lock;
  mp::ManagedBarrier start;
};

/// The other two programs, given the key and the proxies on standard input, where nobody else sees
/// them: who has both may do everything with the objects.
class PythonProgram {
 public:
  PythonProgram(const std::string& python, const std::string& name, const std::string& ticket)
      : pipe_(::popen((python + " -B " MP_EXAMPLE_SCRIPT " " + name).c_str(), "w")) {
    if (pipe_ == nullptr) fail("cannot run " + python);
    std::fprintf(pipe_, "%s\n", ticket.c_str());
    std::fflush(pipe_);
  }
  PythonProgram(const PythonProgram&) = delete;
  PythonProgram& operator=(const PythonProgram&) = delete;
  ~PythonProgram() { join(); }

  /// True when it ended well.
  bool join() { return pipe_ == nullptr || ::pclose(std::exchange(pipe_, nullptr)) == 0; }

 private:
  std::FILE* pipe_;
};

std::string ticket_for(const mp::Manager& manager, const Shared& shared) {
  const mp::Object proxies = mp::Object::tuple(
      {shared.totals.to_object(), shared.lock.to_object(), shared.start.to_object()});
  return hex(manager.authkey()) + ' ' + hex(value_or_fail(mp::pickle::dumps(proxies)));
}

/// What each program does: one update at a time, under the lock, as reading and writing are two
/// calls.
void count(const Shared& shared, const mp::Object& name) {
  for (int i = 0; i < kRounds; ++i) {
    value_or_fail(shared.lock.acquire());
    for (const mp::Object& key : {name, mp::Object::str("all")}) {
      const mp::Object before = value_or_fail(shared.totals.get(key, mp::Object::integer(0)));
      check(shared.totals.setitem(key, mp::Object::integer(before.as_int64() + 1)));
    }
    check(shared.lock.release());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string python = argc > 1 ? argv[1] : "python3";
  const mp::Manager manager = value_or_fail(mp::Manager::start());
  const Shared shared{value_or_fail(manager.dict()), value_or_fail(manager.lock()),
                      value_or_fail(manager.barrier(kPrograms, std::chrono::minutes(1)))};
  const std::string ticket = ticket_for(manager, shared);
  PythonProgram first(python, "python-1", ticket);
  PythonProgram second(python, "python-2", ticket);

  value_or_fail(shared.start.wait());
  count(shared, mp::Object::str("c++"));
  const bool joined = first.join() && second.join();

  std::printf("%s\n", shared.totals.str().c_str());
  const auto all = value_or_fail(shared.totals.getitem(mp::Object::str("all"))).as_int64();
  return joined && all == kPrograms * kRounds ? 0 : 1;
}
