// Where the processes of a hanging case are.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace mpspec {

/// Writes what every descendant of process `root` is doing to `file`: its command line, state,
/// the kernel function it sleeps in and, where Debian's eu-stack (elfutils) or gdb is installed,
/// the stacks of its threads. Then ends them with SIGABRT, because runtimes that know of it
/// (Python's faulthandler, Go) print their own stacks to standard error, and waits up to two
/// seconds for their end.
void leave_stacks(const std::filesystem::path& file, pid_t root);

}  // namespace mpspec
