// A verdict as text that a person can follow.
#pragma once

#include <string>

#include "history/checker.hpp"

namespace mpspec {

/// The calls that matter in the order of time, the longest order that explains some of them with
/// the state it leads to, and the call that fits nowhere.
std::string explanation(const Violation& violation);

/// One line for an answer that is not `not_linearizable`, the explanation for one that is.
std::string explanation(const Judgement& judgement);

}  // namespace mpspec
