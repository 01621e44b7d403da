#include "report/junit.hpp"

#include <fmt/format.h>

#include <cmath>

#include "report/backends.hpp"
#include "report/xml_text.hpp"

namespace mpspec {
namespace {

enum class Outcome { passed, failure, error, skipped };

constexpr Outcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return Outcome::passed;
    case Verdict::fail:
    case Verdict::leak:
      return Outcome::failure;
    case Verdict::unsupported:
    case Verdict::known:
      return Outcome::skipped;
    case Verdict::hang:
    case Verdict::crash:
    case Verdict::inconclusive:
      break;
  }
  return Outcome::error;
}

struct Counts {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
  double seconds = 0;

  void add(const CaseResult& result) {
    const Outcome outcome = outcome_of(result.verdict);
    ++tests;
    failures += outcome == Outcome::failure;
    errors += outcome == Outcome::error;
    skipped += outcome == Outcome::skipped;
    if (std::isfinite(result.seconds)) seconds += result.seconds;
  }

  [[nodiscard]] std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6f}")", tests,
                       failures, errors, skipped, seconds);
  }
};

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("<property name=\"{}\" value=\"{}\"/>\n", name, xml_attribute(value));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string outcome_element(const CaseResult& result) {
  const std::string_view verdict = to_string(result.verdict);
  const std::string message = xml_attribute(first_line(result.message));
  const std::string body = xml_text(result.message);
  switch (outcome_of(result.verdict)) {
    case Outcome::failure:
      return fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>\n", verdict, message,
                         body);
    case Outcome::error:
      return fmt::format("<error type=\"{}\" message=\"{}\">{}</error>\n", verdict, message, body);
    case Outcome::skipped:
      return fmt::format("<skipped type=\"{}\" message=\"{}: {}\">{}</skipped>\n", verdict, verdict,
                         message, body);
    case Outcome::passed:
      break;
  }
  // What a passing case observed is worth keeping; JUnit has no other place for it.
  return body.empty() ? "" : fmt::format("<system-out>{}</system-out>\n", body);
}

std::string test_case(const CaseResult& result) {
  const std::string area = result.clause.substr(0, result.clause.rfind('-'));
  const std::string name =
      result.run > 1 ? fmt::format("{} [run {}]", result.case_name, result.run) : result.case_name;
  std::string out =
      fmt::format("<testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">\n", xml_attribute(area),
                  xml_attribute(name), std::isfinite(result.seconds) ? result.seconds : 0.0);
  out += "<properties>\n" + property("clause", result.clause) +
         property("strength", result.strength) + "</properties>\n";
  out += outcome_element(result);
  if (!result.transcript.empty()) {
    out += "<system-err>";
    for (const std::string& line : result.transcript) out += xml_text(line) + "\n";
    out += "</system-err>\n";
  }
  return out + "</testcase>\n";
}

std::string test_suite(const RunResults& run, const BackendInfo& backend, Counts& total) {
  Counts counts;
  std::string cases;
  for (const CaseResult& result : run.results) {
    if (result.backend != backend.name) continue;
    counts.add(result);
    total.add(result);
    cases += test_case(result);
  }
  return fmt::format("<testsuite name=\"{}\" hostname=\"{}\" {}>\n", xml_attribute(backend.name),
                     xml_attribute(run.suite.host), counts.attributes()) +
         "<properties>\n" + property("suite.version", run.suite.version) +
         property("suite.commit", run.suite.commit) +
         property("suite.seed", fmt::to_string(run.suite.seed)) +
         property("suite.host", run.suite.host) + property("backend.version", backend.version) +
         property("backend.command", backend.command) + "</properties>\n" + cases +
         "</testsuite>\n";
}

}  // namespace

std::string to_junit(const RunResults& run) {
  Counts total;
  std::string suites;
  for (const BackendInfo& backend : all_backends(run)) suites += test_suite(run, backend, total);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mpspec\" {}>\n{}"
      "</testsuites>\n",
      total.attributes(), suites);
}

}  // namespace mpspec
