#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mp/result.hpp"
#include "mp/transfer.hpp"

/// Looking at the shared objects of this machine from outside: who has them, who holds them, who
/// waits. Nothing here changes an object. What is told was so at some moment during the call, of
/// each word at its own. The program `mp-ipc` prints it.
namespace mp::introspection {

using Time = std::chrono::system_clock::time_point;

/// Who holds something of an object.
struct Holder {
  std::string what;   ///< "lock", "permits", "put lock", "get lock", "action"
  pid_t process = 0;  ///< 0 when only the thread is known, which has ended
  pid_t thread = 0;   ///< 0 when the process holds it, not one thread of it
  bool is_alive = false;
  std::int64_t count = 1;  ///< levels of an RLock, permits of a Semaphore
  /// At least since then. Known of a lock that somebody waits for, to the second.
  std::optional<Time> since = std::nullopt;
};

/// A thread that sleeps until something of an object changes.
struct Waiter {
  pid_t process = 0;
  pid_t thread = 0;
  std::string what;  ///< as of Holder, or what it waits for: "a permit", "room", "a message", ...
};

struct Object {
  std::string kind;  ///< "Lock", "RLock", "Semaphore", "Condition", "Event", "Barrier", "Value",
                     ///< "Array", "Queue", "SharedMemory"
  std::uint64_t id = 0;      ///< 0 of a SharedMemory, which has a name
  std::string name;          ///< "Lock 00c0ffee00c0ffee", "SharedMemory psm_0123abcd"
  std::uint64_t bytes = 0;   ///< that its content has
  std::uint64_t memory = 0;  ///< bytes of memory that it takes
  std::optional<Time> created = std::nullopt;
  pid_t creator = 0;  ///< 0: not known
  bool creator_is_alive = false;
  std::vector<pid_t> processes;  ///< that have it, by number; those of other users may be missing
  std::vector<Holder> holders;
  std::vector<Waiter> waiters;  ///< of the processes that may be looked into
  /// What is to be said of its kind: "value" "2 of 5", "messages" "17", ...
  std::vector<std::pair<std::string, std::string>> details;
  /// Why nothing of the above can be said: its header was overwritten, its process is another
  /// user's. Empty when it can.
  std::string trouble;

  bool has_dead_holder() const;
};

/// The objects of all processes that can be seen, by kind and age, and the named blocks of shared
/// memory (SharedMemory), be they attached or not.
std::vector<Object> objects();

/// The object whose id begins with those hexadecimal digits, or the block of that name.
/// Errors: NotFound         there is none
///         InvalidArgument  several objects' ids begin so
Result<Object> find(const std::string& id_or_name);

/// The objects with these ids, as far as this process has them.
std::vector<Object> inspect_ids(const std::vector<std::uint64_t>& ids);

/// The shared memory behind a handle of this process: one object, or several where it has a lock of
/// another one.
/// Errors: those of to_ticket
template <Transferable T>
Result<std::vector<Object>> inspect(const T& object) {
  Packer packer(Transport::Inheritance);
  MP_TRY(Transfer<T>::pack(packer, object));
  return inspect_ids(packer.shared_ids());
}

/// What a clean-up took away, or would.
struct Removed {
  std::string name;
  std::uint64_t memory = 0;
};

/// Unlinks named blocks of shared memory that no process has attached: those of the given names, or
/// all that were given no name of their own ("psm_..." is CPython's and this library's choice).
/// With `dry_run` it only tells which. Errors: NotFound         no block has the name; none was
/// unlinked
///         InvalidArgument  a process has it attached, the message says which; none was unlinked
///         System           one cannot be unlinked; the others were
Result<std::vector<Removed>> remove_unused_blocks(bool dry_run,
                                                  const std::vector<std::string>& names = {});

/// Semaphore::recover for the semaphore with that id.
/// Errors: NotFound, and those of Semaphore::recover
Result<std::int64_t> recover_permits(std::uint64_t id);

}  // namespace mp::introspection
