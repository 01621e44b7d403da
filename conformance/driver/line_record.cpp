#include "driver/line_record.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

namespace mpspec {
namespace {

int g_record = -1;

}  // namespace

void record_lines(const std::string& path) {
  g_record = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (g_record < 0) throw std::runtime_error("cannot write " + path);
}

void record_line(std::string_view direction, std::string_view line) {
  if (g_record < 0) return;
  // One write a line, so that those of several processes do not mix.
  std::string text(direction);
  text.append(" ").append(line).append("\n");
  if (::write(g_record, text.data(), text.size()) < 0) g_record = -1;
}

}  // namespace mpspec
