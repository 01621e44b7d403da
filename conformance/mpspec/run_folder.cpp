#include "mpspec/run_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "mpspec/backends.hpp"

namespace mpspec {
namespace {

constexpr std::string_view kPrefix = "mpspec-run-";
constexpr std::string_view kLockName = "owner";

/// The folder's lock, held as long as the descriptor, and its copies in forked workers, are open;
/// -1 when somebody else holds it, or there is none.
int take_lock(const std::filesystem::path& folder, int flags) {
  const int descriptor = ::open((folder / kLockName).c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
  if (descriptor >= 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  return -1;
}

void remove_abandoned(const std::filesystem::path& parent) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int lock = take_lock(entry.path(), 0);
    if (lock < 0) continue;
    std::filesystem::remove_all(entry.path(), ignored);
    ::close(lock);
  }
}

}  // namespace

RunFolder::RunFolder() {
  const auto parent = std::filesystem::temp_directory_path();
  remove_abandoned(parent);
  std::string name = (parent / kPrefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw UsageError(fmt::format("cannot make a folder {}: {}", name, std::strerror(errno)));
  path_ = name;
  lock_ = take_lock(path_, O_CREAT);
  if (lock_ < 0)
    throw UsageError(fmt::format("cannot write into {}: {}", name, std::strerror(errno)));
}

RunFolder::~RunFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  ::close(lock_);
}

}  // namespace mpspec
