// Reads pickles as data.
#pragma once

#include <string_view>

#include "wire/pickled.hpp"

namespace mpspec {

/// What a pickle of protocol 2 to 5 says. Sets, numbers, texts and containers
/// come as values, everything else as objects; nothing is executed. Errors:
/// PickleError for what is no such pickle, goes on behind its end, contains
/// itself, or is nested more than 500 levels deep.
Pickled read_pickle(std::string_view bytes);

}  // namespace mpspec
