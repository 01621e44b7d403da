// Properties of one object of which a user is killed in the middle of its calls.
#pragma once

#include "tests/support/concurrent.hpp"

namespace mpspec {

struct VictimUse {
  /// Who is left; their programs are recorded.
  SharedUse survivors;
  /// A new child that knows the object.
  std::function<Child()> spawn;
  /// SIGKILL, and waits for the end of the process.
  std::function<void(const Child&)> kill;
  /// Waits until what the dead had asked for last is done, or dropped.
  std::function<void()> settle;
  /// Asked in the end by the first survivor: what has become of the object.
  PlannedCall last_look;
};

/// In each round a victim and the survivors make calls drawn from `callables` at the same time, and
/// the victim is killed at a moment that is drawn, too. One order of all calls has to explain what
/// they came to, in which the victim's call that was not answered happened or did not. Inconclusive
/// unless the victim was often enough in the middle of its calls while the survivors were in
/// theirs.
void check_with_victims(Adapter& adapter, const VictimUse& use,
                        const std::vector<Callable>& callables, int rounds);

}  // namespace mpspec
