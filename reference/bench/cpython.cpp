#include "cpython.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace mp::bench {
namespace {

/// What the program prints on its first line.
double first_number_of(const std::string& command) {
  const auto close = [](std::FILE* file) { ::pclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> output(::popen(command.c_str(), "r"), close);
  std::array<char, 128> line{};
  if (!output || std::fgets(line.data(), line.size(), output.get()) == nullptr) {
    throw CannotMeasure("python3 does not run");
  }
  const double number = std::strtod(line.data(), nullptr);
  if (number <= 0) throw CannotMeasure("python3 does not measure");
  return number;
}

}  // namespace

Contender cpython(const std::string& work) {
  // Starting an interpreter takes longer than a window of ours: a fixed number of operations.
  return {.name = "CPython's " + work,
          .run =
              [work](std::int64_t operations) {
                return first_number_of("python3 " MP_BENCH_FOLDER "/cpython.py " + work + " " +
                                       std::to_string(operations));
              },
          .operations = work == "Value" ? 50'000 : 10'000};
}

}  // namespace mp::bench
