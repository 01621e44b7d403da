// One process of an adapter: its connection, its objects by name, its threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "mpspec_kit.hpp"

namespace mpspec::kit {

/// Ends the actor: its target returns with that exit code.
struct Leave {
  int code;
};

using Objects = std::map<std::string, Kept>;

/// Finds what {"var": NAME} stands for; programs have variables.
using FindVariable = std::function<Value(const std::string&)>;

/// The requests of one thread, in order.
class Inbox {
 public:
  void put(Value request);
  void close();
  std::optional<Value> take();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Value> requests_;
  bool closed_ = false;
};

/// A call and what it came to.
struct Done {
  std::int64_t began;
  std::int64_t ended;
  Answer answer;
  std::optional<Error> error;
};

class Actor {
 public:
  /// Connects to MPSPEC_SOCKET and says hello.
  Actor(const Table& table, int number, Objects objects);
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  /// Works until the suite closes the connection or tells the actor to end; its exit code.
  int run();

  [[nodiscard]] const Table& table() const { return table_; }
  [[nodiscard]] Kept find(const std::string& name);
  void keep(const std::string& name, Kept kept);
  void drop(const std::string& name);
  [[nodiscard]] std::vector<std::string> names();
  /// A value with its references and variables put in; fails with AdapterError for what is none.
  [[nodiscard]] Value resolve(const Value& value, const FindVariable& variable = {});
  /// Calls what a request, or a program's `do`, asks for.
  Done call(const Value& request, const FindVariable& variable = {});
  /// {"ok": ...} or {"error": ...}; keeps the result if asked to.
  Value outcome(const Value& request, Done& done);

 private:
  void read_requests();
  void work_on(Inbox& inbox);
  [[nodiscard]] Value reply_to(const Value& request);
  void send(const Value& message);
  Call make_call(const Operation& operation, const Value& request, const Kept* target,
                 const FindVariable& variable);

  const Table& table_;
  int connection_;
  std::mutex writing_;
  std::mutex mutex_;  // of objects_
  Objects objects_;
  Inbox main_inbox_;
  std::map<std::string, std::unique_ptr<Inbox>> inboxes_;
};

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t stamp();
Value error_fields(const Error& error);
/// The reply of actor.program, without its id.
Value run_program(Actor& actor, const Value& request);

}  // namespace mpspec::kit
