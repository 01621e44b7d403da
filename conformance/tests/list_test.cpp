// LIST: a list in a manager's server, used by one process and by several.
#include "model/sequence.hpp"
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

class ListConformance : public ManagedConformance {
 protected:
  Object make_list(const Value& items = list()) { return make("list", {items}); }
  Outcome items(const Object& object) { return main().call(object, "to_list"); }
  Outcome call(const Object& object, const std::string& method, const Args& args = {}) {
    return main().call(object, method, args);
  }
};

TEST_F(ListConformance, LIST_001_EmptyWithoutArgument) {
  EXPECT_THAT(items(make("list")), Returns(list()));
}

TEST_F(ListConformance, LIST_001_FromAnyIterableInOrder) {
  EXPECT_THAT(items(make_list(list({3, "a", 1, 3}))), Returns(list({3, "a", 1, 3})));
  EXPECT_THAT(items(make_list(tuple({2, 1}))), Returns(list({2, 1})));
  EXPECT_THAT(items(make_list("bca")), Returns(list({"b", "c", "a"})));
  EXPECT_THAT(items(make_list(Range{{0, 6, 2}})), Returns(list({0, 2, 4})));
  EXPECT_THAT(items(make_list(dict({{"y", 1}, {"x", 2}}))), Returns(list({"y", "x"})));
}

TEST_F(ListConformance, LIST_003_AppendPutsAtTheEndAndReturnsNone) {
  const Object l = make("list");
  EXPECT_THAT(call(l, "append", {1}), Returns(kNone));
  EXPECT_THAT(call(l, "append", {list({2})}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({1, list({2})})));
}

TEST_F(ListConformance, LIST_004_LengthFollowsEveryChange) {
  const Object l = make_list(list({1}));
  const auto expect_length = [&](int length) { EXPECT_THAT(call(l, "__len__"), Returns(length)); };
  call(l, "extend", {Range{{0, 5000, 1}}});
  expect_length(5001);
  call(l, "insert", {0, "x"});
  expect_length(5002);
  call(l, "pop");
  expect_length(5001);
  call(l, "remove", {"x"});
  expect_length(5000);
  call(l, "__delitem__", {slice(1, {})});
  expect_length(1);
  call(l, "__delitem__", {0});
  expect_length(0);
}

TEST_F(ListConformance, LIST_005_IndexesCountFromBothEnds) {
  const Object l = make_list(list({"a", "b", "c"}));
  EXPECT_THAT(call(l, "__getitem__", {0}), Returns("a"));
  EXPECT_THAT(call(l, "__getitem__", {-1}), Returns("c"));
  EXPECT_THAT(call(l, "__setitem__", {-3, "A"}), Returns(kNone));
  EXPECT_THAT(call(l, "__delitem__", {1}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({"A", "c"})));
}

TEST_F(ListConformance, LIST_005_ASliceReadIsAPlainList) {
  const Object l = make_list(Range{{0, 6, 1}});
  EXPECT_THAT(call(l, "__getitem__", {slice(1, 3)}), Returns(list({1, 2})));
  EXPECT_THAT(call(l, "__getitem__", {slice({}, {}, -2)}), Returns(list({5, 3, 1})));
  EXPECT_THAT(call(l, "__getitem__", {slice(-2, 100)}), Returns(list({4, 5})));
  EXPECT_THAT(call(l, "__getitem__", {slice(4, 2)}), Returns(list()));
}

TEST_F(ListConformance, LIST_005_AssigningToASlice) {
  const Object l = make_list(Range{{0, 6, 1}});
  EXPECT_THAT(call(l, "__setitem__", {slice(1, 3), "xyz"}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({0, "x", "y", "z", 3, 4, 5})));
  EXPECT_THAT(call(l, "__setitem__", {slice({}, {}, -3), tuple({7, 8, 9})}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({9, "x", "y", 8, 3, 4, 7})));
  EXPECT_THAT(call(l, "__setitem__", {slice({}, {}, 2), list({1})}), FailsWith("ValueError"));
  EXPECT_THAT(call(l, "__setitem__", {slice({}, {}), list()}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list()));
}

TEST_F(ListConformance, LIST_005_DeletingASlice) {
  const Object l = make_list(Range{{0, 8, 1}});
  EXPECT_THAT(call(l, "__delitem__", {slice({}, {}, 3)}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({1, 2, 4, 5, 7})));
  EXPECT_THAT(call(l, "__delitem__", {slice(-2, {})}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({1, 2, 4})));
}

TEST_F(ListConformance, LIST_006_InsertBeyondEitherEnd) {
  const Object l = make_list(list({1}));
  EXPECT_THAT(call(l, "insert", {-100, "first"}), Returns(kNone));
  EXPECT_THAT(call(l, "insert", {100, "last"}), Returns(kNone));
  EXPECT_THAT(call(l, "insert", {-1, "before last"}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({"first", 1, "before last", "last"})));
}

TEST_F(ListConformance, LIST_006_PopTakesTheLastOrTheOneAtTheIndex) {
  const Object l = make_list(list({1, 2, 3, 4}));
  EXPECT_THAT(call(l, "pop"), Returns(4));
  EXPECT_THAT(call(l, "pop", {0}), Returns(1));
  EXPECT_THAT(call(l, "pop", {-2}), Returns(2));
  EXPECT_THAT(items(l), Returns(list({3})));
}

TEST_F(ListConformance, LIST_007_ComparesByValue) {
  const Object l = make_list(list({"1", 1.0, tuple({1}), true}));
  for (const Value& one : {Value(1), Value(1.0), Value(true)}) {
    EXPECT_THAT(call(l, "__contains__", {one}), Returns(true));
    EXPECT_THAT(call(l, "count", {one}), Returns(2));
    EXPECT_THAT(call(l, "index", {one}), Returns(1));
  }
  EXPECT_THAT(call(l, "index", {tuple({true})}), Returns(2));
  EXPECT_THAT(call(l, "count", {"1"}), Returns(1));
  EXPECT_THAT(call(l, "__contains__", {bytes("1")}), Returns(false));
  EXPECT_THAT(call(l, "remove", {1}), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({"1", tuple({1}), true})));
}

TEST_F(ListConformance, LIST_007_IndexWithBounds) {
  const Object l = make_list(list({"a", "b", "a", "b", "a"}));
  EXPECT_THAT(call(l, "index", {"a", 1}), Returns(2));
  EXPECT_THAT(call(l, "index", {"a", -1}), Returns(4));
  EXPECT_THAT(call(l, "index", {"b", 2, 100}), Returns(3));
  EXPECT_THAT(call(l, "index", {"b", 2, 3}), FailsWith("ValueError"));
  EXPECT_THAT(call(l, "index", {"a", -4, -3}), FailsWith("ValueError"));
}

TEST_F(ListConformance, LIST_008_SortIsStableInBothDirections) {
  const Value unsorted = list({2, true, 1, 0, 1.0, 2.0});
  const Object l = make_list(unsorted);
  EXPECT_THAT(call(l, "sort"), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({0, true, 1, 1.0, 2, 2.0})));
  const Object descending = make_list(unsorted);
  EXPECT_THAT(main().call(descending, "sort", {}, {{"reverse", true}}), Returns(kNone));
  EXPECT_THAT(items(descending), Returns(list({2, 2.0, true, 1, 1.0, 0})));
}

TEST_F(ListConformance, LIST_008_ReverseIsInPlaceAndReversedIsNot) {
  const Object l = make_list(list({1, 2, 3}));
  EXPECT_THAT(call(l, "__reversed__"), Returns(list({3, 2, 1})));
  EXPECT_THAT(items(l), Returns(list({1, 2, 3})));
  EXPECT_THAT(call(l, "reverse"), Returns(kNone));
  EXPECT_THAT(items(l), Returns(list({3, 2, 1})));
}

TEST_F(ListConformance, LIST_009_SumAndProductArePlainLists) {
  const Object l = make_list(list({1, "a"}));
  EXPECT_THAT(call(l, "__add__", {list({2})}), Returns(list({1, "a", 2})));
  EXPECT_THAT(call(l, "__mul__", {2}), Returns(list({1, "a", 1, "a"})));
  EXPECT_THAT(call(l, "__rmul__", {3}), Returns(list({1, "a", 1, "a", 1, "a"})));
  EXPECT_THAT(call(l, "__mul__", {-1}), Returns(list()));
  EXPECT_THAT(items(l), Returns(list({1, "a"})));
}

TEST_F(ListConformance, LIST_009_InPlaceSumAndProductChangeTheList) {
  const Object l = make_list(list({1}));
  EXPECT_THAT(call(l, "__iadd__", {"ab"}), Succeeds());
  EXPECT_THAT(items(l), Returns(list({1, "a", "b"})));
  EXPECT_THAT(call(l, "__imul__", {2}), Succeeds());
  EXPECT_THAT(items(l), Returns(list({1, "a", "b", 1, "a", "b"})));
  EXPECT_THAT(call(l, "__imul__", {0}), Succeeds());
  EXPECT_THAT(items(l), Returns(list()));
}

TEST_F(ListConformance, LIST_010_ItemsOfEveryKindInOneList) {
  const Value mixture =
      list({kNone, true, 1, BigInt(1) << 100, 0.5, Complex{0, 1}, "text", bytes("\xff"),
            ByteArray{"b"}, list({list()}), tuple({1, tuple()}), dict({{1, "a"}, {"b", kNone}}),
            set({1, "a"}), FrozenSet{{2}}, Range{{0, 9, 3}}, slice(1, {}, -1)});
  EXPECT_THAT(items(make_list(mixture)), Returns(mixture));
  const Object l = make("list");
  for (const Value& item : mixture.get_if<List>()->items) {
    EXPECT_THAT(call(l, "append", {item}), Returns(kNone));
    EXPECT_THAT(call(l, "__getitem__", {-1}), Returns(item));
  }
  EXPECT_THAT(items(l), Returns(mixture));
}

TEST_F(ListConformance, LIST_011_IterationYieldsAllInEveryProcess) {
  const Value expected = list({"a", 1, kNone, list({2})});
  const Object l = make_list(expected);
  EXPECT_THAT(items(l), Returns(expected));
  for (const Child& child : spawn(2, {l}))
    EXPECT_THAT(child.actor.call(l, "to_list"), Returns(expected));
}

TEST_F(ListConformance, LIST_012_IterationSeesTheListShrink) {
  for (int length = 0; length < 6; ++length) {
    const Object l = make_list(Range{{0, length, 1}});
    EXPECT_THAT(call(l, "iterate_popping"),
                Returns(list(*iterate(Range{{0, (length + 1) / 2, 1}}))));
    EXPECT_THAT(call(l, "__len__"), Returns(length / 2));
  }
}

TEST_F(ListConformance, LIST_013_ChangingWhatWasReadChangesNothing) {
  const Value nested = list({list({1}), dict({{"k", list()}})});
  const Object l = make_list(nested);
  const auto change = [&](const std::string& method, const Args& args) {
    const Object copy = main().keep(l, method, "manager.list", args);
    EXPECT_THAT(call(copy, "append", {"more"}), Returns(kNone));
    EXPECT_THAT(items(l), Returns(nested));
  };
  change("__getitem__", {0});
  change("__getitem__", {slice({}, {})});
  change("_getvalue", {});
  change("to_list", {});
}

TEST_F(ListConformance, LIST_014_IndexOutOfRange) {
  const Object l = make_list(list({1, 2}));
  for (const Value& index : {Value(2), Value(-3), Value(BigInt(1) << 70)}) {
    EXPECT_THAT(call(l, "__getitem__", {index}), FailsWith("IndexError"));
    EXPECT_THAT(call(l, "__setitem__", {index, 0}), FailsWith("IndexError"));
    EXPECT_THAT(call(l, "__delitem__", {index}), FailsWith("IndexError"));
  }
  EXPECT_THAT(call(l, "pop", {2}), FailsWith("IndexError"));
  EXPECT_THAT(items(l), Returns(list({1, 2})));
  EXPECT_THAT(call(make("list"), "pop"), FailsWith("IndexError"));
}

TEST_F(ListConformance, LIST_015_MissingItem) {
  const Object l = make_list(list({1, "a"}));
  for (const Value& missing : {Value("1"), Value(2), Value(list())}) {
    EXPECT_THAT(call(l, "remove", {missing}), FailsWith("ValueError"));
    EXPECT_THAT(call(l, "index", {missing}), FailsWith("ValueError"));
  }
  EXPECT_THAT(items(l), Returns(list({1, "a"})));
}

TEST_F(ListConformance, LIST_016_WrongTypes) {
  const Object l = make_list(list({1, 2}));
  EXPECT_THAT(call(l, "__getitem__", {"0"}), FailsWith("TypeError"));
  EXPECT_THAT(call(l, "__setitem__", {"0", 5}), FailsWith("TypeError"));
  EXPECT_THAT(call(l, "__delitem__", {"0"}), FailsWith("TypeError"));
  EXPECT_THAT(call(l, "extend", {5}), FailsWith("TypeError"));
  EXPECT_THAT(call(l, "__add__", {5}), FailsWith("TypeError"));
  EXPECT_THAT(items(l), Returns(list({1, 2})));
}

TEST_F(ListConformance, LIST_017_SortingWhatHasNoOrderKeepsTheItems) {
  const std::vector<Value> mixed = {3, "a", 1, "b", 2};
  const Object l = make_list(list(mixed));
  EXPECT_THAT(call(l, "sort"), FailsWith("TypeError"));
  const Value after = items(l).value();
  EXPECT_THAT(after.get_if<List>()->items, ::testing::UnorderedElementsAreArray(mixed));
}

TEST_F(ListConformance, LIST_018_ChangesAreSeenByTheNextOperationOfAnyProcess) {
  const Object l = make("list");
  const auto children = spawn(2, {l});
  Actor& one = children[0].actor;
  Actor& other = children[1].actor;
  one.call(l, "append", {"one"});
  EXPECT_THAT(other.call(l, "__getitem__", {0}), Returns("one"));
  EXPECT_THAT(items(l), Returns(list({"one"})));
  other.call(l, "__setitem__", {0, "other"});
  EXPECT_THAT(one.call(l, "index", {"other"}), Returns(0));
  EXPECT_THAT(one.call(l, "__len__"), Returns(1));
  call(l, "pop");
  EXPECT_THAT(one.call(l, "__len__"), Returns(0));
  EXPECT_THAT(other.call(l, "to_list"), Returns(list()));
}

TEST_F(ListConformance, LIST_019_WorkersAtDifferentIndexes) {
  const Object l = make_list(Range{{0, 5, 1}});
  race(spawn(5, {l}), [&](Program& program, int i) {
    program.let("x", l, "__getitem__", {i}).add("x", var("x"), 1);
    program.call(l, "__setitem__", {i, var("x")});
  });
  EXPECT_THAT(items(l), Returns(list({1, 2, 3, 4, 5})));
}

TEST_F(ListConformance, LIST_020_NoAppendIsLostDoubledOrOutOfItsProcessesOrder) {
  constexpr int kProcesses = 3;
  constexpr int kEach = 100;
  const Object l = make("list");
  race(spawn(kProcesses, {l}), [&](Program& program, int i) {
    Program body;
    body.call(l, "append", {tuple({i, var("n")})});
    program.repeat(kEach, body, "n");
  });
  std::vector<std::vector<Value>> by_process(kProcesses);
  const Value all = items(l).value();
  for (const Value& item : all.get_if<List>()->items) {
    const auto& parts = item.get_if<Tuple>()->items;
    by_process.at(static_cast<std::size_t>(as_int(parts[0]))).push_back(parts[1]);
  }
  for (const auto& numbers : by_process)
    EXPECT_EQ(list(numbers), list(*iterate(Range{{0, kEach, 1}})));
}

TEST_F(ListConformance, LIST_021_AddingWithoutALockMayLoseIncrements) {
  add_without_lock(make_list(list({10})), "__getitem__", "__setitem__", {0});
}

}  // namespace
}  // namespace mpspec
