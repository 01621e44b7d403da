// Programs of parallel calls as JSON, so that one that failed can be run again without what drew
// it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "history/parallel.hpp"

namespace mpspec {

/// Which object a program is about, beside the program.
struct StoredProgram {
  std::string type;  // "manager.dict"
  Args made_from;
  ParallelProgram program;
};

/// {"mpspec_program": 1, "type", "args", "prefix": [{"method", "args"}], "actors": [[...], ...]};
/// values are those of the adapter protocol (spec/adapter/README.md).
nlohmann::json to_json(const StoredProgram& stored);

/// Throws HistoryError for text that is no program.
StoredProgram program_from_text(const std::string& text);

}  // namespace mpspec
