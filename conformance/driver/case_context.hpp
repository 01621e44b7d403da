// What the running case needs to know of its run; one case runs in one process.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/adapter.hpp"

namespace mpspec {

class CaseContext {
 public:
  static CaseContext& current();

  DriverSettings settings;
  /// The case kills actors or servers on purpose, so what they leave behind is not held against the
  /// backend.
  bool tolerates_leftovers = false;
  /// Which of several permitted outcomes was seen.
  std::vector<std::string> observations;
  /// Outcomes that might have been seen, where the case can name them.
  std::set<std::string> permitted;

  /// Throws CaseStop (noted in stopped()), which is `unsupported` where there is no adapter, or
  /// AdapterStartError.
  Adapter& start_adapter();
  /// Notes the verdict and ends the case with it.
  [[noreturn]] void stop(Verdict verdict, const std::string& message);
  /// The verdict that ended the case early, if one did.
  [[nodiscard]] const std::optional<CaseStop>& stopped() const;
  [[nodiscard]] Adapter* adapter() { return adapter_.get(); }

  /// What was said so far, one line each, the newest last.
  void note(std::string line);
  [[nodiscard]] std::deque<std::string> transcript() const;

 private:
  std::unique_ptr<Adapter> adapter_;
  // Of a case without an adapter.
  std::optional<CaseStop> stopped_;
  std::optional<Transcript> transcript_;
};

}  // namespace mpspec
