#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mp/object.hpp"
#include "wire/testing/objects.hpp"

namespace mp::testing {
namespace {

Object integer(std::int64_t value) { return Object::integer(value); }

TEST(Dict, TheFirstKeyStaysAndTheValueChanges) {
  DictView dict(Object::dict());
  EXPECT_TRUE(*dict.set(integer(1), Object::str("a")));
  EXPECT_FALSE(*dict.set(Object::real(1.0), Object::str("b")));
  EXPECT_FALSE(*dict.set(Object::boolean(true), Object::str("c")));
  EXPECT_EQ(*repr(dict.object()), "{1: 'c'}");
}

TEST(Dict, OrderIsThatOfInsertion) {
  DictView dict(Object::dict());
  for (const int key : {3, 1, 2}) (void)*dict.set(integer(key), Object::none());
  (void)*dict.set(integer(1), integer(9));
  EXPECT_EQ(*repr(dict.object()), "{3: None, 1: 9, 2: None}");
  EXPECT_EQ((*dict.take(integer(3)))->kind(), Kind::None);
  (void)*dict.set(integer(3), integer(8));
  EXPECT_EQ(*repr(dict.object()), "{1: 9, 2: None, 3: 8}");
  EXPECT_EQ(dict.take_last()->first.as_int64(), 3);
  EXPECT_EQ(*repr(dict.object()), "{1: 9, 2: None}");
}

TEST(Dict, ANanIsNeverFound) {
  DictView dict(Object::dict());
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(*dict.set(Object::real(std::nan("")), integer(i)));
  EXPECT_EQ(dict.size(), 20u);
  EXPECT_EQ(*dict.find(Object::real(std::nan(""))), nullptr);
}

TEST(Dict, UnhashableKeysAreRefused) {
  DictView dict(Object::dict());
  EXPECT_EQ(dict.set(Object::list(), integer(1)).error().message, "unhashable type: 'list'");
  const Object nested = Object::tuple_of(integer(1), Object::tuple_of(Object::bytearray("")));
  EXPECT_EQ(dict.find(nested).error().message, "unhashable type: 'bytearray'");
  EXPECT_EQ(dict.take(*Object::set()).error().code, ErrorCode::InvalidArgument);
  EXPECT_TRUE(dict.empty());
}

TEST(Dict, StrKeysAreFoundByText) {
  DictView dict(Object::dict());
  for (int i = 0; i < 30; ++i) {
    (void)*dict.set(Object::str("key" + std::to_string(i)), integer(i));
    EXPECT_EQ(dict.find_str("key0")->as_int64(), 0);
    EXPECT_EQ(dict.find_str("none"), nullptr);
  }
}

TEST(Dict, CopiesAreIndependent) {
  DictView dict(Object::dict());
  for (int i = 0; i < 30; ++i) (void)*dict.set(integer(i), integer(i));
  (void)*dict.take(integer(5));
  DictView copy(dict.object().copy());
  (void)*copy.set(integer(5), Object::none());
  (void)*copy.take(integer(6));
  EXPECT_EQ(*dict.find(integer(5)), nullptr);
  EXPECT_NE(*dict.find(integer(6)), nullptr);
  EXPECT_EQ(copy.size(), 29u);
}

TEST(Dict, AWalkMayBeInterrupted) {
  DictView dict(Object::dict());
  for (int i = 0; i < 5; ++i) (void)*dict.set(integer(i), integer(i));
  (void)*dict.take(integer(1));
  std::size_t position = 0;
  std::vector<std::int64_t> keys;
  while (const auto item = dict.next(position)) keys.push_back(item->key.as_int64());
  EXPECT_EQ(keys, (std::vector<std::int64_t>{0, 2, 3, 4}));
}

/// A dict of small ints as a list of pairs, searched from the front.
struct Model {
  std::vector<std::pair<int, int>> items;

  auto find(int key) {
    return std::ranges::find_if(items, [key](const auto& item) { return item.first == key; });
  }
  void set(int key, int value) {
    if (const auto found = find(key); found != items.end())
      found->second = value;
    else
      items.emplace_back(key, value);
  }
  std::string shown() const {
    std::string text = "{";
    for (const auto& [key, value] : items)
      text += (text.size() > 1 ? ", " : "") + std::to_string(key) + ": " + std::to_string(value);
    return text + "}";
  }
};

RC_GTEST_PROP(DictProperties, AgreesWithAListOfPairs, ()) {
  DictView dict(Object::dict());
  Model model;
  const int keys = *rc::gen::element(4, 12, 40, 200);
  const int steps = *rc::gen::inRange(0, 600);
  for (int step = 0; step < steps; ++step) {
    const int key = *rc::gen::resize(100, rc::gen::inRange(0, keys));
    switch (*rc::gen::weightedElement<int>({{5, 0}, {4, 1}, {1, 2}})) {
      case 0:
        RC_ASSERT(*dict.set(integer(key), integer(step)) == (model.find(key) == model.items.end()));
        model.set(key, step);
        break;
      case 1: {
        const auto taken = *dict.take(Object::real(key));
        const auto found = model.find(key);
        RC_ASSERT(taken.has_value() == (found != model.items.end()));
        if (found != model.items.end()) model.items.erase(found);
        break;
      }
      default: {
        const auto last = dict.take_last();
        RC_ASSERT(last.has_value() == !model.items.empty());
        if (last) RC_ASSERT(last->first.as_int64() == model.items.back().first);
        if (last) model.items.pop_back();
      }
    }
    RC_ASSERT(dict.size() == model.items.size());
  }
  RC_ASSERT(*repr(dict.object()) == model.shown());
}

}  // namespace
}  // namespace mp::testing
