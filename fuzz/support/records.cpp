#include "fuzz/support/records.hpp"

#include "fuzz/support/byte_source.hpp"

namespace mp::fuzz {

std::vector<Record> parse_records(std::string_view bytes) {
  std::vector<Record> records;
  ByteSource source(bytes);
  while (!source.empty()) {
    const std::uint8_t kind = source.byte();
    const auto length = static_cast<std::size_t>(source.number(2));
    records.push_back({kind, source.take(length)});
  }
  return records;
}

void append_record(std::string& out, std::uint8_t kind, std::string_view body) {
  constexpr std::size_t kBodyMax = 0xffff;
  body = body.substr(0, kBodyMax);
  out.push_back(static_cast<char>(kind));
  out.push_back(static_cast<char>(body.size() & 0xff));
  out.push_back(static_cast<char>(body.size() >> 8));
  out.append(body);
}

}  // namespace mp::fuzz
