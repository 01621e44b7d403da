#include "report/backends.hpp"

#include <set>

namespace mpspec {

std::vector<BackendInfo> all_backends(const RunResults& run) {
  std::vector<BackendInfo> out = run.backends;
  std::set<std::string> listed;
  for (const BackendInfo& backend : out) listed.insert(backend.name);
  for (const CaseResult& result : run.results) {
    if (listed.insert(result.backend).second) out.push_back({result.backend, "", ""});
  }
  return out;
}

}  // namespace mpspec
