// NAMESPACE: a bag of attributes in a manager's server.
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

class NamespaceConformance : public ManagedConformance {
 protected:
  static Outcome get(Actor& actor, const Object& n, const std::string& name) {
    return actor.call(n, "__getattr__", {name});
  }
  static Outcome set(Actor& actor, const Object& n, const std::string& name, const Value& value) {
    return actor.call(n, "__setattr__", {name, value});
  }
};

TEST_F(NamespaceConformance, NAMESPACE_001_EveryProcessReadsWhatOneHasSet) {
  const Object n = make("Namespace");
  const auto children = spawn(2, {n});
  EXPECT_THAT(set(children[0].actor, n, "x", list({1})), Returns(kNone));
  EXPECT_THAT(get(children[1].actor, n, "x"), Returns(list({1})));
  EXPECT_THAT(get(main(), n, "x"), Returns(list({1})));
  EXPECT_THAT(set(main(), n, "x", "new"), Returns(kNone));
  EXPECT_THAT(get(children[0].actor, n, "x"), Returns("new"));
}

TEST_F(NamespaceConformance, NAMESPACE_002_KeywordsAreAttributes) {
  const Object n = make("Namespace", {}, {{"x", 1}, {"name", "n"}});
  EXPECT_THAT(get(main(), n, "x"), Returns(1));
  EXPECT_THAT(get(main(), n, "name"), Returns("n"));
}

TEST_F(NamespaceConformance, NAMESPACE_003_MissingAttributes) {
  const Object n = make("Namespace", {}, {{"x", 1}});
  EXPECT_THAT(get(main(), n, "y"), FailsWith("AttributeError"));
  EXPECT_THAT(main().call(n, "__delattr__", {"y"}), FailsWith("AttributeError"));
  EXPECT_THAT(main().call(n, "__str__"), Returns("Namespace(x=1)"));
}

TEST_F(NamespaceConformance, NAMESPACE_004_NobodyReadsADeletedAttribute) {
  const Object n = make("Namespace", {}, {{"x", 1}, {"y", 2}});
  const auto children = spawn(2, {n});
  EXPECT_THAT(children[0].actor.call(n, "__delattr__", {"x"}), Returns(kNone));
  for (Actor* actor : {&main(), &children[0].actor, &children[1].actor}) {
    EXPECT_THAT(get(*actor, n, "x"), FailsWith("AttributeError"));
    EXPECT_THAT(get(*actor, n, "y"), Returns(2));
  }
}

TEST_F(NamespaceConformance, NAMESPACE_005_AnUnderscoredNameBelongsToTheProxy) {
  const Object n = make("Namespace");
  const Child child = main().spawn({n});
  EXPECT_THAT(set(main(), n, "_x", "mine"), Returns(kNone));
  EXPECT_THAT(get(main(), n, "_x"), Returns("mine"));
  EXPECT_THAT(get(child.actor, n, "_x"), FailsWith("AttributeError"));
  EXPECT_THAT(set(child.actor, n, "_x", "the child's"), Returns(kNone));
  EXPECT_THAT(get(main(), n, "_x"), Returns("mine"));
}

TEST_F(NamespaceConformance, NAMESPACE_006_StrIsSortedAndWithoutUnderscoredNames) {
  const Object n = make("Namespace", {}, {{"_hidden", 1}, {"y", "hello"}});
  set(main(), n, "x", 10);
  set(main(), n, "_y", "the proxy's");
  EXPECT_THAT(main().call(n, "__str__"), Returns("Namespace(x=10, y='hello')"));
  EXPECT_THAT(main().call(make("Namespace"), "__str__"), Returns("Namespace()"));
}

TEST_F(NamespaceConformance, NAMESPACE_007_AppendingToWhatWasReadChangesNothing) {
  const Object n = make("Namespace", {}, {{"l", list({1})}});
  const Child child = main().spawn({n});
  const Object copy = main().keep(n, "__getattr__", "manager.list", {"l"});
  main().call(copy, "append", {2});
  EXPECT_THAT(get(main(), n, "l"), Returns(list({1})));
  EXPECT_THAT(set(main(), n, "l", copy), Returns(kNone));
  EXPECT_THAT(get(child.actor, n, "l"), Returns(list({1, 2})));
}

}  // namespace
}  // namespace mpspec
