// libFuzzer's mutator for inputs that are records: whole steps are dropped, doubled and moved, and
// pickles in them are changed as pickles.
#include "fuzz/support/records.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fuzz/mutators/pickle_mutation.hpp"
#include "fuzz/support/byte_source.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace mp::fuzz {
namespace {

struct Step {
  std::uint8_t kind;
  std::string body;
};

std::vector<Step> steps_of(std::string_view bytes) {
  std::vector<Step> steps;
  for (const Record& record : parse_records(bytes)) {
    steps.push_back({record.kind, std::string(record.body)});
  }
  return steps;
}

std::size_t write(const std::vector<Step>& steps, std::uint8_t* out, std::size_t max_size) {
  std::string bytes;
  for (const Step& step : steps) append_record(bytes, step.kind, step.body);
  const std::size_t kept = std::min(bytes.size(), max_size);
  std::memcpy(out, bytes.data(), kept);
  return kept;
}

void change_body(Step& step, Random& random) {
  const std::size_t pickle = step.body.find('\x80');
  if (pickle != step.body.npos && random() % 2 == 0) {
    step.body = step.body.substr(0, pickle) +
                mutate_pickle(std::string_view(step.body).substr(pickle), random);
    return;
  }
  std::vector<std::uint8_t> bytes(step.body.begin(), step.body.end());
  const std::size_t size = bytes.size();
  bytes.resize(size + 16);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), size, bytes.size()));
  step.body.assign(bytes.begin(), bytes.end());
}

Step fresh_step(Random& random) {
  Step step{static_cast<std::uint8_t>(random() % 9), {}};
  step.body.resize(random() % 12);
  for (char& byte : step.body) byte = static_cast<char>(random() % 24);
  return step;
}

void edit(std::vector<Step>& steps, Random& random) {
  const std::size_t at = random() % (steps.size() + 1);
  const auto place = steps.begin() + static_cast<std::ptrdiff_t>(at);
  if (place == steps.end()) {
    steps.push_back(fresh_step(random));
    return;
  }
  switch (random() % 6) {
    case 0:
      steps.erase(place);
      return;
    case 1: {
      const Step copy = *place;
      steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(random() % (steps.size() + 1)),
                   copy);
      return;
    }
    case 2:
      std::swap(*place, steps[random() % steps.size()]);
      return;
    case 3:
      steps.insert(place, fresh_step(random));
      return;
    default:
      change_body(*place, random);
  }
}

}  // namespace
}  // namespace mp::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace mp::fuzz;
  Random random(seed);
  std::vector<Step> steps = steps_of(as_text(data, size));
  for (std::size_t count = 1 + random() % 3; count > 0; --count) edit(steps, random);
  return write(steps, data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                                 const std::uint8_t* second,
                                                 std::size_t second_size, std::uint8_t* out,
                                                 std::size_t max_size, unsigned seed) {
  using namespace mp::fuzz;
  Random random(seed);
  std::vector<Step> steps = steps_of(as_text(first, first_size));
  const std::vector<Step> others = steps_of(as_text(second, second_size));
  // The beginning of one and the end of the other: objects are made first and used later.
  steps.resize(steps.empty() ? 0 : 1 + random() % steps.size());
  const std::size_t from = others.empty() ? 0 : random() % others.size();
  steps.insert(steps.end(), others.begin() + static_cast<std::ptrdiff_t>(from), others.end());
  return write(steps, out, max_size);
}
