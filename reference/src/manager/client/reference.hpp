#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/identity.hpp"
#include "manager/client/process_state.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager {

/// One counted reference of this process to an object of a server. All copies of a proxy share one.
/// After a fork the child's copy is not counted by the server until the child uses it, or calls
/// adopt(); what it never used it does not give back.
class Reference {
 public:
  /// Takes over a reference that the server has counted already (create, '#PROXY').
  static std::shared_ptr<Reference> owning(std::shared_ptr<const Endpoint> endpoint,
                                           ProxyParts parts);
  /// Takes a reference of its own.
  static Result<std::shared_ptr<Reference>> take(std::shared_ptr<const Endpoint> endpoint,
                                                 ProxyParts parts);
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  /// Gives it back. Silent when the server is gone.
  ~Reference();

  const std::shared_ptr<const Endpoint>& endpoint() const { return endpoint_; }
  const ProxyParts& parts() const { return parts_; }

  /// In a forked child: makes the inherited reference the child's own. Any thread.
  Result<void> adopt();

 private:
  Reference(std::shared_ptr<const Endpoint> endpoint, ProxyParts parts);
  bool is_ours() const;

  std::shared_ptr<const Endpoint> endpoint_;
  ProxyParts parts_;
  std::atomic<std::uint32_t> owner_{0};  // bits of the process that the server counts it for
};

}  // namespace mp::manager
