#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace mp {

/// What queues and connections carry.
using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

inline BytesView bytes_view(std::string_view text) { return std::as_bytes(std::span(text)); }
inline Bytes to_bytes(std::string_view text) {
  const BytesView view = bytes_view(text);
  return Bytes(view.begin(), view.end());
}
inline std::string_view text_view(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace mp
