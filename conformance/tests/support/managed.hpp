// Cases on objects that live in a manager's server.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/conformance.hpp"

namespace mpspec {

class ManagedConformance : public Conformance {
 protected:
  /// The manager of actor 0, started at first use, with the key of the process.
  const Object& server();
  /// An object of it, made by actor 0.
  Object make(const std::string& type, const Args& args = {}, const Kwargs& kwargs = {});
  /// A client of a manager that actor 0 started.
  Object connect(Actor& client, const Object& manager);

  /// Children that actor 0 hands these objects to.
  std::vector<Child> spawn(int count, const std::vector<Object>& objects);
  /// Lets the child's target return, and waits until its process has ended.
  void end(const Child& child);

  /// Adds to the i-th child's program of a race.
  using Racer = std::function<void(Program&, int i)>;
  /// Runs one program in each child, all at the same time; gives their variables.
  std::vector<Value> race(const std::vector<Child>& children, const Racer& racer);

  static constexpr int kAdders = 3;
  static constexpr int kAdditionsEach = 40;
  static constexpr int kAdditions = kAdders * kAdditionsEach;
  /// Several processes add 1 to the same number without a lock, each by `read` and then `write`.
  /// `place` says where the number is, in front of what is written.
  void add_without_lock(const Object& object, const std::string& read, const std::string& write,
                        const Args& place);

  /// Asks until the operation gives this value; an operation that never does is a failure.
  void await(Actor& actor, const Object& object, const std::string& method, const Value& expected);

 private:
  std::optional<Object> server_;
};

}  // namespace mpspec
