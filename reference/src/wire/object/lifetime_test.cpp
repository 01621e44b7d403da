#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "mp/object.hpp"
#include "mp/pickle.hpp"
#include "wire/object/nodes.hpp"

// Who keeps what alive. A str inside a structure is the witness: it has one owner again when the
// structure is gone.

namespace mp::testing {
namespace {

using namespace std::string_literals;

std::uint32_t owners(const Object& object) { return detail::Access::node(object)->refs; }

const std::string kWitness = "\x8c\x07witness\x94"s;  // always memo 1, on top of memo 0

/// Any str "witness" in what the object reaches, by way of items, dict values and states.
Object find_witness(const Object& object, int levels = 6) {
  if (object.is_str("witness")) return object;
  if (levels == 0) return {};
  std::vector<Object> parts;
  if (object.kind() == Kind::List || object.kind() == Kind::Tuple)
    parts.assign(object.items().begin(), object.items().end());
  if (object.kind() == Kind::Dict)
    for (const DictView::Item& item : object.as_dict()) parts.push_back(item.value);
  if (object.kind() == Kind::Opaque && object.state() != nullptr) parts.push_back(*object.state());
  for (const Object& part : parts)
    if (Object found = find_witness(part, levels - 1); !found.is_none()) return found;
  return {};
}

struct Shape {
  const char* name;
  std::string bytes;
};

std::vector<Shape> shapes() {
  return {
      {"plain", "]\x94" + kWitness + "a."},
      {"list in itself", "]\x94(" + kWitness + "h\0e."s},
      {"dict in itself", "}\x94(K\1" + kWitness + "K\2h\0u."s},
      {"instance in its state", "cm\nC\n)\x81\x94}(K\1" + kWitness + "K\2h\0ub."s},
      {"tuple in its list", "]\x94(" + kWitness +
                                "h\0\x85\x94"
                                "e."s},
      {"two lists", "]\x94]q\2(" + kWitness + "h\0ea."s},
      {"ring of three", "]q\5]q\6]q\7h\5a0h\7a(" + kWitness + "e0h\6a."},
  };
}

TEST(Lifetime, CyclesEndWithTheirLastHandle) {
  for (const Shape& shape : shapes()) {
    Result<Object> object = pickle::loads(shape.bytes);
    ASSERT_TRUE(object) << shape.name << ": " << object.error().message;
    const Object witness = find_witness(*object);
    ASSERT_FALSE(witness.is_none()) << shape.name;
    EXPECT_EQ(owners(witness), 2u) << shape.name;
    *object = Object();
    EXPECT_EQ(owners(witness), 1u) << shape.name;
  }
}

TEST(Lifetime, APartKeepsItsCycleAlive) {
  Object list = *pickle::loads("]\x94(" + kWitness + "]q\3h\0ae."s);
  const Object witness = list.items()[0];
  Object inner = list.items()[1];
  list = Object();
  EXPECT_EQ(owners(witness), 2u);
  EXPECT_TRUE(inner.items()[0].items()[1].is(inner));
  Object outer = inner.items()[0];
  inner = Object();
  EXPECT_EQ(owners(witness), 2u);
  outer = Object();
  EXPECT_EQ(owners(witness), 1u);
}

// Taking an edge of a cycle out gives a handle that counts.
TEST(Lifetime, CyclesMayBeOpened) {
  Object list = *pickle::loads("]\x94(" + kWitness + "]q\3h\0ae."s);
  const Object witness = list.items()[0];
  Object inner = list.take_at(1);
  list = Object();
  EXPECT_EQ(owners(witness), 2u) << "inner holds it";
  inner.clear();
  inner.append(Object::integer(1));
  EXPECT_EQ(*repr(inner), "[1]");
}

TEST(Lifetime, CyclesThatNobodyReachesEndAtOnce) {
  // The cycle is popped; its witness is the result.
  const Object witness = *pickle::loads("]\x94(" + kWitness + "h\0e0h\1."s);
  EXPECT_EQ(owners(witness), 1u);
}

TEST(Lifetime, RefusedPicklesLeaveNothing) {
  // Only the leak checker sees it.
  EXPECT_FALSE(pickle::loads("]\x94(" + kWitness + "h\0eP"s));
}

TEST(Lifetime, DeepStructuresEndWithoutRecursion) {
  Object nested = Object::list();
  for (int i = 0; i < 1'000'000; ++i) nested = Object::tuple_of(std::move(nested));
  nested = Object();
}

TEST(Lifetime, ThreadsMayShareAnObject) {
  const Object shared = *pickle::loads("]\x94(" + kWitness + "]q\3h\0ae."s);
  const Object witness = shared.items()[0];
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([copy = shared] {
      for (int round = 0; round < 20'000; ++round) {
        const Object inner = copy.items()[1];
        const Object outer = inner.items()[0];
        const Object text = outer.items()[0];
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(owners(witness), 2u);
}

}  // namespace
}  // namespace mp::testing
