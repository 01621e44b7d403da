#include "driver/case_context.hpp"

namespace mpspec {

CaseContext& CaseContext::current() {
  static CaseContext context;
  return context;
}

Adapter& CaseContext::start_adapter() {
  if (settings.server) stop(Verdict::unsupported, "needs an adapter: a server's address is judged");
  try {
    adapter_ = std::make_unique<Adapter>(settings);
  } catch (const CaseStop& stop) {
    stopped_ = stop;
    throw;
  }
  return *adapter_;
}

void CaseContext::stop(Verdict verdict, const std::string& message) {
  if (adapter_) adapter_->stop(verdict, message);
  if (!stopped_) stopped_.emplace(verdict, message);
  throw *stopped_;
}

const std::optional<CaseStop>& CaseContext::stopped() const {
  return adapter_ ? adapter_->stopped() : stopped_;
}

void CaseContext::note(std::string line) {
  if (adapter_) {
    adapter_->note(std::move(line));
  } else {
    if (!transcript_) transcript_.emplace(settings.folder / "operations.log");
    transcript_->note(std::move(line));
  }
}

std::deque<std::string> CaseContext::transcript() const {
  if (adapter_) return adapter_->transcript();
  return transcript_ ? transcript_->lines() : std::deque<std::string>();
}

}  // namespace mpspec
