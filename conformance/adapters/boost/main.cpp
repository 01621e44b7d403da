// The adapter of Boost.Interprocess.
#include <algorithm>
#include <boost/version.hpp>
#include <string>

#include "shared.hpp"

int main() {
  std::string version = BOOST_LIB_VERSION;
  std::replace(version.begin(), version.end(), '_', '.');
  mpspec::kit::Table table("boost", version);
  mpspec::kit::add_fork_processes(table);  // Boost.Interprocess has no processes of its own
  boost_adapter::add_locks(table);
  boost_adapter::add_numbers(table);
  boost_adapter::add_queue(table);
  boost_adapter::add_shared_memory(table);
  return mpspec::kit::serve(table);
}
