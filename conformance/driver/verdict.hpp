// What a case can come to, and how a case ends early with a verdict.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mpspec {

/// The verdicts of spec/README.md. `known` is given by the runner only, from a backend's
/// expectations.
enum class Verdict { pass, fail, hang, crash, leak, unsupported, inconclusive, known };

inline constexpr Verdict kAllVerdicts[] = {
    Verdict::pass, Verdict::fail,        Verdict::hang,         Verdict::crash,
    Verdict::leak, Verdict::unsupported, Verdict::inconclusive, Verdict::known};

constexpr std::string_view to_string(Verdict verdict) {
  constexpr std::string_view kNames[] = {"pass", "fail",        "hang",         "crash",
                                         "leak", "unsupported", "inconclusive", "known"};
  return kNames[static_cast<int>(verdict)];
}

constexpr std::optional<Verdict> verdict_from(std::string_view name) {
  for (const Verdict verdict : kAllVerdicts) {
    if (to_string(verdict) == name) return verdict;
  }
  return std::nullopt;
}

/// Ends the running case with a verdict. Thrown by the driver and by cases, caught by the worker.
class CaseStop : public std::runtime_error {
 public:
  CaseStop(Verdict verdict, const std::string& message)
      : std::runtime_error(message), verdict_(verdict) {}
  [[nodiscard]] Verdict verdict() const { return verdict_; }

 private:
  Verdict verdict_;
};

}  // namespace mpspec
