#include "tests/support/managed.hpp"

#include <fmt/format.h>

namespace mpspec {

const Object& ManagedConformance::server() {
  if (!server_) server_ = manager();
  return *server_;
}

Object ManagedConformance::make(const std::string& type, const Args& args, const Kwargs& kwargs) {
  return main().make_in(server(), type, args, kwargs);
}

Object ManagedConformance::connect(Actor& client, const Object& manager) {
  const Value address = main().call(manager, "address").value();
  const Value authkey = main().call(manager, "authkey").value();
  return client.keep(Object{"", "Manager"}, "connect", "Manager", {address, authkey});
}

std::vector<Child> ManagedConformance::spawn(int count, const std::vector<Object>& objects) {
  std::vector<Child> children;
  for (int i = 0; i < count; ++i) children.push_back(main().spawn(objects));
  return children;
}

void ManagedConformance::end(const Child& child) {
  child.actor.release();
  EXPECT_THAT(main().call(child.process, "join"), Succeeds());
}

std::vector<Value> ManagedConformance::race(const std::vector<Child>& children,
                                            const Racer& racer) {
  const auto start = soon();
  std::vector<Pending> running;
  for (const Child& child : children) {
    Program program;
    program.start_at(start);
    racer(program, static_cast<int>(running.size()));
    running.push_back(child.actor.begin_run(program));
  }
  std::vector<Value> variables;
  for (const Pending& pending : running) variables.push_back(pending.wait().value());
  return variables;
}

void ManagedConformance::add_without_lock(const Object& object, const std::string& read,
                                          const std::string& write, const Args& place) {
  const auto number = [&] { return as_int(main().call(object, read, place).value()); };
  const long long before = number();
  Args written = place;
  written.push_back(var("sum"));
  race(spawn(kAdders, {object}), [&](Program& program, int) {
    Program body;
    body.let("x", object, read, place).add("sum", var("x"), 1).call(object, write, written);
    program.repeat(kAdditionsEach, body);
  });
  const long long counted = number() - before;
  EXPECT_GE(counted, 1);
  EXPECT_LE(counted, kAdditions);
  observe(counted < kAdditions, "additions were lost", "every addition counted");
}

void ManagedConformance::await(Actor& actor, const Object& object, const std::string& method,
                               const Value& expected) {
  const auto deadline = adapter().deadline();
  while (!(actor.call(object, method) == Outcome(expected))) {
    if (Clock::now() > deadline)
      adapter().stop(Verdict::fail, fmt::format("{}.{}() never gave {}", object.name, method,
                                                to_python(expected)));
  }
}

}  // namespace mpspec
