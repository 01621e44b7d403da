// ADAPTER: the adapter protocol itself. These cases run first; when they fail, the adapter is to
// blame, not the backend.
#include "tests/support/conformance.hpp"
#include "tests/support/generators.hpp"

namespace mpspec {
namespace {

class AdapterConformance : public Conformance {
 protected:
  void expect_echo(const Value& value) {
    const Outcome outcome = main().call("actor.echo", {value});
    EXPECT_THAT(outcome, Returns(value));
  }
};

TEST_F(AdapterConformance, ADAPTER_001_HelloNamesActorProcessAndBackend) {
  const Hello& hello = main().hello();
  EXPECT_EQ(hello.actor, 0);
  EXPECT_GT(hello.pid, 1);
  EXPECT_FALSE(hello.backend.empty());
  EXPECT_FALSE(hello.version.empty());
  EXPECT_THAT(main().call("actor.pid"), Returns(static_cast<long long>(hello.pid)));
}

TEST_F(AdapterConformance, ADAPTER_002_EveryRequestHasOneReplyInOrder) {
  const Object none{"", "actor"};
  std::vector<Pending> pending;
  for (int i = 0; i < 100; ++i) pending.push_back(main().begin(none, "echo", {i}));
  // The driver ends the case when a reply is missing, comes twice or comes out of order.
  for (int i = 99; i >= 0; --i)
    EXPECT_THAT(pending[static_cast<std::size_t>(i)].wait(), Returns(i));
}

TEST_F(AdapterConformance, ADAPTER_003_ValuesOfEveryKindSurvive) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const Value& value : {Value(),
                             Value(true),
                             Value(false),
                             Value(0),
                             Value(1),
                             Value(-1),
                             Value(BigInt(1) << 53),
                             Value(-(BigInt(1) << 200)),
                             Value(0.0),
                             Value(-0.0),
                             Value(1.0),
                             Value(0.1),
                             Value(1e300),
                             Value(5e-324),
                             Value(inf),
                             Value(-inf),
                             Value(std::nan("")),
                             Value(Complex{1.5, -0.0}),
                             Value(""),
                             Value("a\n\"\\\0z"),
                             Value(std::string("nul\0inside", 10)),
                             Value("\xf0\x9f\x90\x8d snake \xc3\xa9"),
                             Value("\xed\xa0\x80 lone surrogate"),
                             bytes(""),
                             bytes(std::string("\x00\xff", 2)),
                             Value(ByteArray{"ab"})}) {
    expect_echo(value);
  }
}

TEST_F(AdapterConformance, ADAPTER_003_ContainersSurvive) {
  expect_echo(list());
  expect_echo(list({1, true, 1.0, "1", Value()}));
  expect_echo(tuple());
  expect_echo(tuple({tuple({1}), list({tuple()})}));
  expect_echo(dict());
  expect_echo(dict({{"b", 1}, {"a", 2}, {tuple({1, "x"}), dict({{1, list({})}})}}));
  expect_echo(set());
  expect_echo(set({1, "a", tuple({2})}));
  expect_echo(FrozenSet{{1, 2}});
  expect_echo(Range{{0, 10, 2}});
  expect_echo(slice(Value(), 5, -1));
}

TEST_F(AdapterConformance, ADAPTER_003_AnyValueSurvives) {
  check_property(
      [&](const Value& value) { RC_ASSERT(main().call("actor.echo", {value}) == Outcome(value)); });
}

TEST_F(AdapterConformance, ADAPTER_004_UnknownOperationsAreUnsupported) {
  main().expect_unsupported("Nonsense.frobnicate");
  EXPECT_THAT(main().call("actor.echo", {1}), Returns(1));
}

TEST_F(AdapterConformance, ADAPTER_005_StampsLieWithinTheSuitesOwn) {
  for (int i = 0; i < 20; ++i) {
    const auto before = Clock::now();
    const Outcome outcome = main().call("actor.echo", {i});
    const auto after = Clock::now();
    EXPECT_LE(before, outcome.began);
    EXPECT_LE(outcome.began, outcome.ended);
    EXPECT_LE(outcome.ended, after);
  }
}

TEST_F(AdapterConformance, ADAPTER_006_ErrorsAreReplies) {
  const Object queue = main().make("Queue");
  const Outcome outcome = main().call(queue, "get", {}, {{"block", false}});
  EXPECT_THAT(outcome, FailsWith("Empty"));
  EXPECT_THAT(main().call("actor.echo", {"on"}), Returns("on"));
}

TEST_F(AdapterConformance, ADAPTER_006_AnUnknownVariableIsOne) {
  Program program;
  program.set("x", var("nobody"));
  EXPECT_THAT(main().run(program), FailsWith("AdapterError"));
  EXPECT_THAT(main().call("actor.echo", {"on"}), Returns("on"));
}

TEST_F(AdapterConformance, ADAPTER_007_LoopsSumsAndVariables) {
  Program inner;
  inner.add("n", var("n"), 1).append("seen", var("i"));
  Program program;
  program.set("n", 0).repeat(5, inner, "i").set("pair", tuple({var("n"), "x"}));
  const Value result = main().run(program).value();
  EXPECT_EQ(variable(result, "n"), Value(5));
  EXPECT_EQ(variable(result, "seen"), list({0, 1, 2, 3, 4}));
  EXPECT_EQ(variable(result, "pair"), tuple({5, "x"}));
}

TEST_F(AdapterConformance, ADAPTER_007_BreaksLeaveTheInnermostLoop) {
  const Object queue = main().make("Queue");
  Program inner;
  inner.let("item", queue, "get_nowait").break_on({"Empty"}).append("got", var("item"));
  Program body;
  body.add("n", var("n"), 1).break_if(var("n"), 3).forever(inner);
  Program program;
  program.set("n", 0).forever(body);
  EXPECT_EQ(variable(main().run(program).value(), "n"), Value(3));
}

TEST_F(AdapterConformance, ADAPTER_007_AnErrorEndsTheProgram) {
  const Object queue = main().make("Queue");
  Program program;
  program.call(queue, "get", {false});
  EXPECT_THAT(main().run(program), FailsWith("Empty"));
}

TEST_F(AdapterConformance, ADAPTER_007_HistoryHasOneEntryACall) {
  const Object queue = main().make("Queue");
  Program body;
  body.let("x", queue, "get_nowait").break_on({"Empty"});
  Program program;
  program.call(queue, "qsize").forever(body).record();
  EXPECT_THAT(main().run(program), Succeeds());
  ASSERT_EQ(main().history().size(), 2U);
  EXPECT_EQ(main().history()[0].first, 0);
  EXPECT_THAT(main().history()[0].second, Returns(0));
  EXPECT_EQ(main().history()[1].first, 2);
  EXPECT_THAT(main().history()[1].second, FailsWith("Empty"));
  EXPECT_LE(main().history()[0].second.ended, main().history()[1].second.began);
}

TEST_F(AdapterConformance, ADAPTER_008_AChildIsAProcessOfItsOwnWithItsObjects) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  EXPECT_NE(child.actor.pid(), main().pid());
  EXPECT_EQ(child.actor.hello().actor, 1);
  EXPECT_THAT(child.actor.call("actor.objects"), Returns(list({queue.name})));
  EXPECT_THAT(child.actor.call(queue, "put", {"hello"}), Returns(Value()));
  EXPECT_THAT(main().call(queue, "get"), Returns("hello"));
}

TEST_F(AdapterConformance, ADAPTER_008_AChildKnowsOnlyWhatItWasHanded) {
  const Child child = main().spawn();
  EXPECT_NE(child.actor.pid(), main().pid());
  EXPECT_EQ(child.actor.hello().actor, 1);
  EXPECT_THAT(child.actor.call("actor.objects"), Returns(list()));
}

}  // namespace
}  // namespace mpspec
