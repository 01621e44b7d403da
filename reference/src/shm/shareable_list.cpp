#include "mp/shareable_list.hpp"

#include <algorithm>
#include <cmath>

#include "mp/slice.hpp"
#include "shm/list_layout.hpp"

namespace mp {
namespace {

using shm::ListLayout;

Result<ListLayout> layout_of(const SharedMemory& memory) {
  MP_TRY_ASSIGN(const std::span<std::byte> block, memory.buf());
  return ListLayout(block);
}

Result<std::size_t> select_item(const ListLayout& layout, std::int64_t index, const char* text) {
  MP_TRY_ASSIGN(const std::size_t count, layout.count());
  const Result<std::size_t> position = select(index, count);
  if (!position) return Error{ErrorCode::OutOfRange, text};
  return *position;
}

/// An integer that Python takes a bool or an integer for.
std::optional<std::int64_t> as_integer(const ShareableItem& item) {
  if (const auto* flag = std::get_if<bool>(&item)) return *flag ? 1 : 0;
  if (const auto* number = std::get_if<std::int64_t>(&item)) return *number;
  return std::nullopt;
}

/// Exactly, not after rounding the integer to a float.
bool equals(std::int64_t integer, double number) {
  constexpr double kLimit = 9223372036854775808.0;  // two to the power of 63
  return number >= -kLimit && number < kLimit && std::trunc(number) == number &&
         static_cast<std::int64_t>(number) == integer;
}

bool equals(const ShareableItem& left, const ShareableItem& right) {
  const auto left_integer = as_integer(left);
  const auto right_integer = as_integer(right);
  if (left_integer && right_integer) return *left_integer == *right_integer;
  if (left_integer && std::holds_alternative<double>(right))
    return equals(*left_integer, std::get<double>(right));
  if (right_integer && std::holds_alternative<double>(left))
    return equals(*right_integer, std::get<double>(left));
  return left == right;
}

}  // namespace

Result<ShareableList> ShareableList::create(std::span<const ShareableItem> items,
                                            const std::optional<std::string>& name) {
  MP_TRY_ASSIGN(const std::int64_t bytes, ListLayout::bytes_for(items));
  MP_TRY_ASSIGN(SharedMemory memory, SharedMemory::create(bytes, name));
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory));
  layout.write_all(items);
  return ShareableList(std::move(memory));
}

Result<ShareableList> ShareableList::open(const std::string& name) {
  MP_TRY_ASSIGN(SharedMemory memory, SharedMemory::open(name));
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory));
  MP_TRY(layout.count());
  return ShareableList(std::move(memory));
}

Result<std::size_t> ShareableList::size() const {
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory_));
  return layout.count();
}

Result<ShareableItem> ShareableList::get(std::int64_t index) const {
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory_));
  MP_TRY_ASSIGN(const std::size_t position, select_item(layout, index, "index out of range"));
  return layout.read(position);
}

Result<void> ShareableList::set(std::int64_t index, const ShareableItem& item) const {
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory_));
  MP_TRY_ASSIGN(const std::size_t position,
                select_item(layout, index, "assignment index out of range"));
  return layout.write(position, item);
}

Result<std::vector<ShareableItem>> ShareableList::to_list() const {
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory_));
  MP_TRY_ASSIGN(const std::size_t count, layout.count());
  std::vector<ShareableItem> items;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    MP_TRY_ASSIGN(ShareableItem item, layout.read(i));
    items.push_back(std::move(item));
  }
  return items;
}

Result<std::size_t> ShareableList::index(const ShareableItem& value) const {
  MP_TRY_ASSIGN(const std::vector<ShareableItem> items, to_list());
  const auto found =
      std::ranges::find_if(items, [&](const auto& item) { return equals(item, value); });
  if (found == items.end()) return Error{ErrorCode::NotFound, "the value is not in this container"};
  return static_cast<std::size_t>(found - items.begin());
}

Result<std::size_t> ShareableList::count(const ShareableItem& value) const {
  MP_TRY_ASSIGN(const std::vector<ShareableItem> items, to_list());
  return static_cast<std::size_t>(
      std::ranges::count_if(items, [&](const auto& item) { return equals(item, value); }));
}

Result<bool> ShareableList::contains(const ShareableItem& value) const {
  MP_TRY_ASSIGN(const std::size_t found, count(value));
  return found > 0;
}

Result<std::string> ShareableList::format() const {
  MP_TRY_ASSIGN(const ListLayout layout, layout_of(memory_));
  MP_TRY_ASSIGN(const std::size_t count, layout.count());
  std::string formats;
  for (std::size_t i = 0; i < count; ++i) {
    MP_TRY_ASSIGN(const std::string format, layout.format(i));
    formats += format;
  }
  return formats;
}

Result<void> ShareableList::pack(Packer& packer) const { return memory_.pack(packer); }

Result<ShareableList> ShareableList::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(SharedMemory memory, SharedMemory::unpack(unpacker));
  return ShareableList(std::move(memory));
}

}  // namespace mp
