// Input: what a hostile adapter sends: a line that may be a hello, then lines that answer the
// suite. Properties:
//   - the first line is read as a hello or refused with ProtocolError or a JSON error;
//   - every operation that the suite has under way ends as an outcome or as the end of the case,
//     with a verdict and a reason; nothing else is thrown, and nothing waits for more than comes.
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "driver/adapter.hpp"
#include "driver/hello.hpp"
#include "driver/value_codec.hpp"
#include "fuzz/support/byte_source.hpp"
#include "mp/assert.hpp"

namespace mp::fuzz {
namespace {

using namespace mpspec;
using namespace std::chrono_literals;

Hello well_behaved_hello() {
  Hello hello;
  hello.backend = "hostile";
  hello.version = "1";
  hello.operations = {"Queue.new", "Queue.get", "Queue.put", "actor.program"};
  return hello;
}

void read_first(std::string_view line) {
  const auto parsed = nlohmann::json::parse(line, nullptr, false);
  if (!parsed.is_object()) return;
  try {
    const Hello hello = read_hello(parsed);
    MP_ASSERT(!hello.backend.empty() && !hello.version.empty());
  } catch (const ProtocolError& error) {
    MP_ASSERT(error.what()[0] != '\0');
  } catch (const nlohmann::json::exception&) {
  }
}

/// Whatever the actor answers, a use of it gives something back, or ends the case.
void attempt(const std::function<void()>& use) {
  try {
    use();
  } catch (const CaseStop& stop) {
    MP_ASSERT(stop.what()[0] != '\0');
  }
}

void use(Actor& actor) {
  const mpspec::Object queue{"q", "Queue"};
  attempt([&] { static_cast<void>(actor.make("Queue", {1})); });
  attempt([&] {
    // Two threads and two operations each: replies may come in several orders, others may not.
    const std::array<Pending, 4> pending = {
        actor.begin_on("a", queue, "put", {1}), actor.begin_on("b", queue, "get"),
        actor.begin_on("a", queue, "get"), actor.begin(queue, "get")};
    for (const Pending& one : pending) static_cast<void>(one.wait());
  });
  attempt([&] {
    const Pending running = actor.begin_run(Program().record());
    static_cast<void>(running.wait_until(mpspec::Clock::now() + 10s));
    static_cast<void>(actor.history().size());
  });
  attempt([&] { actor.expect_unsupported("nothing.known"); });
}

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  std::string_view bytes = as_text(data, size);
  // The socket takes some hundred kilobytes before anybody reads.
  constexpr std::size_t kAtOnce = 64 * 1024;
  bytes = bytes.substr(0, kAtOnce);
  const std::size_t first = std::min(bytes.find('\n'), bytes.size());
  read_first(bytes.substr(0, first));

  std::array<int, 2> ends;
  MP_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  {
    mpspec::LineConnection hostile(ends[1]);
    mpspec::Adapter adapter({{}, "/nonexistent", 10s}, mpspec::LineConnection(ends[0]),
                            well_behaved_hello());
    const std::string_view answers = bytes.substr(std::min(first + 1, bytes.size()));
    MP_ASSERT(::send(ends[1], answers.data(), answers.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(answers.size()));
    MP_ASSERT(::shutdown(ends[1], SHUT_WR) == 0);
    use(adapter.main());
  }
  return 0;
}
