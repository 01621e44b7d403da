#pragma once

#include <boost/process.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mp::testing {

/// A CPython that answers what it would do (python_peer.py says how it is asked). One per test
/// program; started at first use.
class PythonPeer {
 public:
  /// The peer, or nullptr when there is no python3 on the PATH.
  static PythonPeer* get();
  static constexpr std::string_view kMissing =
      "this test needs a CPython 3.8 or later as python3 on the PATH, and there is none";

  /// The results. A test failure, and `expected` empty texts, unless so many come within a minute.
  std::vector<std::string> ask(std::string_view request, std::size_t expected);

 private:
  explicit PythonPeer(const boost::filesystem::path& python);
  bool read(char* to, std::size_t count);
  bool read_number(std::uint32_t& number);

  boost::process::opstream requests_;
  boost::process::pipe answers_;
  boost::process::child child_;
};

}  // namespace mp::testing
