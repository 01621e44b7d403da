#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "manager/objects/outcome.hpp"
#include "manager/objects/referent.hpp"
#include "manager/protocol/message.hpp"

namespace mp::manager {

/// The arguments of a request as `method(*args, **kwargs)` takes them.
class CallArguments {
 public:
  /// Borrows this object and the request.
  Call call(SessionId session, ClientId client, Clock::time_point now) const;

 private:
  friend Attempt<CallArguments> unpack_arguments(Host& host, std::string_view method,
                                                 const Request& request);

  std::string_view method_;
  std::vector<Object> items_;  // what is no tuple by itself
  std::span<const Object> positional_;
  std::optional<DictView> named_;
  bool carries_proxies_ = false;
};

/// TypeError when args cannot be iterated, or kwargs is not a mapping of str.
Attempt<CallArguments> unpack_arguments(Host& host, std::string_view method,
                                        const Request& request);

}  // namespace mp::manager
