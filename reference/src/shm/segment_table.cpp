#include "shm/segment_table.hpp"

#include <pthread.h>

#include "mp/assert.hpp"

namespace mp::shm {

SegmentTable& SegmentTable::instance() {
  static SegmentTable& table = *new SegmentTable;  // never destroyed: objects may be static
  return table;
}

SegmentTable::SegmentTable() {
  const int registered =
      ::pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                       [] { instance().mutex_.unlock(); });
  MP_ASSERT(registered == 0);
}

void SegmentTable::add(const std::shared_ptr<Segment>& segment) {
  const std::lock_guard guard(mutex_);
  const std::uint64_t id = segment->header().id;
  by_id_[id] = {segment.get(), segment};
  ids_[segment->content()] = id;
}

void SegmentTable::remove(const Segment& segment) {
  const std::lock_guard guard(mutex_);
  const auto found = ids_.find(segment.content());
  if (found == ids_.end()) return;
  // The segment may have been mapped anew since nobody referred to this mapping.
  const auto entry = by_id_.find(found->second);
  if (entry != by_id_.end() && entry->second.address == &segment) by_id_.erase(entry);
  ids_.erase(found);
}

std::shared_ptr<Segment> SegmentTable::find_id(std::uint64_t id) {
  const std::lock_guard guard(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.segment.lock();
}

std::shared_ptr<Segment> SegmentTable::find_content(const void* content) {
  const std::lock_guard guard(mutex_);
  const auto found = ids_.find(content);
  if (found == ids_.end()) return nullptr;
  const auto entry = by_id_.find(found->second);
  return entry == by_id_.end() ? nullptr : entry->second.segment.lock();
}

}  // namespace mp::shm
