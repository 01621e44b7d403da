#pragma once

#include <string>
#include <vector>

#include "mp/address.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// What a client of any server of this protocol may want to know or have done.
enum class Question { Health, Objects, Shutdown };

/// Asks the server at that address. What is to be printed.
/// Errors: those of Manager::connect()
Result<std::string> ask(Question question, const Address& address, const std::string& authkey);

/// A debug_info, as the servers of this library and of CPython give it, as a table.
std::string table_of_objects(const std::string& debug_info);

}  // namespace mp::manager
