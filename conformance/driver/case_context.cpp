#include "driver/case_context.hpp"

namespace mpspec {

CaseContext& CaseContext::current() {
  static CaseContext context;
  return context;
}

Adapter& CaseContext::start_adapter() {
  try {
    adapter_ = std::make_unique<Adapter>(settings);
  } catch (const CaseStop& stop) {
    stopped_at_start_ = stop;
    throw;
  }
  return *adapter_;
}

const std::optional<CaseStop>& CaseContext::stopped() const {
  return adapter_ ? adapter_->stopped() : stopped_at_start_;
}

}  // namespace mpspec
