#include "manager/client/reference.hpp"

#include "manager/client/sessions.hpp"

namespace mp::manager {

Reference::Reference(std::shared_ptr<const Endpoint> endpoint, ProxyParts parts)
    : endpoint_(std::move(endpoint)), parts_(std::move(parts)) {
  ++endpoint_->reference_count;
}

std::shared_ptr<Reference> Reference::owning(std::shared_ptr<const Endpoint> endpoint,
                                             ProxyParts parts) {
  std::shared_ptr<Reference> made(new Reference(std::move(endpoint), std::move(parts)));
  made->owner_ = base::this_process().bits();
  ProcessState::get().add(made);
  return made;
}

Result<std::shared_ptr<Reference>> Reference::take(std::shared_ptr<const Endpoint> endpoint,
                                                   ProxyParts parts) {
  std::shared_ptr<Reference> made(new Reference(std::move(endpoint), std::move(parts)));
  MP_TRY(made->adopt());
  ProcessState::get().add(made);
  return made;
}

bool Reference::is_ours() const {
  return owner_.load(std::memory_order_acquire) == base::this_process().bits();
}

Result<void> Reference::adopt() {
  if (is_ours()) return {};
  // Two threads of a fresh child may both get here; the one that comes second gives its own back.
  MP_TRY(ask_server(*endpoint_, "incref", {Object::str(parts_.token.ident)}));
  const std::uint32_t us = base::this_process().bits();
  if (owner_.exchange(us, std::memory_order_acq_rel) == us) {
    MP_TRY(ask_server(*endpoint_, "decref", {Object::str(parts_.token.ident)}));
  }
  return {};
}

Reference::~Reference() {
  if (is_ours()) {
    // A server that is gone has forgotten the reference, and there is nobody to tell anyway.
    static_cast<void>(ask_server(*endpoint_, "decref", {Object::str(parts_.token.ident)}));
  }
  if (--endpoint_->reference_count == 0) close_session(endpoint_);
}

}  // namespace mp::manager
