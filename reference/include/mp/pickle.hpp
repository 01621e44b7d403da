#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mp/object.hpp"
#include "mp/result.hpp"

/// Python's pickle format as data only: nothing that is read is imported, called or executed.
/// Known builtins become native Objects, everything else is kept as Global and Opaque.
namespace mp::pickle {

struct DumpOptions {
  /// 2, 3, 4 or 5. CPython 3.8 and later write 4 in multiprocessing and read all.
  int protocol = 4;
};

/// The pickle of `object`, byte by byte as CPython's ForkingPickler writes it.
/// Errors:  InvalidArgument  protocol unknown; or a name the protocol cannot write (a line feed in
///                           a Global, protocols 2 and 3)
///          TooLarge         nested deeper than kNestingMax; or a str, bytes or int that the
///                           protocol cannot write
/// Sharing: the object is only read.
Result<std::string> dumps(const Object& object, DumpOptions options = {});

/// The same, appended to `out`; on an error `out` is as before.
Result<void> dump_to(std::string& out, const Object& object, DumpOptions options = {});

/// What a pickle may ask for.
struct LoadLimits {
  std::size_t depth = 1000;          ///< containers in containers; at most kNestingMax
  std::size_t values = 1u << 24;     ///< everything that is pushed, shared values counted each time
  std::size_t memo = 1u << 24;       ///< entries of the memo
  std::size_t int_bytes = 1u << 16;  ///< of one int (of its digits, for the text forms)
  /// Bytes that reading and the value may take in all, at any time: `memory`, and so many more for
  /// each byte of the input. The usual ones leave 8 MiB and twice the input, of 64 MiB and 16 times
  /// the input, to whoever holds the input. An opcode of one byte can ask for a hundred.
  std::size_t memory = std::size_t{56} << 20;
  std::size_t memory_per_byte = 14;
  /// Containers that are entered to hash and compare keys, of all dicts and sets together: 2^22, and
  /// so many more for each byte of the input. Each key is looked at anew, however large it is.
  std::size_t walk_per_byte = 64;
};

/// Reads one pickle of any protocol 0 to 5; bytes behind its STOP are ignored, as Python does.
/// Errors:  Malformed  not a pickle, or one that needs what data-only reading does not have
///                     (persistent ids, extension codes, out-of-band buffers): the message names
///                     the opcode and its offset
///          TooLarge   over one of `limits`
Result<Object> loads(std::string_view bytes, const LoadLimits& limits = {});

/// The protocol a pickle says it is written in; nothing when it does not say (0 and 1).
std::optional<int> protocol_of(std::string_view bytes) noexcept;

}  // namespace mp::pickle
