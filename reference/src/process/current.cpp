#include "process/current.hpp"

#include <unistd.h>

namespace mp {
namespace process {

Current& Current::instance() {
  static Current& current = *new Current;  // never destroyed: used by atexit handlers
  return current;
}

std::string default_name(const std::vector<int>& numbers) {
  std::string name = "Process";
  char separator = '-';
  for (const int number : numbers) {
    name += separator;
    name += std::to_string(number);
    separator = ':';
  }
  return name;
}

}  // namespace process

CurrentProcess current_process() {
  const process::Current& current = process::Current::instance();
  return {.name = current.name, .pid = ::getpid(), .daemon = current.daemon};
}

bool ParentProcess::is_alive() const { return ::getppid() == pid; }

std::optional<ParentProcess> parent_process() { return process::Current::instance().parent; }

}  // namespace mp
