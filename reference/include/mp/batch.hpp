#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "mp/proxy.hpp"

namespace mp {

/// Calls that travel together: all requests are sent before the first reply is waited for, so that
/// many calls cost one round trip. The server carries them out in the order of call(), each by
/// itself as atomic as ever, but others' calls may come in between. A call that waits (an empty
/// queue's get) holds up those behind it. Works with servers of this library and of CPython.
/// Sharing: one thread at a time.
class Batch {
 public:
  Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;
  ~Batch();

  /// Adds `proxy.method(*args, **kwargs)`; nothing is sent yet. What is wrong with it run() says.
  Batch& call(const Proxy& proxy, std::string_view method, std::vector<Object> args = {},
              const Object& kwargs = no_keywords());
  /// Number of calls since the last run().
  std::size_t size() const;

  /// Sends them and waits for all answers: one for each call, in their order, exceptions included
  /// (see Proxy::invoke). The batch is empty afterwards, and can be filled again.
  /// Errors: InvalidArgument   proxies of different servers, or what cannot be pickled; nothing was
  ///                           sent
  ///         Disconnected      the server went away; any of the calls may have taken effect
  ///         those of Proxy
  Result<std::vector<Answer>> run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mp
