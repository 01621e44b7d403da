// Makes a violation short without making it another one.
#pragma once

#include "history/checker.hpp"

namespace mpspec {

/// A few calls of a queue that are likely to have no order by themselves; none for other objects,
/// or when none were found. Without an order for them there is none for all.
Part suspicious_calls(const Part& part);

/// The calls of a part without an order that matter. A call is left out only where that cannot make
/// an order impossible: calls that began after the contradiction, calls that only read, items of a
/// queue with their puts and gets, and calls after which there is no order whether they happened or
/// not. `part` has to be not linearizable. When the budget ends, the rest is not looked at.
Violation minimised(Part part, const Budget& budget);

}  // namespace mpspec
