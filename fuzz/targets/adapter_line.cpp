// Input: what an adapter sends on its connection.
// Properties:
//   - every line is read as an outcome or refused with ProtocolError or a JSON error, and nothing
//     else is thrown; a line that is no JSON object ends the connection with a complaint;
//   - an outcome can be shown, and its value written and read again is the same value;
//   - how deep a line is nested does not matter, and time is in proportion to it.
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "driver/line_connection.hpp"
#include "driver/outcome.hpp"
#include "driver/value_codec.hpp"
#include "fuzz/support/byte_source.hpp"
#include "mp/assert.hpp"

namespace mp::fuzz {
namespace {

using namespace mpspec;
using namespace std::chrono_literals;

void take(const nlohmann::json& line) {
  std::optional<Outcome> outcome;
  try {
    outcome = outcome_from(line);
  } catch (const ProtocolError& error) {
    MP_ASSERT(error.what()[0] != '\0');
    return;
  } catch (const nlohmann::json::exception&) {
    return;
  }
  MP_ASSERT(!to_text(*outcome).empty());
  if (outcome->ok()) MP_ASSERT(from_json(to_json(outcome->value())) == outcome->value());
}

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  std::array<int, 2> ends;
  MP_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  {
    LineConnection adapter(ends[1]);
    LineConnection suite(ends[0]);
    std::string_view bytes = as_text(data, size);
    // The socket takes some hundred kilobytes before anybody reads.
    constexpr std::size_t kAtOnce = 64 * 1024;
    bytes = bytes.substr(0, kAtOnce);
    MP_ASSERT(::send(ends[1], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(bytes.size()));
    adapter.close();
    while (const auto line = suite.receive(mpspec::Clock::now() + 10s)) take(*line);
    MP_ASSERT(suite.state() != LineConnection::State::open);
    const bool has_complained = suite.state() != LineConnection::State::closed;
    MP_ASSERT(has_complained != suite.complaint().empty());
  }
  return 0;
}
