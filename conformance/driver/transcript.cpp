#include "driver/transcript.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace mpspec {
namespace {

constexpr std::size_t kLinesMax = 2000;
/// An item of a queue may have megabytes; a person reads where it begins.
constexpr std::size_t kLineBytesMax = 2000;

}  // namespace

Transcript::Transcript(const std::filesystem::path& file)
    : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}

Transcript::~Transcript() {
  if (file_ >= 0) ::close(file_);
}

void Transcript::note(std::string line) {
  const double since = std::chrono::duration<double>(Clock::now() - began_).count();
  const std::string text = fmt::format("{:10.6f} {}\n", since, line);
  // A full disk costs the file, not the case.
  if (file_ >= 0 && ::write(file_, text.data(), text.size()) < 0) {
    ::close(file_);
    file_ = -1;
  }
  if (line.size() > kLineBytesMax) {
    const std::string more = fmt::format("... ({} more bytes)", line.size() - kLineBytesMax);
    line.replace(kLineBytesMax, std::string::npos, more);
  }
  if (lines_.size() == kLinesMax) lines_.pop_front();
  lines_.push_back(std::move(line));
}

}  // namespace mpspec
