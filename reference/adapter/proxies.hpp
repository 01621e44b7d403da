// Proxies of managed objects, as the adapter uses them.
#pragma once

#include <mp/manager.hpp>
#include <mp/proxy.hpp>

#include "operation.hpp"

namespace adapter {

/// A proxy made by the manager, kept as an mp::Proxy, a Namespace's as an mp::ManagedNamespace.
/// Raises RemoteError when the server refuses.
Live made_proxy(const mp::Manager& manager, const std::string& type_id,
                std::vector<mp::Object> args,
                const std::vector<std::pair<std::string, mp::Object>>& kwargs);

/// The manager that a call works on, whoever runs its server.
const mp::Manager& manager_of(const Call& call);

/// The proxy that an object is, or nothing.
const mp::Proxy* as_proxy(const Live& live);

/// Raises what Python raises when a server cannot be reached, or refuses.
[[noreturn]] void raise_proxy_error(const mp::Error& error);

}  // namespace adapter
