// SHL: sequences of operations agree with a list of places of the model.
#include <limits>

#include "model/shareable_list_model.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {
namespace {

/// ASCII without NULs at its end, of up to that many characters.
rc::Gen<std::string> ascii(std::size_t length) {
  return rc::gen::mapcat(gen::in_range<std::size_t>(0, length + 1), [](std::size_t exact) {
    return rc::gen::container<std::string>(exact, gen::in_range<char>(1, 127));
  });
}

/// What the list takes: integers of 64 bits, floats, bools, texts, bytes and None.
rc::Gen<Value> item(std::size_t length = 20) {
  const auto integer = rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                                    [](std::int64_t number) { return Value(number); });
  return rc::gen::weightedOneOf<Value>(
      {{2, integer},
       {2, gen::floating()},
       {2, rc::gen::element(Value(), Value(true), Value(false), Value(0), Value(1), Value(1.0))},
       {3, rc::gen::map(ascii(length), [](const std::string& text) { return Value(text); })},
       {2, rc::gen::map(ascii(length), [](const std::string& data) { return bytes(data); })}});
}

/// Of a few values, so that equal ones occur.
rc::Gen<Value> common_item() {
  return rc::gen::element(Value(0), Value(1), Value(true), Value(1.0), Value(), Value(""),
                          Value("a"), bytes("a"), Value("b"));
}

struct ListCall : ModelledCall<ShareableListModel> {
  using ModelledCall::ModelledCall;
};

rc::Gen<Value> index_of(const ShareableListModel& state) {
  return rc::gen::map(gen::in_range<std::size_t>(0, state.size()),
                      [](std::size_t index) { return Value(index); });
}

struct GetItem : ListCall {
  explicit GetItem(const ShareableListModel& state) : ListCall("__getitem__", {*index_of(state)}) {}
  ModelResult model(ShareableListModel& state) const override {
    return state.getitem(as_int(args_[0]));
  }
};

/// `fits`: only of what fits into its place.
template <bool fits>
struct SetItem : ListCall {
  explicit SetItem(const ShareableListModel& state)
      : ListCall("__setitem__", {*index_of(state), *item()}) {}
  void checkPreconditions(const ShareableListModel& before) const override {
    ShareableListModel state = before;
    RC_PRE(!fits || std::holds_alternative<Value>(model(state)));
  }
  ModelResult model(ShareableListModel& state) const override {
    return state.setitem(as_int(args_[0]), args_[1]);
  }
};

struct ToList : ListCall {
  ToList() : ListCall("to_list") {}
  ModelResult model(ShareableListModel& state) const override { return state.to_list(); }
};

struct Length : ListCall {
  Length() : ListCall("__len__") {}
  ModelResult model(ShareableListModel& state) const override { return Value(state.size()); }
};

struct Index : ListCall {
  Index() : ListCall("index", {*common_item()}) {}
  void checkPreconditions(const ShareableListModel& state) const override {
    RC_PRE(std::holds_alternative<Value>(state.index(args_[0])));
  }
  ModelResult model(ShareableListModel& state) const override { return state.index(args_[0]); }
};

struct Count : ListCall {
  Count() : ListCall("count", {*common_item()}) {}
  ModelResult model(ShareableListModel& state) const override { return state.count(args_[0]); }
};

struct Contains : ListCall {
  Contains() : ListCall("__contains__", {*common_item()}) {}
  ModelResult model(ShareableListModel& state) const override { return state.contains(args_[0]); }
};

class ShareableListProperties : public Conformance {
 protected:
  /// Each round has a list of its own.
  template <class... Commands>
  void check(rc::Gen<Value> items_from) {
    check_property([&] {
      const auto length = *gen::in_range<std::size_t>(1, 8);
      const auto items = *rc::gen::container<std::vector<Value>>(length, items_from);
      Subject subject{{&main()}, {main().make("ShareableList", {list(items)})}};
      check_sequence(ShareableListModel(items), subject,
                     rc::state::gen::execOneOfWithArgs<Commands...>());
      discard(subject.objects[0]);
    });
  }
  void discard(const Object& shared) {
    RC_ASSERT(main().call(shared, "close") == Outcome(Value()));
    RC_ASSERT(main().call(shared, "unlink") == Outcome(Value()));
  }
};

TEST_F(ShareableListProperties, SHL_001_AnyItemsAreReadBack) {
  check_property([&] {
    const auto items = *rc::gen::container<std::vector<Value>>(item(40));
    const Object shared = main().make("ShareableList", {list(items)});
    RC_ASSERT(main().call(shared, "to_list") == Outcome(list(items)));
    discard(shared);
  });
}

TEST_F(ShareableListProperties, SHL_002_ReadingAgreesWithTheModel) {
  check<GetItem, ToList, Length, Index, Count, Contains>(common_item());
}

TEST_F(ShareableListProperties, SHL_004_AssigningWhatFitsAgreesWithTheModel) {
  check<SetItem<true>, GetItem, ToList>(item());
}

TEST_F(ShareableListProperties, SHL_005_AssigningWhatMayNotFitAgreesWithTheModel) {
  check<SetItem<false>, ToList>(item());
}

}  // namespace
}  // namespace mpspec
