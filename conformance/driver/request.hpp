// The fields of a request that say what to do.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "driver/object.hpp"

namespace mpspec {

/// op, object (unless empty), args and kwargs (unless empty).
nlohmann::json request_fields(const std::string& operation, const std::string& object,
                              const Args& args, const Kwargs& kwargs);

/// The request as a line of Python, for transcripts: q.put(1, timeout=0.5).
std::string request_text(const std::string& operation, const std::string& object, const Args& args,
                         const Kwargs& kwargs);

}  // namespace mpspec
