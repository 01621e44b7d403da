// The files that a run is written to.
#pragma once

#include <string>

#include "report/merge.hpp"
#include "report/results.hpp"
#include "trace/specification.hpp"

namespace mpspec {

/// Paths; what is empty is not written.
struct ReportFiles {
  std::string json;
  std::string junit;
  std::string html;
  std::string markdown;
  std::string badges;  // a folder: BACKEND.svg
};

/// Throws UsageError when one of them cannot be written: before anything runs rather than after
/// everything ran.
void check_writable(const ReportFiles& files);

/// Writes all that are asked for, even when one cannot be written; then throws UsageError.
void write_reports(const ReportFiles& files, const RunResults& run,
                   const Specification& specification, const std::vector<Change>& changes = {});

}  // namespace mpspec
