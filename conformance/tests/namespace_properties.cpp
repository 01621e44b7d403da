// NAMESPACE: attributes that several processes set, read and delete agree with a bag of attributes.
#include "model/namespace_model.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/managed.hpp"
#include "tests/support/operation_table.hpp"

namespace mpspec {
namespace {

/// Few, so that they meet; some are names that the proxy itself could have.
const std::vector<Value>& names() {
  static const std::vector<Value> all = {"x", "y", "get", "value", "keys", "address", "\xc3\xa9"};
  return all;
}

rc::Gen<Value> name() { return rc::gen::elementOf(names()); }

const std::vector<Operation<NamespaceModel>>& table() {
  static const std::vector<Operation<NamespaceModel>> rows = {
      {"__setattr__", args_of(name(), gen::any()),
       [](NamespaceModel& n, const Args& a) { return n.set(a[0], a[1]); }},
      {"__getattr__", args_of(name()),
       [](NamespaceModel& n, const Args& a) { return n.get(a[0]); }},
      {"__delattr__", args_of(name()),
       [](NamespaceModel& n, const Args& a) { return n.del(a[0]); }},
  };
  return rows;
}

class NamespaceProperties : public ManagedConformance {};

TEST_F(NamespaceProperties, NAMESPACE_001_AnyProcessGoesOnWhereAnotherOneStopped) {
  const Object n = make("Namespace");
  const auto children = spawn(2, {n});
  Subject subject{{&main(), &children[0].actor, &children[1].actor}, {n}};
  check_property([&] {
    for (const Value& name : names()) main().call(n, "__delattr__", {name});
    check_sequence(NamespaceModel(), subject, from_table(table(), subject.actors.size()));
  });
}

}  // namespace
}  // namespace mpspec
