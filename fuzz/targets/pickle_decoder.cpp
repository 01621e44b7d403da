// Input: the bytes of a pickle.
// Properties:
//   - refused as Malformed or TooLarge, or read as a value whose pickle is read as the same value,
//     down to which parts of it are one object, and is from then on written the same way;
//   - what narrow limits let through is what is read without them, and is within them;
//   - memory is in proportion to the input, whatever it announces;
//   - whatever was read can be shown, hashed and compared.
#include <algorithm>
#include <string>

#include "fuzz/support/byte_source.hpp"
#include "fuzz/support/nesting.hpp"
#include "fuzz/support/same_value.hpp"
#include "mp/pickle.hpp"
#include "wire/testing/allocation_meter.hpp"

namespace mp::fuzz {
namespace {

/// The message of a refusal, which no budget counts.
constexpr std::size_t kForTheError = 1024;

Result<Object> load_within_memory(std::string_view bytes, const pickle::LoadLimits& limits) {
  const testing::AllocationMeter meter;
  Result<Object> loaded = pickle::loads(bytes, limits);
  MP_ASSERT(meter.peak() <= limits.memory + limits.memory_per_byte * bytes.size() + kForTheError);
  return loaded;
}

void check_refusal(const Error& error) {
  MP_ASSERT(error.code == ErrorCode::Malformed || error.code == ErrorCode::TooLarge);
}

void check_limits(std::string_view bytes, const Result<Object>& unlimited) {
  const pickle::LoadLimits limits{.depth = bytes.size() % 13,
                                  .values = bytes.size() / 2,
                                  .memo = bytes.size() % 17,
                                  .int_bytes = bytes.size() % 11,
                                  .memory = bytes.size() % 19 * 512};
  const Result<Object> limited = load_within_memory(bytes, limits);
  if (!limited) return check_refusal(limited.error());
  MP_ASSERT(unlimited.has_value());
  MP_ASSERT(same_value(*limited, *unlimited));
  MP_ASSERT(nesting(*limited) <= std::max<std::size_t>(limits.depth, 1));
}

Object reload(const std::string& pickled) {
  Result<Object> loaded = pickle::loads(pickled);
  MP_ASSERT(loaded.has_value());
  return *std::move(loaded);
}

void check_round_trip(const Object& value) {
  const Result<std::string> first = pickle::dumps(value);
  if (!first) {
    MP_ASSERT(first.error().code == ErrorCode::TooLarge);
    return;
  }
  const Object again = reload(*first);
  MP_ASSERT(same_value(value, again));
  // The first pickle may say otherwise than the input which texts are one object: a GLOBAL has two
  // of its own.
  const Result<std::string> second = pickle::dumps(again);
  MP_ASSERT(second.has_value());
  const Result<std::string> third = pickle::dumps(reload(*second));
  MP_ASSERT(third && *third == *second);
}

void check_uses(const Object& value) {
  static_cast<void>(repr(value));
  static_cast<void>(hash(value));
  static_cast<void>(truth(value));
  static_cast<void>(equal(value, value));
}

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  const std::string_view bytes = as_text(data, size);
  const mp::Result<mp::Object> value = load_within_memory(bytes, {});
  check_limits(bytes, value);
  if (!value) {
    check_refusal(value.error());
    return 0;
  }
  check_round_trip(*value);
  check_uses(*value);
  return 0;
}
