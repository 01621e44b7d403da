#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "mp/pickle.hpp"
#include "wire/testing/objects.hpp"
#include "wire/testing/python_peer.hpp"

// What this codec does, held against the CPython that is installed.

namespace mp::testing {
namespace {

class CPython : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(PythonPeer::get(), nullptr) << PythonPeer::kMissing; }

  static PythonPeer& peer() { return *PythonPeer::get(); }
};

/// Asks for the pickle of an object in that protocol. It travels in protocol 4, in which CPython
/// keeps what is one object and what is not.
std::string in_protocol(int protocol, const Object& object) {
  return std::string{"A"} + static_cast<char>(protocol) + *pickle::dumps(object);
}

/// The outcome of an operation as python_peer.py prints it.
template <class T>
std::string outcome(const Result<T>& result, std::string text) {
  if (result) return text;
  if (result.error().code == ErrorCode::TooLarge) return "RecursionError";
  return "TypeError: " + result.error().message;
}

std::string outcome(const Result<bool>& result) {
  return outcome(result, result && *result ? "True" : "False");
}

RC_GTEST_FIXTURE_PROP(CPython, DumpsIsWhatCPythonDumps, ()) {
  const Object object = *plain_objects();
  for (const int protocol : {2, 3, 4, 5}) {
    const auto results = peer().ask(in_protocol(protocol, object), 4);
    RC_ASSERT(to_hex(results[0]) == to_hex(*pickle::dumps(object, {.protocol = protocol})));
    RC_ASSERT(results[1] == *repr(object));
    RC_ASSERT(results[2] == (truth(object) ? "True" : "False"));
    RC_ASSERT((results[3] == "array" ? "array.array" : results[3]) == type_name(object));
  }
}

RC_GTEST_FIXTURE_PROP(CPython, LoadsWhatCPythonDumps, ()) {
  const auto seed = *rc::gen::inRange<std::uint32_t>(0, 1u << 30);
  const auto results = peer().ask("G" + std::to_string(seed), 13);
  for (std::size_t i = 1; i < results.size(); ++i) {
    const std::string& bytes = results[i];
    const bool by_c = i <= 6;
    const int protocol = static_cast<int>((i - 1) % 6);
    const Result<Object> object = pickle::loads(bytes);
    if (!object) RC_FAIL(object.error().message + " in " + to_hex(bytes));
    RC_ASSERT(*repr(*object) == results[0]);
    if (by_c && protocol >= 2)
      RC_ASSERT(to_hex(*pickle::dumps(*object, {.protocol = protocol})) == to_hex(bytes));
  }
}

RC_GTEST_FIXTURE_PROP(CPython, KeepsObjectsOfUnknownClasses, ()) {
  const auto seed = *rc::gen::inRange<std::uint32_t>(0, 1u << 30);
  const auto pickles = peer().ask("O" + std::to_string(seed), 4);
  for (std::size_t i = 0; i < pickles.size(); ++i) {
    const std::string& bytes = pickles[i];
    const int protocol = static_cast<int>(i) + 2;
    const Result<Object> object = pickle::loads(bytes);
    if (!object) RC_FAIL(object.error().message + " in " + to_hex(bytes));
    // How protocols 2 and 3 name nested classes, by getattr(), is another matter in each version.
    if (protocol >= 4 || bytes.find("getattr") == bytes.npos)
      RC_ASSERT(to_hex(*pickle::dumps(*object, {.protocol = protocol})) == to_hex(bytes));
    // Written in another protocol, it is still the same to CPython, sharing included.
    const std::string other = *pickle::dumps(*object, {.protocol = protocol == 4 ? 3 : 4});
    const auto size = static_cast<std::uint32_t>(bytes.size());
    std::string request = "=";
    request.append(reinterpret_cast<const char*>(&size), 4).append(bytes).append(other);
    RC_ASSERT(peer().ask(request, 1)[0] == "True");
  }
}

RC_GTEST_FIXTURE_PROP(CPython, ComparesAsCPython, ()) {
  const Object a = *comparable_objects();
  const Object b = *comparable_objects();
  const auto results = peer().ask("C" + *pickle::dumps(Object::tuple_of(a, b)), 3);
  RC_ASSERT(results[0] == outcome(equal(a, b)));
  RC_ASSERT(results[1] == outcome(compare_less(a, b)));
  // In the order in which Python finds out: the dict first.
  DictView dict(Object::dict());
  const Result<bool> added = dict.set(a, Object::none());
  const Result<const Object*> found = dict.find(b);
  const std::string expected =
      !added ? outcome(added) : outcome(found, found && *found != nullptr ? "True" : "False");
  RC_ASSERT(results[2] == expected);
}

RC_GTEST_FIXTURE_PROP(CPython, SortsAsCPython, ()) {
  const bool mixed = *rc::gen::inRange(0, 4) == 0;
  const auto numbers = rc::gen::map(rc::gen::inRange(-9, 10), [](int i) {
    return i % 2 == 0 ? Object::integer(i / 2) : Object::real(i / 2);
  });
  Object list = Object::list(*rc::gen::scale(
      2, rc::gen::container<std::vector<Object>>(mixed ? comparable_objects() : numbers)));
  const bool reverse = *rc::gen::arbitrary<bool>();
  const std::string request =
      "S" + *pickle::dumps(Object::tuple_of(list, Object::boolean(reverse)));
  // Where a NaN goes, and which pair of a mixed list is compared first, is the algorithm's choice.
  RC_PRE(repr(list)->find("nan") == std::string::npos);
  const Result<void> sorted = sort(list, reverse);
  const std::string theirs = peer().ask(request, 1)[0];
  if (sorted)
    RC_ASSERT(theirs == *repr(list));
  else
    RC_ASSERT(theirs.starts_with("TypeError: '<' not supported between instances of "));
}

RC_GTEST_FIXTURE_PROP(CPython, ConvertsIntsToFloats, ()) {
  const auto bytes =
      *rc::gen::scale(3, rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  const Object integer = Object::integer_from_bytes(bytes);
  const std::optional<double> number = integer.to_double();
  RC_ASSERT(
      peer().ask("N" + *pickle::dumps(Object::list({integer})), 1)[0] ==
      (number ? *repr(Object::real(*number)) : "OverflowError: int too large to convert to float"));
}

Object numbers_up_to(std::size_t size) {
  std::vector<Object> items;
  for (std::size_t i = 0; i < size; ++i)
    items.push_back(Object::integer(static_cast<std::int64_t>(i)));
  return Object::list(std::move(items));
}

/// Sizes at which the pickler changes its mind.
std::vector<Object> edge_cases() {
  std::vector<Object> objects;
  for (const std::size_t size : {999u, 1000u, 1001u, 1999u, 2000u, 2001u}) {
    const Object list = numbers_up_to(size);
    DictView dict(Object::dict());
    for (const Object& item : list.items()) (void)*dict.set(item, Object::none());
    objects.push_back(*Object::set({list.items().begin(), list.items().end()}));
    objects.push_back(list);
    objects.push_back(dict.object());
  }
  for (const std::size_t size : {65'525u, 65'530u, 65'535u, 65'536u, 65'537u, 200'000u}) {
    const std::string text(size, 'x');
    objects.push_back(Object::str(text));
    objects.push_back(Object::tuple_of(Object::str("a"), Object::bytes(text), Object::str(text),
                                       Object::bytearray(text), Object::none()));
    objects.push_back(*Object::array('b', text));
    objects.push_back(
        Object::list(std::vector<Object>(size / 8, Object::integer(std::int64_t{1} << 40))));
  }
  std::vector<Object> twice;
  for (int i = 0; i < 600; ++i) twice.push_back(Object::str("name" + std::to_string(i)));
  twice.insert(twice.end(), twice.begin(), twice.end());
  objects.push_back(Object::list(twice));
  return objects;
}

TEST_F(CPython, AgreesAtTheEdges) {
  for (const Object& object : edge_cases())
    for (const int protocol : {2, 3, 4, 5}) {
      const std::string theirs = peer().ask(in_protocol(protocol, object), 4)[0];
      EXPECT_TRUE(theirs == *pickle::dumps(object, {.protocol = protocol}))
          << type_name(object) << " of " << *object.length() << ", protocol " << protocol;
    }
}

}  // namespace
}  // namespace mp::testing
