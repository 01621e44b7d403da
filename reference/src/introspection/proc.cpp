#include "introspection/proc.hpp"

#include <sys/syscall.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mp::introspection {
namespace {

std::string path_of(pid_t process, const std::string& rest) {
  return "/proc/" + std::to_string(process) + "/" + rest;
}

}  // namespace

std::vector<Mapping> mappings(pid_t process, std::string_view prefix) {
  std::vector<Mapping> found;
  std::ifstream file(path_of(process, "maps"));
  for (std::string line; std::getline(file, line);) {
    const std::size_t slash = line.find('/');
    if (slash == line.npos || !std::string_view(line).substr(slash).starts_with(prefix)) continue;
    unsigned long long first = 0, end = 0, offset = 0;
    if (std::sscanf(line.c_str(), "%llx-%llx %*s %llx", &first, &end, &offset) != 3) continue;
    found.push_back({first, end, offset, line.substr(slash)});
  }
  return found;
}

std::vector<pid_t> threads_of(pid_t process) {
  std::vector<pid_t> threads;
  std::error_code ended;
  for (const auto& entry : std::filesystem::directory_iterator(path_of(process, "task"), ended)) {
    threads.push_back(std::atoi(entry.path().filename().c_str()));
  }
  return threads;
}

pid_t process_of(pid_t thread) {
  std::ifstream status(path_of(thread, "status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Tgid:")) return std::atoi(line.c_str() + 5);
  }
  return 0;
}

std::optional<std::uint64_t> futex_of(pid_t process, pid_t thread) {
  std::ifstream file(path_of(process, "task/" + std::to_string(thread) + "/syscall"));
  long number = -1;
  std::string address;
  if (!(file >> number >> address) || number != SYS_futex) return std::nullopt;
  return std::stoull(address, nullptr, 16);
}

}  // namespace mp::introspection
