// ARRAY: any sequence of reading and assigning agrees with an array of the model.
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/shared_numbers.hpp"

namespace mpspec {
namespace {

using namespace array_of;

class ArrayProperties : public Conformance {
 protected:
  template <class... Commands>
  void check(rc::Gen<CType> types) {
    check_property([&] { check_round<Commands...>(main(), "Array", *types); });
  }
  static rc::Gen<CType> characters() { return rc::gen::just(*CType::of("c")); }
};

TEST_F(ArrayProperties, ARRAY_004_AnyElementsAreStoredAsTheirTypeStoresThem) {
  check_property([&] {
    const CType type = *gen::c_type();
    const Value items = *gen::assignable_items(type, *gen::in_range<std::size_t>(0, 20));
    const Object array = main().make("Array", {type.typecode(), items});
    const ArrayModel model(type, items.get_if<List>()->items);
    RC_ASSERT(main().call(array, "to_list") == to_outcome(model.to_list()));
  });
}

TEST_F(ArrayProperties, ARRAY_006_AnySequenceAgreesWithTheModel) {
  check<GetItem<true>, SetItem<true>>(gen::c_type());
}

TEST_F(ArrayProperties, ARRAY_009_AnyIndexAgreesWithTheModel) {
  check<GetItem<>, SetItem<>>(gen::c_type());
}

TEST_F(ArrayProperties, ARRAY_011_AnySliceIsThatOfAList) { check<GetSlice>(gen::numeric_c_type()); }

TEST_F(ArrayProperties, ARRAY_012_AnySliceAssignmentAgreesWithTheModel) {
  check<SetSlice, ToList>(gen::numeric_c_type());
}

TEST_F(ArrayProperties, ARRAY_014_AnyRefusedElementLeavesItUnchanged) {
  check<SetItem<true>, SetItemRefused, ToList>(gen::numeric_c_type());
}

TEST_F(ArrayProperties, ARRAY_016_ValueOfAnyCharacters) {
  check_property([&](const std::string& all) {
    const Object array = main().make("Array", {"c", bytes(all)});
    RC_ASSERT(main().call(array, "value") == Outcome(bytes(all.substr(0, all.find('\0')))));
    RC_ASSERT(main().call(array, "raw") == Outcome(bytes(all)));
  });
}

TEST_F(ArrayProperties, ARRAY_017_AnyAssignmentOfValue) {
  check_property([&](const std::string& before) {
    RC_PRE(!before.empty());
    const Object array = main().make("Array", {"c", bytes(before)});
    const auto length = *gen::in_range<std::size_t>(0, before.size() + 2);
    const auto value = *rc::gen::container<std::string>(length, rc::gen::arbitrary<char>());
    std::string after = value + (length < before.size() ? std::string(1, '\0') : "");
    if (length > before.size()) {
      RC_ASSERT(main().call(array, "value.set", {bytes(value)}).error() == "ValueError");
      after = before;
    } else {
      RC_ASSERT(main().call(array, "value.set", {bytes(value)}) == Outcome(Value()));
      after += before.substr(after.size());
    }
    RC_ASSERT(main().call(array, "raw") == Outcome(bytes(after)));
  });
}

TEST_F(ArrayProperties, ARRAY_018_AnyElementsAndSlicesOfCharacters) {
  check<GetItem<>, SetItem<>, GetSlice, SetSlice>(characters());
}

}  // namespace
}  // namespace mpspec
