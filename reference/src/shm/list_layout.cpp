#include "shm/list_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "mp/assert.hpp"

namespace mp::shm {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kFormatBytes = 8;
constexpr std::size_t kCodeBytes = 1;
/// A longer one would need a format of more than eight characters.
constexpr std::size_t kPlaceBytesMax = 9999992;

constexpr std::string_view kInt = "q";
constexpr std::string_view kFloat = "d";
constexpr std::string_view kBool = "xxxxxxx?";
constexpr std::string_view kNone = "xxxxxx?x";

enum class Code : std::uint8_t { Number = 0, Text = 1, Bytes = 2, None = 3 };

Error malformed() { return {ErrorCode::Malformed, "the block does not hold a shareable list"}; }

/// What an item looks like in its place.
struct Encoded {
  BytesView data;
  std::string format;
  Code code;
};

template <class Number>
BytesView raw(const Number& number) {
  return std::as_bytes(std::span(&number, 1));
}

std::string string_format(std::size_t place_bytes) { return std::to_string(place_bytes) + "s"; }

BytesView contents(const ShareableItem& item) {
  if (const auto* text = std::get_if<std::string>(&item)) return bytes_view(*text);
  if (const auto* bytes = std::get_if<Bytes>(&item)) return *bytes;
  return {};
}

bool is_string(const ShareableItem& item) {
  return std::holds_alternative<std::string>(item) || std::holds_alternative<Bytes>(item);
}

/// For a place of that size, into which it fits. Refers to `item`.
Encoded encode(const ShareableItem& item, std::size_t place_bytes) {
  static constexpr std::array<std::byte, kWord> kFalseBytes{};
  static constexpr std::array<std::byte, kWord> kTrueBytes{
      {{}, {}, {}, {}, {}, {}, {}, std::byte{1}}};
  if (const auto* flag = std::get_if<bool>(&item)) {
    return {*flag ? kTrueBytes : kFalseBytes, std::string(kBool), Code::Number};
  }
  if (const auto* number = std::get_if<std::int64_t>(&item))
    return {raw(*number), std::string(kInt), Code::Number};
  if (const auto* number = std::get_if<double>(&item))
    return {raw(*number), std::string(kFloat), Code::Number};
  if (std::holds_alternative<std::string>(item))
    return {contents(item), string_format(place_bytes), Code::Text};
  if (std::holds_alternative<Bytes>(item))
    return {contents(item), string_format(place_bytes), Code::Bytes};
  return {kFalseBytes, std::string(kNone), Code::None};
}

/// Place of a new item: a spare byte at least behind a text.
std::size_t place_bytes_for(const ShareableItem& item) {
  return is_string(item) ? kWord * (contents(item).size() / kWord + 1) : kWord;
}

/// Stores what differs, padded with NULs. So a number that replaces one of its type is a single
/// store of a word.
void store_padded(std::span<std::byte> target, BytesView source) {
  const std::span<std::byte> head = target.first(source.size());
  const std::span<std::byte> tail = target.subspan(source.size());
  if (!std::ranges::equal(head, source)) std::memcpy(head.data(), source.data(), source.size());
  if (std::ranges::any_of(tail, [](std::byte byte) { return byte != std::byte{0}; })) {
    std::ranges::fill(tail, std::byte{0});
  }
}

std::string_view without_nuls_at_end(BytesView bytes) {
  std::string_view text = text_view(bytes);
  const std::size_t last = text.find_last_not_of('\0');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

template <class Number>
Result<ShareableItem> decode_number(BytesView data) {
  Number number{};
  std::memcpy(&number, data.data(), sizeof number);
  return number;
}

Result<ShareableItem> decode_string(BytesView data, std::string_view format, Code code) {
  std::size_t length = 0;
  const char* end = format.data() + format.size() - 1;
  const auto [stop, error] = std::from_chars(format.data(), end, length);
  if (error != std::errc{} || stop != end || length > data.size()) return malformed();
  const std::string_view text = without_nuls_at_end(data.first(length));
  if (code == Code::Text) return std::string(text);
  return to_bytes(text);
}

Result<ShareableItem> decode(BytesView data, std::string_view format, Code code) {
  if (code == Code::None) return std::monostate{};
  if (code == Code::Text || code == Code::Bytes) {
    if (!format.ends_with('s')) return malformed();
    return decode_string(data, format, code);
  }
  if (data.size() < kWord) return malformed();
  if (format == kInt) return decode_number<std::int64_t>(data);
  if (format == kFloat) return decode_number<double>(data);
  if (format == kBool) return data[kWord - 1] != std::byte{0};
  return malformed();
}

}  // namespace

Result<std::int64_t> ListLayout::bytes_for(std::span<const ShareableItem> items) {
  std::size_t bytes =
      kWord + kWord * (items.size() + 1) + (kFormatBytes + kCodeBytes) * items.size();
  for (const ShareableItem& item : items) {
    const std::size_t place_bytes = place_bytes_for(item);
    if (place_bytes > kPlaceBytesMax) {
      return Error{ErrorCode::TooLarge, "a text or bytes of more than 9999991 bytes"};
    }
    bytes += place_bytes;
  }
  return static_cast<std::int64_t>(bytes);
}

void ListLayout::write_all(std::span<const ShareableItem> items) const {
  set_number_at(0, static_cast<std::int64_t>(items.size()));
  std::size_t offset = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    offset += place_bytes_for(items[i]);
    set_number_at(i + 2, static_cast<std::int64_t>(offset));  // offset[0] is zero already
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Result<void> written = write(i, items[i]);
    MP_ASSERT(written.has_value());
  }
}

std::int64_t ListLayout::number_at(std::size_t position) const {
  std::int64_t number = 0;
  std::memcpy(&number, block_.data() + position * kWord, kWord);
  return number;
}

void ListLayout::set_number_at(std::size_t position, std::int64_t number) const {
  std::memcpy(block_.data() + position * kWord, &number, kWord);
}

Result<std::size_t> ListLayout::count() const {
  if (block_.size() < 2 * kWord) return malformed();
  const std::int64_t count = number_at(0);
  const std::size_t most = (block_.size() - 2 * kWord) / (kWord + kFormatBytes + kCodeBytes);
  if (count < 0 || static_cast<std::size_t>(count) > most) return malformed();
  return static_cast<std::size_t>(count);
}

Result<ListLayout::Place> ListLayout::find(std::size_t index) const {
  MP_TRY_ASSIGN(const std::size_t items, count());
  if (index >= items) return malformed();
  const std::size_t data_start = kWord * (items + 2);
  const std::size_t data_most = block_.size() - data_start - (kFormatBytes + kCodeBytes) * items;
  const std::int64_t first = number_at(1 + index);
  const std::int64_t last = number_at(2 + index);
  const std::int64_t data_bytes = number_at(1 + items);
  if (first < 0 || first > last || last > data_bytes ||
      static_cast<std::size_t>(data_bytes) > data_most) {
    return malformed();
  }
  const std::size_t formats_start = data_start + static_cast<std::size_t>(data_bytes);
  const std::size_t codes_start = formats_start + kFormatBytes * items;
  return Place{.data = block_.subspan(data_start + static_cast<std::size_t>(first),
                                      static_cast<std::size_t>(last - first)),
               .format = block_.subspan(formats_start + kFormatBytes * index, kFormatBytes),
               .code = block_.data() + codes_start + kCodeBytes * index};
}

Result<ShareableItem> ListLayout::read(std::size_t index) const {
  MP_TRY_ASSIGN(const Place place, find(index));
  const std::string format(without_nuls_at_end(place.format));
  return decode(place.data, format, static_cast<Code>(*place.code));
}

Result<void> ListLayout::write(std::size_t index, const ShareableItem& item) const {
  MP_TRY_ASSIGN(const Place place, find(index));
  const std::size_t needed = is_string(item) ? contents(item).size() : kWord;
  if (needed > place.data.size() || place.data.size() > kPlaceBytesMax) {
    return Error{ErrorCode::TooLarge, "bytes/str item exceeds available storage"};
  }
  const Encoded encoded = encode(item, place.data.size());
  store_padded(place.format, bytes_view(encoded.format));
  const auto code = static_cast<std::byte>(encoded.code);
  if (*place.code != code) *place.code = code;
  store_padded(place.data, encoded.data);
  return {};
}

Result<std::string> ListLayout::format(std::size_t index) const {
  MP_TRY_ASSIGN(const Place place, find(index));
  return std::string(without_nuls_at_end(place.format));
}

}  // namespace mp::shm
