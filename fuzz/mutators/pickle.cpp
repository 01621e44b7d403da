// libFuzzer's mutator for inputs that are one pickle.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "fuzz/mutators/pickle_mutation.hpp"
#include "fuzz/support/byte_source.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  using namespace mp::fuzz;
  Random random(seed);
  // Bytes are worth as much as operations: libFuzzer knows what the decoder compares.
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string mutated = mutate_pickle(as_text(data, size), random);
  const std::size_t kept = std::min(mutated.size(), max_size);
  std::memcpy(data, mutated.data(), kept);
  return kept;
}
