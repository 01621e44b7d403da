// The adapter of @NAME@: mpspec's way to it. Add what the backend has to the table, by the names of
// spec/adapter/operations.md.
#include "mpspec_kit.hpp"

namespace kit = mpspec::kit;

int main() {
  kit::Table table("@NAME@", "0.1");
  // kit::add_fork_processes(table);  // children by fork, if @NAME@ has none of its own
  // table.make<Lock>("Lock.new", "", [](kit::Call&) { return std::make_shared<Lock>(); });
  // table.on<Lock>("Lock.acquire", "block timeout",
  //                [](Lock& lock, kit::Call& call) { return lock.acquire(call.patience()); });
  return kit::serve(table);
}
