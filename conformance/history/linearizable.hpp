// Whether what several processes saw of one object can be explained by one order of their calls.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/result.hpp"

namespace mpspec {

/// A call of a history: what the model makes of it, what it came to, and the moments between which
/// it took effect, on one clock for all processes.
template <class Model>
struct RecordedCall {
  std::function<ModelResult(Model&)> apply;
  ModelResult seen;
  std::chrono::steady_clock::time_point began;
  std::chrono::steady_clock::time_point ended;
};

/// The same value, or an error of the same type.
inline bool same_result(const ModelResult& a, const ModelResult& b) {
  if (a.index() != b.index()) return false;
  if (const auto* error = std::get_if<ModelError>(&a)) return error->type == std::get<1>(b).type;
  return std::get<Value>(a) == std::get<Value>(b);
}

/// The search of Wing and Gong: every call that no other one must precede may be the first; the
/// model says whether it could have come to what was seen. Situations that led nowhere are
/// remembered, as Lowe proposed, so that they are not searched again.
template <class Model>
class LinearizationSearch {
 public:
  LinearizationSearch(Model initial, const std::vector<RecordedCall<Model>>& history)
      : history_(history), done_(history.size(), false), initial_(std::move(initial)) {}

  [[nodiscard]] bool run() { return explains(initial_, history_.size()); }

 private:
  bool explains(const Model& state, std::size_t left) {
    if (left == 0) return true;
    if (!tried_.emplace(done_, to_python(state.value())).second) return false;
    const auto first_return = earliest_return();
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (done_[i] || history_[i].began > first_return) continue;
      Model next = state;
      if (!same_result(history_[i].apply(next), history_[i].seen)) continue;
      done_[i] = true;
      if (explains(next, left - 1)) return true;
      done_[i] = false;
    }
    return false;
  }
  /// A call that began after another one had returned cannot come before it.
  [[nodiscard]] std::chrono::steady_clock::time_point earliest_return() const {
    auto earliest = std::chrono::steady_clock::time_point::max();
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (!done_[i]) earliest = std::min(earliest, history_[i].ended);
    }
    return earliest;
  }

  const std::vector<RecordedCall<Model>>& history_;
  std::vector<bool> done_;
  Model initial_;
  std::set<std::pair<std::vector<bool>, std::string>> tried_;
};

/// Whether the calls could have taken effect one after another, each at one moment between its call
/// and its return. `Model` has a `value()` that says all of its state. For histories of some dozens
/// of calls.
template <class Model>
bool linearizable(const Model& initial, const std::vector<RecordedCall<Model>>& history) {
  return LinearizationSearch<Model>(initial, history).run();
}

}  // namespace mpspec
