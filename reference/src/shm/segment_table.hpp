#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "shm/segment.hpp"

namespace mp::shm {

/// The segments that this process has mapped, by id and by where their content begins. Whole also
/// in a forked child, whatever other threads were doing. Lives as long as the program.
class SegmentTable {
 public:
  static SegmentTable& instance();

  void add(const std::shared_ptr<Segment>& segment);
  /// Its destructor calls it: nobody refers to the segment any more.
  void remove(const Segment& segment);

  std::shared_ptr<Segment> find_id(std::uint64_t id);
  std::shared_ptr<Segment> find_content(const void* content);

 private:
  SegmentTable();

  struct Entry {
    const Segment* address;
    std::weak_ptr<Segment> segment;
  };

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> by_id_;
  std::unordered_map<const void*, std::uint64_t> ids_;  ///< by content
};

}  // namespace mp::shm
