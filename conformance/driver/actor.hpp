// One process of the adapter, as a case drives it.
#pragma once

#include <sys/types.h>

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "driver/hello.hpp"
#include "driver/line_connection.hpp"
#include "driver/object.hpp"
#include "driver/outcome.hpp"
#include "driver/program.hpp"

namespace mpspec {

class Adapter;
class Actor;

;

/// An operation in flight.
class Pending {
 public:
  Pending(Actor& actor, long long id) : actor_(&actor), id_(id) {}
  /// Whether the reply is there; does not wait.
  [[nodiscard]] bool ready() const;
  /// The reply; a case that waits longer than the deadline is a hang.
  [[nodiscard]] Outcome wait() const;
  /// The reply if it comes by then.
  [[nodiscard]] std::optional<Outcome> wait_until(Clock::time_point when) const;
  /// The reply if it has been read already; of an actor that was killed, whether it had answered.
  [[nodiscard]] std::optional<Outcome> answered() const;

 private:
  Actor* actor_;
  long long id_;
};

/// How to make a child; an empty field leaves the backend's default.
struct SpawnOptions {
  std::string name;
  std::optional<bool> daemon;
  std::string method;
};

struct Child {
  Actor& actor;
  Object process;  // known to the parent
};

class Actor {
 public:
  Actor(Adapter& adapter, LineConnection connection, Hello hello);
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  [[nodiscard]] const Hello& hello() const { return hello_; }
  [[nodiscard]] pid_t pid() const { return hello_.pid; }
  [[nodiscard]] bool offers(std::string_view operation) const;
  /// Ends the case as unsupported unless the backend has this feature (threads, fork, spawn,
  /// forkserver).
  void need_feature(const std::string& feature);

  // Operations. The first form works on an object, the second is "TYPE.method" without one.
  Outcome call(const Object& object, const std::string& method, const Args& args = {},
               const Kwargs& kwargs = {});
  Outcome call(const std::string& operation, const Args& args = {}, const Kwargs& kwargs = {});
  /// Sends an operation that the hello does not list; fails the case unless it is answered
  /// `unsupported`.
  void expect_unsupported(const std::string& operation);
  Pending begin(const Object& object, const std::string& method, const Args& args = {},
                const Kwargs& kwargs = {});
  /// The same on this actor's thread of that name; the case must have asked for the feature.
  Pending begin_on(const std::string& thread, const Object& object, const std::string& method,
                   const Args& args = {}, const Kwargs& kwargs = {});

  // Objects. A construction that fails ends the case as a failure.
  Object make(const std::string& type, const Args& args = {}, const Kwargs& kwargs = {});
  Object make_in(const Object& manager, const std::string& type, const Args& args = {},
                 const Kwargs& kwargs = {});
  /// Calls and keeps the result as an object of that type.
  Object keep(const Object& object, const std::string& method, const std::string& type,
              const Args& args = {}, const Kwargs& kwargs = {});
  /// The outcome of a construction that may fail; the object, if any, is of no further use.
  Outcome try_make(const std::string& type, const Args& args = {}, const Kwargs& kwargs = {});
  Outcome try_make_in(const Object& manager, const std::string& type, const Args& args = {},
                      const Kwargs& kwargs = {});
  /// The two ends of a Pipe.
  std::pair<Object, Object> make_pipe(bool duplex = true);

  // Programs: the reply is a dict of all variables.
  Outcome run(const Program& program);
  Pending begin_run(const Program& program);
  /// The same on this actor's thread of that name; the case must have asked for the feature.
  Pending begin_run_on(const std::string& thread, const Program& program);
  /// History entries of the last recorded program of this actor: statement index and outcome with
  /// stamps.
  [[nodiscard]] const std::vector<std::pair<int, Outcome>>& history() const { return history_; }

  // Processes.
  Child spawn(const std::vector<Object>& objects = {}, const SpawnOptions& options = {});
  /// A process object that is not started yet, and the number its actor will have.
  std::pair<Object, int> make_process(const std::vector<Object>& objects = {},
                                      const SpawnOptions& options = {});
  /// Asks the actor to end in that way (actor.exit, actor.raise, ...) and waits until its
  /// connection ends.
  void end(const std::string& operation, const Args& args = {});
  /// Sends a signal to the actor's process.
  void signal(int number);
  /// SIGKILL, and waits until the actor's connection has ended; reads what it still answered.
  void kill();
  /// Closes the connection: the actor's target returns.
  void release();
  [[nodiscard]] bool ended() const { return connection_.state() != LineConnection::State::open; }

 private:
  friend class Pending;
  struct Waiting {
    std::string thread;
    std::string text;
    Clock::time_point sent;
  };

  long long send(nlohmann::json request, const std::string& operation, std::string text);
  Outcome perform(const std::string& operation, const std::string& object, const Args& args,
                  const Kwargs& kwargs, const std::vector<std::string>& keep_as = {});
  long long start(const std::string& operation, const std::string& object, const Args& args,
                  const Kwargs& kwargs, const std::vector<std::string>& keep_as = {},
                  const std::string& thread = "");
  void check_offered(const std::string& operation);
  void need(const Outcome& outcome, const std::string& what);
  /// Reads until the reply is there or the time has come.
  std::optional<Outcome> await(long long id, Clock::time_point deadline);
  void take(const nlohmann::json& line);
  void take_history(const nlohmann::json& line);
  /// In actor-N.log: when the actor itself says that the operation began and ended, in nanoseconds
  /// of CLOCK_MONOTONIC, and what it came to.
  void log_own_times(const Outcome& outcome, const std::string& told);
  enum class LastWords { read, drop };
  void wait_for_end(LastWords words);
  [[noreturn]] void complain(const std::string& message);

  Adapter& adapter_;
  LineConnection connection_;
  Hello hello_;
  long long next_id_ = 1;
  std::map<long long, Waiting> waiting_;
  std::map<long long, Outcome> replies_;
  std::vector<std::pair<int, Outcome>> history_;
  std::ofstream log_;
};

}  // namespace mpspec
