// Pickles: what a request costs to write and to read.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "manager/protocol/message.hpp"
#include "manager_cases.hpp"
#include "mp/pickle.hpp"

namespace mp::bench {
namespace {

using Clock = std::chrono::steady_clock;

Contender timed(const std::string& name, std::function<void()> once) {
  return {.name = name, .run = [once = std::move(once)](std::int64_t operations) {
            const Clock::time_point begin = Clock::now();
            for (std::int64_t i = 0; i < operations; ++i) once();
            const std::chrono::duration<double, std::nano> spent = Clock::now() - begin;
            return spent.count() / static_cast<double>(operations);
          }};
}

Object ints() {
  std::vector<Object> items;
  for (int i = 0; i < 100; ++i) items.push_back(Object::integer(i * 37));
  return Object::list(std::move(items));
}

/// CPython's pickle on the same list; the program says what one takes.
Contender python_pickle(const std::string& statement) {
  const std::string command =
      "python3 -c \"import pickle, time\n"
      "x = [i * 37 for i in range(100)]; p = pickle.dumps(x); n = 30000\n"
      "best = []\n"
      "for _ in range(3):\n"
      "    begin = time.perf_counter_ns()\n"
      "    for _ in range(n): " +
      statement +
      "\n"
      "    best.append((time.perf_counter_ns() - begin) / n)\n"
      "print(sorted(best)[1])\"";
  return {.name = "CPython's " + statement,
          .run =
              [command](std::int64_t) {
                std::FILE* output = ::popen(command.c_str(), "r");
                std::array<char, 64> line{};
                const bool read =
                    output != nullptr && std::fgets(line.data(), line.size(), output) != nullptr;
                if (output != nullptr) ::pclose(output);
                const double ns = std::strtod(line.data(), nullptr);
                if (!read || ns <= 0) throw CannotMeasure("python3 does not measure");
                return ns;
              },
          .operations = 1};
}

}  // namespace

std::vector<Case> codec_cases() {
  const std::string_view ident = "7fd2b490480c";
  const Object args = Object::tuple_of(Object::str("key"));
  const Object kwargs = Object::dict();
  const std::string request = *manager::encode_request(ident, "__getitem__", args, kwargs);
  const Object list = ints();
  const std::string pickled = *pickle::dumps(list);
  return {
      {.name = "request, encoded",
       .ours = timed(
           "encode",
           [=] { static_cast<void>(manager::encode_request(ident, "__getitem__", args, kwargs)); }),
       .floor = 80,
       .aim = 35},
      {.name = "request, decoded",
       .ours = timed("decode", [=] { static_cast<void>(manager::decode_request(request, {})); }),
       .floor = 150,
       .aim = 60},
      {.name = "list of 100 ints, encoded",
       .ours = timed("dumps", [=] { static_cast<void>(pickle::dumps(list)); }),
       .raw = python_pickle("pickle.dumps(x)"),
       .floor = 0.8,
       .aim = 0.4},
      {.name = "list of 100 ints, decoded",
       .ours = timed("loads", [=] { static_cast<void>(pickle::loads(pickled)); }),
       .raw = python_pickle("pickle.loads(p)"),
       .floor = 0.8,
       .aim = 0.4},
  };
}

}  // namespace mp::bench
