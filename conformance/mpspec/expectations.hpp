// Known deviations of a backend: conformance/expectations/NAME.txt, and those of one release line
// only: NAME-MAJOR.MINOR.txt; of a variant, such as cpython:spawn, also NAME-VARIANT.txt.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/results.hpp"
#include "trace/specification.hpp"

namespace mpspec {

struct Case;

/// One line: `QUEUE-027 hang reason... https://...`. The first word is a clause id, or a case's
/// name where only that case deviates; the second the verdict it comes to. A line that no longer
/// holds fails the run, so lists cannot rot. `hang?` is a deviation that does not show every time:
/// a race, or something that not every seed draws; such a case may pass, but do nothing else.
struct Expectation {
  std::string subject;
  Verdict verdict = Verdict::fail;
  bool sometimes = false;
  std::string reason;
  std::string where;  // cpython.txt:3
};

class Expectations {
 public:
  /// A missing file is an empty list. Throws UsageError for a line that is not understood, names no
  /// clause and no case, or gives no reason. Without a version, what every release does.
  static Expectations read(const std::filesystem::path& folder, const std::string& backend,
                           const std::string& version, const Specification& specification,
                           const std::vector<Case>& cases);

  /// Turns an expected verdict into `known`, and an unexpected pass into a failure.
  void apply(CaseResult& result) const;

  [[nodiscard]] const std::vector<Expectation>& lines() const { return lines_; }

 private:
  void read_file(const std::filesystem::path& path, const Specification& specification,
                 const std::vector<Case>& cases);

  std::vector<Expectation> lines_;
};

}  // namespace mpspec
