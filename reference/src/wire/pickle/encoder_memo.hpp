#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "wire/object/nodes.hpp"

namespace mp::pickle {

/// Which nodes have been written, and under which number. Most messages share next to nothing:
/// the first few entries are simply searched.
class EncoderMemo {
 public:
  std::optional<std::uint32_t> find(const detail::Node* node) const noexcept {
    if (table_.empty()) {
      for (std::size_t i = 0; i < count_; ++i)
        if (few_[i].node == node) return few_[i].number;
      return std::nullopt;
    }
    const Entry& entry = table_[slot_of(node)];
    if (entry.node == nullptr) return std::nullopt;
    return entry.number;
  }

  void add(const detail::Node* node, std::uint32_t number) {
    if (table_.empty() && count_ < kFew) {
      few_[count_++] = {node, number};
      return;
    }
    if (count_ * 2 >= table_.size()) grow();
    table_[slot_of(node)] = {node, number};
    ++count_;
  }

 private:
  static constexpr std::size_t kFew = 12;
  struct Entry {
    const detail::Node* node;
    std::uint32_t number;
  };

  /// Where the node is, or would be.
  std::size_t slot_of(const detail::Node* node) const noexcept {
    const std::size_t mask = table_.size() - 1;
    std::size_t at = static_cast<std::size_t>(
        (reinterpret_cast<std::uintptr_t>(node) >> 4) * 0x9e3779b97f4a7c15u >> 20);
    for (at &= mask; table_[at].node != nullptr && table_[at].node != node; at = (at + 1) & mask) {
    }
    return at;
  }

  void grow() {
    const std::vector<Entry> old = std::move(table_);
    table_.assign(old.empty() ? 64 : old.size() * 4, Entry{nullptr, 0});
    for (const Entry& entry : old)
      if (entry.node != nullptr) table_[slot_of(entry.node)] = entry;
    if (old.empty())
      for (std::size_t i = 0; i < count_; ++i) table_[slot_of(few_[i].node)] = few_[i];
  }

  std::array<Entry, kFew> few_;
  std::size_t count_ = 0;
  std::vector<Entry> table_;
};

}  // namespace mp::pickle
