#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mp::fuzz {

/// One step of an input that is a sequence of steps: a kind and what it is about. On disk a byte,
/// the body's length in two bytes (least significant first) and the body, so that steps can be
/// moved, doubled and dropped without touching the others.
struct Record {
  std::uint8_t kind;
  std::string_view body;
};

/// Never fails: a length over the end means up to the end.
std::vector<Record> parse_records(std::string_view bytes);
/// Body at most 65535 bytes; the rest is cut off.
void append_record(std::string& out, std::uint8_t kind, std::string_view body);

}  // namespace mp::fuzz
