// Who holds a lock when, from the histories of processes that race for it.
#pragma once

#include <vector>

#include "tests/support/conformance.hpp"

namespace mpspec {

/// From the return of the acquire to the call of the release that ends it: what is surely held.
struct Holding {
  Clock::time_point from;
  Clock::time_point until;
};

/// The largest number of holdings at any one time; one may begin when another ends.
std::size_t most_at_once(const std::vector<Holding>& holdings);

/// Lets the actors acquire and release the object many times at the same time, each `levels` times
/// before it releases as often, and gives the largest number of them that held it at once. Ends the
/// case as inconclusive unless `capacity` of them did while another one called acquire.
std::size_t race_for(Adapter& adapter, const std::vector<Actor*>& actors, const Object& object,
                     std::size_t capacity = 1, int levels = 1);

}  // namespace mpspec
