#pragma once

#include <string_view>
#include <utility>

namespace mp::pickle {

/// Protocols 0 to 2 name things as Python 2 does, also when Python 3 writes them: `__builtin__`
/// is `builtins`. Both give back what they do not know.
using GlobalName = std::pair<std::string_view, std::string_view>;

GlobalName to_python3(std::string_view module, std::string_view name) noexcept;
GlobalName to_python2(std::string_view module, std::string_view name) noexcept;

}  // namespace mp::pickle
