// Clauses against cases, both ways, and what is generated from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "trace/specification.hpp"

namespace mpspec {

/// What is wrong between specification and cases, one sentence each: a clause without a case, a
/// case that names no clause or a retired one, an id in the text that is no clause.
std::vector<std::string> trace_problems(const Specification& specification,
                                        const std::vector<std::string>& case_names);

/// Clause ids that some Markdown file below the folder mentions and that do not exist.
std::vector<std::string> dangling_references(const Specification& specification,
                                             const std::filesystem::path& folder);

/// Wording at the time its cases were last read against it: clause id -> hash.
using ReviewedWording = std::map<std::string, std::string>;

ReviewedWording wording_of(const Specification& specification);
ReviewedWording read_reviewed(const std::filesystem::path& file);
std::string to_text(const ReviewedWording& wording);
/// Clauses whose text differs from the reviewed one, each with the cases to read again.
std::vector<std::string> wording_problems(const Specification& specification,
                                          const ReviewedWording& reviewed,
                                          const std::vector<std::string>& case_names);

/// What one backend makes of every clause: `pass`, but for those listed. Subjects are clause ids or
/// names of cases.
struct Status {
  std::string backend;
  std::map<std::string, std::string> deviations;
};

/// spec/index.md: every clause with its strength, title, number of cases and status, by chapter.
std::string clause_index(const Specification& specification,
                         const std::vector<std::string>& case_names,
                         const std::vector<Status>& statuses);

}  // namespace mpspec
