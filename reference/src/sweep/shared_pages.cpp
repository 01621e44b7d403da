#include "sweep/shared_pages.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "shm/segment.hpp"

namespace mp::sweep {
namespace {

constexpr std::size_t kPageBytes = 4096;

}  // namespace

SharedPages::SharedPages() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(shm::kSegmentLinkPrefix) == std::string::npos) continue;
    const auto start = static_cast<std::uintptr_t>(std::stoull(line, nullptr, 16));
    const std::span page(reinterpret_cast<const std::byte*>(start), kPageBytes);
    pages_.push_back({page, {page.begin(), page.end()}});
  }
}

bool SharedPages::have_changed() {
  bool changed = false;
  for (Page& page : pages_) {
    if (std::memcmp(page.now.data(), page.before.data(), page.now.size()) == 0) continue;
    page.before.assign(page.now.begin(), page.now.end());
    changed = true;
  }
  return changed;
}

}  // namespace mp::sweep
