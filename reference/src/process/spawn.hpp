#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mp/spawn.hpp"
#include "process/bootstrap.hpp"

namespace mp::process {

/// Starts a spawned child: its process number.
/// Errors: InvalidArgument  spawn_main() was not called; what cannot be passed on
///         System           the operating system refused
Result<pid_t> spawn_child(const Birth& birth, const SpawnCall& call);

/// Something of every process that its spawned children get, too, as forked ones do: `save` is
/// called in the parent, `restore` in the child. At namespace scope; `name` is its own.
struct Inherited {
  Inherited(std::string name, std::function<std::string()> save,
            std::function<void(std::string)> restore);
};

}  // namespace mp::process
