// Input: decisions of the value builder.
// Property: every value that the model can build survives every protocol: it is read back as the
// same value, down to which parts are one object, and its pickle says its protocol and is written
// the same way again.
#include <string>

#include "fuzz/support/same_value.hpp"
#include "fuzz/support/value_builder.hpp"
#include "mp/pickle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  ByteSource source(as_text(data, size));
  ValueBuilder builder(source);
  const mp::Object value = builder.value();
  for (int protocol = builder.needs_protocol_4() ? 4 : 2; protocol <= 5; ++protocol) {
    const mp::Result<std::string> pickled = mp::pickle::dumps(value, {.protocol = protocol});
    MP_ASSERT(pickled.has_value());
    MP_ASSERT(mp::pickle::protocol_of(*pickled) == protocol);
    const mp::Result<mp::Object> loaded = mp::pickle::loads(*pickled);
    MP_ASSERT(loaded.has_value());
    MP_ASSERT(same_value(value, *loaded));
    const mp::Result<std::string> again = mp::pickle::dumps(*loaded, {.protocol = protocol});
    MP_ASSERT(again && *again == *pickled);
  }
  return 0;
}
