#include "wire/testing/python_peer.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>

namespace mp::testing {

namespace process = boost::process;

PythonPeer* PythonPeer::get() {
  static const std::unique_ptr<PythonPeer> peer = []() -> std::unique_ptr<PythonPeer> {
    const auto python = process::search_path("python3");
    if (python.empty()) return nullptr;
    return std::unique_ptr<PythonPeer>(new PythonPeer(python));
  }();
  return peer.get();
}

PythonPeer::PythonPeer(const boost::filesystem::path& python)
    : child_(python, "-B", MP_PYTHON_PEER, process::std_in<requests_, process::std_out> answers_) {}

bool PythonPeer::read(char* to, std::size_t count) {
  constexpr int kMinute = 60'000;
  while (count != 0) {
    pollfd waiting{answers_.native_source(), POLLIN, 0};
    if (::poll(&waiting, 1, kMinute) <= 0) return false;
    const ssize_t got = ::read(answers_.native_source(), to, count);
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool PythonPeer::read_number(std::uint32_t& number) {
  return read(reinterpret_cast<char*>(&number), sizeof(number));
}

std::vector<std::string> PythonPeer::ask(std::string_view request, std::size_t expected) {
  const auto size = static_cast<std::uint32_t>(request.size());
  requests_.write(reinterpret_cast<const char*>(&size), sizeof(size));
  requests_.write(request.data(), static_cast<std::streamsize>(request.size()));
  requests_.flush();

  std::uint32_t count = 0;
  bool complete = read_number(count);
  std::vector<std::string> results;
  for (std::uint32_t i = 0; complete && i < count; ++i) {
    std::uint32_t length = 0;
    complete = read_number(length);
    results.emplace_back(complete ? length : 0, '\0');
    complete = complete && read(results.back().data(), length);
  }
  if (!complete || count != expected) {
    ADD_FAILURE() << "python3 did not answer as expected; its standard error may say why";
    results.assign(expected, {});
  }
  return results;
}

}  // namespace mp::testing
