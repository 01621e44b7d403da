// What the adapter keeps by name, and how objects travel as items and messages.
#pragma once

#include <memory>
#include <mp/bytes.hpp>
#include <mp/connection.hpp>
#include <mp/object.hpp>
#include <string>

#include "operation.hpp"

namespace adapter {

/// Connections cannot be copied, so they are kept by a shared pointer.
using LiveConnection = std::shared_ptr<mp::Connection>;

/// The type's name in the operations: "Queue", "manager.list"; "object" for a kept value.
std::string live_type_name(const Live& live);

/// The pickle of a value that is sent. Raises RuntimeError for one that names a live object, which
/// only reaches other processes by being handed to a child.
std::string packed(const mp::Object& object);
mp::Object unpacked(mp::BytesView bytes);

}  // namespace adapter
