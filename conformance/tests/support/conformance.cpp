#include "tests/support/conformance.hpp"

namespace mpspec {
namespace {

MATCHER_P(ReturnsValue, expected, "returns " + to_python(expected)) {
  return arg.ok() && arg.value() == expected;
}
MATCHER_P(FailsWithType, type, "fails with " + type) { return arg.error() == type; }
MATCHER(ReturnsAnything, "succeeds") { return arg.ok(); }

}  // namespace

// Here and not in the header: a template for every type of expected value is slow to compile.
OutcomeMatcher Returns(const Value& expected) { return ReturnsValue(expected); }
OutcomeMatcher FailsWith(const std::string& type) { return FailsWithType(type); }
OutcomeMatcher Succeeds() { return ReturnsAnything(); }

void Conformance::TearDown() {
  CaseContext& context = CaseContext::current();
  if (context.adapter() == nullptr || context.stopped() || HasFailure()) return;
  context.adapter()->finish();
}

Value variable(const Value& program_result, const std::string& name) {
  if (const auto* variables = program_result.get_if<Dict>()) {
    for (const auto& [key, value] : variables->items) {
      if (key == Value(name)) return value;
    }
  }
  throw CaseStop(Verdict::fail,
                 "the program's result has no variable " + name + ": " + to_python(program_result));
}

void report_property(const std::string& failure) {
  // What the backend does not offer, or the property could not bring about, is no counterexample.
  const auto& stop = CaseContext::current().stopped();
  if (stop && (stop->verdict() == Verdict::unsupported || stop->verdict() == Verdict::inconclusive))
    throw *stop;
  ADD_FAILURE() << failure;
}

}  // namespace mpspec
