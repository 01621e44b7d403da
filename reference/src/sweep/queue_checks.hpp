#pragma once

#include <string>
#include <vector>

#include "mp/queue.hpp"
#include "sweep/world.hpp"

namespace mp::sweep {

using Texts = std::vector<std::string>;

void put(const Queue& queue, const std::string& text);
std::string get(const Queue& queue);
/// Everything that is in the queue; it is empty then, and says so.
Texts drain(const Queue& queue);

/// A queue that never held a message before those of `contents`.
Queue queue_of(const Texts& contents, std::int64_t maxsize = 0);

/// A world whose survivors find the contents `before` or `after` the operation, and then put and
/// get at the same time.
World world_around(const Queue& queue, const Texts& before, const Texts& after);

/// The workload: each of the two survivors puts and gets, and notes what it got; every message
/// arrives once, those of one producer in their order.
std::function<void(int)> put_and_get(const Queue& queue);

}  // namespace mp::sweep
