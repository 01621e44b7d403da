// The reference's codec for differential.py. Reads frames from standard input: a 4-byte length
// (least significant byte first), then a protocol's number and a pickle. Answers each with a frame:
// '=' and the value's pickle in that protocol, or '!' and why it was refused.
#include <cstdint>
#include <iostream>
#include <string>

#include "mp/pickle.hpp"

namespace {

bool read_frame(std::string& frame) {
  char header[4];
  if (!std::cin.read(header, sizeof header)) return false;
  std::uint32_t size = 0;
  for (int i = 3; i >= 0; --i) size = size << 8 | static_cast<unsigned char>(header[i]);
  frame.resize(size);
  return static_cast<bool>(std::cin.read(frame.data(), static_cast<std::streamsize>(size)));
}

void write_frame(char kind, const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size() + 1);
  for (int shift = 0; shift < 32; shift += 8) std::cout.put(static_cast<char>(size >> shift));
  std::cout.put(kind) << text << std::flush;
}

mp::Result<std::string> recode(const std::string& frame) {
  if (frame.empty()) return mp::Error{mp::ErrorCode::InvalidArgument, "an empty request"};
  MP_TRY_ASSIGN(const mp::Object value, mp::pickle::loads(std::string_view(frame).substr(1)));
  return mp::pickle::dumps(value, {.protocol = frame[0]});
}

}  // namespace

int main() {
  std::string frame;
  while (read_frame(frame)) {
    const mp::Result<std::string> recoded = recode(frame);
    recoded ? write_frame('=', *recoded) : write_frame('!', recoded.error().message);
  }
}
