#include <algorithm>
#include <vector>

#include "mp/array.hpp"
#include "mp/value.hpp"
#include "sweep/lock_checks.hpp"
#include "sweep/operations.hpp"

namespace mp::sweep {
namespace {

using Number = std::int64_t;
/// Differ in every byte, so that a torn number is neither.
constexpr Number kOld = 0x1111111111111111;
constexpr Number kNew = 0x2222222222222222;
constexpr std::size_t kLength = 12;

World value_set() {
  const auto value = require(Value<Number>::create(kOld), "a value is made");
  World world = world_around(value.get_lock(), [value] {
    const Number seen = value.value();
    require(seen == kOld || seen == kNew, "the number is whole");
  });
  world.operate = [value] { value.set_value(kNew); };
  return world;
}

World value_get() {
  const auto value = require(Value<Number>::create(kOld), "a value is made");
  World world = world_around(
      value.get_lock(), [value] { require(value.value() == kOld, "reading changes nothing"); });
  world.operate = [value] { static_cast<void>(value.value()); };
  return world;
}

/// `with value.get_lock(): value.value += 1`.
World value_increment() {
  const auto value = require(Value<Number>::create(0), "a value is made");
  const auto increment = [value] {
    take(value);
    value.set_value(value.value() + 1);
    give_back(value);
  };
  World world = world_around(value.get_lock(), [value, increment] {
    const Number before = value.value();
    require(before == 0 || before == 1, "an increment happens wholly or not at all");
    increment();
    require(value.value() == before + 1, "the survivor's increment counts");
  });
  world.operate = increment;
  return world;
}

Array<Number> numbers() {
  const std::vector<Number> old(kLength, kOld);
  return require(Array<Number>::create(std::span<const Number>(old)), "an array is made");
}

World array_set() {
  const Array<Number> array = numbers();
  World world = world_around(array.get_lock(), [array] {
    const std::vector<Number> seen = require(array.slice(), "the array is read");
    require(seen[3] == kOld || seen[3] == kNew, "the number is whole");
    require(std::ranges::count(seen, kOld) >= std::ptrdiff_t{kLength - 1}, "the others stay");
  });
  world.operate = [array] { static_cast<void>(array.set(3, kNew)); };
  return world;
}

World array_set_slice() {
  const Array<Number> array = numbers();
  World world = world_around(array.get_lock(), [array] {
    const std::vector<Number> seen = require(array.slice(), "the array is read");
    const auto first_old = std::ranges::find(seen, kOld);
    require(std::all_of(seen.begin(), first_old, [](Number n) { return n == kNew; }) &&
                std::all_of(first_old, seen.end(), [](Number n) { return n == kOld; }),
            "the first few numbers are assigned");
  });
  const std::vector<Number> fresh(kLength, kNew);
  world.operate = [array, fresh] { static_cast<void>(array.set_slice({}, fresh)); };
  return world;
}

World text_set() {
  const auto text = require(Array<char>::create(8), "an array is made");
  require(text.set_value("aaaaaaaa"), "a text fits");
  World world = world_around(text.get_lock(), [text] {
    const std::string seen = text.raw();
    require(seen.substr(5) == "aaa" && seen.find_first_not_of(std::string("ab\0", 3)) == seen.npos,
            "what is not assigned stays, and what is is one of two");
  });
  world.operate = [text] { static_cast<void>(text.set_value("bbbb")); };
  return world;
}

}  // namespace

std::vector<Operation> value_operations() {
  return {
      {"value.set", value_set},
      {"value.get", value_get},
      {"value.increment", value_increment},
      {"array.set", array_set},
      {"array.set_slice", array_set_slice},
      {"array.set_value", text_set},
  };
}

}  // namespace mp::sweep
