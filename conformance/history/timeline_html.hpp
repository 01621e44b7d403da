// A history as a picture.
#pragma once

#include <string>

#include "history/checker.hpp"

namespace mpspec {

/// One HTML page that needs nothing beside it: a lane for each actor, a bar for each call, which
/// says on hover what it was and what it came to. With a violation, its calls are marked, and the
/// one that fits nowhere stands out; only what happened around them is drawn of a long history.
std::string timeline_html(const History& history, const Judgement& judgement,
                          const std::string& title);

}  // namespace mpspec
