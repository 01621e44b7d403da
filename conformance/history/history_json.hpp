// Histories as JSON, so that they can be judged again when the models or the checker have changed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "history/history.hpp"

namespace mpspec {

/// {"mpspec_history": 1, "objects": [{"name", "type", "args", "kwargs"}], "calls": [{"actor",
/// "object", "method", "args", "kwargs", "began", "ended", "outcome", "indefinite"}]}. Stamps are
/// nanoseconds of CLOCK_MONOTONIC; values and outcomes are those of the adapter protocol
/// (spec/adapter/README.md): {"ok": 5}, {"error": {"type": "Empty"}}, null. What is empty or false
/// is left out.
nlohmann::json to_json(const History& history);

/// Throws HistoryError for JSON that is no history.
History history_from(const nlohmann::json& json);
/// The same for a file's text.
History history_from_text(const std::string& text);

}  // namespace mpspec
