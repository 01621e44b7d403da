// The run as a person reads it in a terminal.
#pragma once

#include <string>

#include "report/results.hpp"
#include "trace/specification.hpp"

namespace mpspec {

struct MatrixStyle {
  bool colour = false;
  /// One row a clause, with its title, instead of one row an area.
  bool full = false;
  /// Columns of the terminal: backends stand side by side where they fit.
  std::size_t width = 104;
};

/// clause x backend, one glyph a clause, with a legend.
std::string matrix_text(const RunResults& run, const Specification& specification,
                        const MatrixStyle& style);

/// Everything that keeps a backend from conforming, then known deviations; each with its clause's
/// sentence, what was seen, and the line that replays it. "" when there is nothing to tell.
std::string findings_text(const RunResults& run, const Specification& specification,
                          const MatrixStyle& style);

/// One line a backend that counts its verdicts, and says whether it conforms.
std::string counts_text(const RunResults& run, bool strict);

/// Whether a backend conforms: no MUST clause is broken; `strict` wants the SHOULD clauses, too,
/// and nothing unsupported.
bool conforms(const RunResults& run, const std::string& backend, bool strict);

}  // namespace mpspec
