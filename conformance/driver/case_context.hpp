// What the running case needs to know of its run; one case runs in one process.
#pragma once

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

  /// Throws CaseStop (noted in stopped()) or AdapterStartError.
  Adapter& start_adapter();
  /// The verdict that ended the case early, if one did.
  [[nodiscard]] const std::optional<CaseStop>& stopped() const;
  [[nodiscard]] Adapter* adapter() { return adapter_.get(); }

 private:
  std::unique_ptr<Adapter> adapter_;
  std::optional<CaseStop> stopped_at_start_;
};

}  // namespace mpspec
