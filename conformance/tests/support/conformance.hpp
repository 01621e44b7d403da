// What every case file includes: the fixture, matchers and properties.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <string>

#include "driver/actor.hpp"
#include "driver/adapter.hpp"
#include "driver/case_context.hpp"
#include "driver/program.hpp"

namespace mpspec {

using namespace std::chrono_literals;

/// What a method returns that says nothing.
inline constexpr None kNone{};

/// One case: a fresh adapter with actor 0, which ends with the case.
/// A case is `TEST_F(<Area>Conformance, <AREA>_<NNN>_<Claim>)`; the id in its name is the clause it
/// judges.
class Conformance : public ::testing::Test {
 protected:
  void SetUp() override { CaseContext::current().start_adapter(); }
  void TearDown() override;

  [[nodiscard]] Adapter& adapter() { return *CaseContext::current().adapter(); }
  /// Actor 0, the process that the suite started.
  [[nodiscard]] Actor& main() { return adapter().main(); }
  /// A started manager, with its server process.
  Object manager() { return main().make("Manager"); }

  /// The case could not bring about what it judges: "don't know", never a pass.
  [[noreturn]] void inconclusive(const std::string& why) {
    adapter().stop(Verdict::inconclusive, why);
  }
  /// Records which of the permitted outcomes was seen.
  void observe(const std::string& what) { CaseContext::current().observations.push_back(what); }
  /// The same for one of two: repeated runs tell how often each was seen, and which one never was.
  void observe(bool first, const std::string& one, const std::string& other) {
    CaseContext::current().permitted.insert({one, other});
    observe(first ? one : other);
  }
  /// For cases that kill actors or servers.
  void tolerate_leftovers() { CaseContext::current().tolerates_leftovers = true; }

  /// A moment that is far enough ahead for every actor to be told of it: the common start of a
  /// race.
  [[nodiscard]] static Clock::time_point soon() { return Clock::now() + 20ms; }
};

using OutcomeMatcher = ::testing::Matcher<const Outcome&>;

/// The operation succeeded with exactly this value.
OutcomeMatcher Returns(const Value& expected);
/// The operation failed with this type of error.
OutcomeMatcher FailsWith(const std::string& type);
/// The operation succeeded, whatever it gave.
OutcomeMatcher Succeeds();

/// A variable of a finished program; ends the case when the program has none of that name.
Value variable(const Value& program_result, const std::string& name);

/// A rapidcheck property inside a case; a counterexample becomes the case's failure, with the line
/// that reproduces it. `property` takes generated arguments and uses RC_ASSERT. `runs` is how often
/// it has to hold; fewer than the usual hundred where each run starts processes.
template <class Property>
void check_property(Property&& property, std::optional<int> runs = {});

/// What rapidcheck says of a property that does not hold, for those that tell it better themselves;
/// nothing when it holds.
template <class Property>
std::optional<std::string> counterexample(Property&& property, std::optional<int> runs = {});

/// How a case fails with a counterexample: not at all when what the backend does not offer, or what
/// the property could not bring about, is the reason.
void report_property(const std::string& failure);

template <class Property>
std::optional<std::string> counterexample(Property&& property, std::optional<int> runs) {
  rc::detail::TestMetadata metadata;
  metadata.id = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  metadata.description = metadata.id;
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  parameters.maxSuccess = runs.value_or(parameters.maxSuccess);
  const auto result =
      rc::detail::checkTestable(std::forward<Property>(property), metadata, parameters);
  if (result.template is<rc::detail::SuccessResult>()) return std::nullopt;
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  return text.str();
}

template <class Property>
void check_property(Property&& property, std::optional<int> runs) {
  if (const auto found = counterexample(std::forward<Property>(property), runs))
    report_property(*found);
}

}  // namespace mpspec
