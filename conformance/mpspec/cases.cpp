#include "mpspec/cases.hpp"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mpspec/backends.hpp"

namespace mpspec {
namespace {

bool matches(const Case& candidate, const std::string& filter) {
  return ::fnmatch(filter.c_str(), candidate.clause.c_str(), 0) == 0 ||
         ::fnmatch(filter.c_str(), candidate.name.c_str(), 0) == 0;
}

/// Keeps the cases that one of the words selects; each word must select something.
void keep(std::vector<Case>& cases, const std::vector<std::string>& words, const char* kind,
          auto&& selects) {
  if (words.empty()) return;
  std::vector<bool> wanted(cases.size(), false);
  for (const std::string& word : words) {
    bool any = false;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (selects(cases[i], word)) wanted[i] = any = true;
    }
    if (!any) throw UsageError(std::string("no case matches ") + kind + " '" + word + "'");
  }
  std::size_t i = 0;
  std::erase_if(cases, [&](const Case&) { return !wanted[i++]; });
}

}  // namespace

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  const auto& tests = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < tests.total_test_suite_count(); ++i) {
    const auto& suite = *tests.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const auto& info = *suite.GetTestInfo(j);
      cases.push_back(
          {suite.name(), info.name(), clause_of_case(info.name()), info.file(), info.line()});
    }
  }
  std::stable_sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
    return std::tie(a.clause, a.name) < std::tie(b.clause, b.name);
  });
  return cases;
}

std::vector<Case> select(const Selection& selection, const Specification& specification) {
  std::vector<Case> cases = all_cases();
  keep(cases, selection.filters, "filter", matches);
  keep(cases, selection.areas, "area",
       [&](const Case& candidate, const std::string& area) { return candidate.area() == area; });
  keep(cases, selection.strengths, "strength",
       [&](const Case& candidate, const std::string& strength) {
         const Clause* clause = specification.find(candidate.clause);
         return clause != nullptr && clause->strength == strength;
       });
  std::stable_partition(cases.begin(), cases.end(), [](const Case& candidate) {
    return candidate.clause.starts_with("ADAPTER-");
  });
  return cases;
}

}  // namespace mpspec
