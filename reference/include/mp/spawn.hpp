#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "mp/process.hpp"
#include "mp/transfer.hpp"

/// The start method spawn: the child is a fresh process of the same program that calls one
/// registered function. Unlike a forked one it has nothing of its parent but the arguments, the
/// environment and standard output and error, so it may be started while other threads run.
///
///     void work(mp::Lock lock, mp::Value<int> total, int rounds);
///     const mp::SpawnFunction kWork("work", work);       // at namespace scope
///
///     int main(int argc, char** argv) {
///       mp::spawn_main(argc, argv);                      // first
///       ...
///       mp::Process child(kWork.call(lock, total, 1000), {.name = "worker"});
///       MP_TRY(child.start());
namespace mp {

/// A registered function and its arguments, to be called in a child. A copy shares them.
class SpawnCall {
 public:
  using PackArguments = std::function<Result<void>(Packer&)>;

  SpawnCall(std::string function, PackArguments pack_arguments)
      : function_(std::move(function)), pack_arguments_(std::move(pack_arguments)) {}

  const std::string& function() const { return function_; }
  Result<void> pack_arguments(Packer& packer) const { return pack_arguments_(packer); }

 private:
  std::string function_;
  PackArguments pack_arguments_;
};

namespace process {
/// What makes a target of packed arguments.
using UnpackCall = std::function<Result<Process::Target>(Unpacker&)>;
/// A name that was registered before stops the program.
void register_spawn_function(std::string name, UnpackCall unpack);
}  // namespace process

/// A function that spawned children can call, under a name that is its own in the program. Its
/// arguments are Transferable; a Connection among them is the child's, and closed in this process
/// once the child has started. Of a proxy the caller keeps one until the child has made its own.
template <class... Args>
class SpawnFunction {
 public:
  SpawnFunction(std::string name, void (*function)(Args...)) : name_(std::move(name)) {
    process::register_spawn_function(
        name_, [function](Unpacker& unpacker) -> Result<Process::Target> {
          MP_TRY_ASSIGN(Arguments arguments, Transfer<Arguments>::unpack(unpacker));
          auto held = std::make_shared<Arguments>(std::move(arguments));
          return Process::Target([function, held] { std::apply(function, std::move(*held)); });
        });
  }

  /// Nothing is written down before Process::start().
  template <class... Given>
  requires(sizeof...(Given) == sizeof...(Args)) SpawnCall call(Given&&... given)
  const {
    auto arguments = std::make_shared<const Arguments>(std::forward<Given>(given)...);
    return SpawnCall(name_, [arguments](Packer& packer) {
      return Transfer<Arguments>::pack(packer, *arguments);
    });
  }

 private:
  using Arguments = std::tuple<std::remove_cvref_t<Args>...>;

  std::string name_;
};

/// In a spawned child: makes its call and ends the process as a child made by fork ends. In every
/// other process: returns, and children can be spawned from then on. Call it first in main(), once
/// the functions are registered; without it Process::start() refuses to spawn.
void spawn_main(int argc, char** argv);

}  // namespace mp
