#pragma once

#include "mp/introspection.hpp"
#include "shm/segment.hpp"

namespace mp::introspection {

/// What the state in a segment says: holders and details.
void read_state(const shm::Segment& segment, Object& object);

/// What a thread waits for that sleeps on the word at that offset in the segment's file.
std::string waited_for(shm::Kind kind, std::uint64_t offset);

}  // namespace mp::introspection
