// A manager server that is judged by its address, without an adapter.
#pragma once

#include <filesystem>
#include <string>

#include "driver/server_address.hpp"
#include "mpspec/cases.hpp"
#include "mpspec/probe.hpp"

namespace mpspec {

/// PATH of a Unix socket, @NAME of an abstract one, or HOST:PORT, as `Manager.address` gives it.
/// Throws UsageError.
Value parse_address(const std::string& text);

/// The bytes of the file, without a line feed at the end. Throws UsageError.
std::string read_authkey(const std::filesystem::path& file);

/// Asks the server for `dummy`. Throws UsageError when nobody listens there or the key is refused,
/// BackendBroken when the server speaks another protocol.
Baseline probe_server(const ServerAddress& server, const std::string& address);

/// Whether the case judges what a server sends; all other cases need an adapter.
bool judges_server(const Case& subject);
/// Whether no case comes after this one: it ends the server.
bool ends_server(const Case& subject);

}  // namespace mpspec
