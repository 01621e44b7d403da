// An adapter of mp::Lock, on the installed kit and the installed library.
#include <mp/lock.hpp>
#include <mpspec_kit.hpp>

namespace kit = mpspec::kit;

int main() {
  kit::Table table("outside", "1.0");
  kit::add_fork_processes(table);
  table.make<mp::Lock>("Lock.new", "", [](kit::Call&) {
    const auto lock = mp::Lock::create();
    if (!lock) throw kit::Error("OSError");
    return std::make_shared<mp::Lock>(*lock);
  });
  table.on<mp::Lock>("Lock.acquire", "block timeout", [](mp::Lock& lock, kit::Call& call) {
    const auto patience = call.patience();
    const auto taken = patience ? lock.acquire(*patience) : lock.acquire();
    if (!taken && taken.error().code != mp::ErrorCode::TimedOut) throw kit::Error("OwnerDied");
    return taken.has_value();
  });
  table.on<mp::Lock>("Lock.release", "", [](mp::Lock& lock, kit::Call&) {
    if (!lock.release()) throw kit::Error("ValueError", "the lock is free");
  });
  return kit::serve(table);
}
