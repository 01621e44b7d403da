// Histories written down by hand, for tests: moments are small numbers.
#pragma once

#include <string>
#include <utility>

#include "history/checker.hpp"

namespace mpspec {

inline Stamp at(int moment) { return Stamp(std::chrono::microseconds(moment)); }

/// Calls on one object.
class Story {
 public:
  explicit Story(std::string type, Args args = {}) {
    history_.objects.push_back({"it", std::move(type), std::move(args)});
  }
  /// `actor` called it[.method](args), and was told.
  Story& call(int actor, const std::string& method, Args args, ModelResult seen, int began,
              int ended) {
    history_.calls.push_back(
        {actor, "it", method, std::move(args), {}, std::move(seen), at(began), at(ended)});
    return *this;
  }
  /// `actor` was killed in the call.
  Story& killed(int actor, const std::string& method, Args args, int began) {
    history_.calls.push_back({actor, "it", method, std::move(args), {}, {}, at(began), {}, true});
    return *this;
  }
  /// What every actor may do at any time.
  Story& put(int actor, Value item, int began, int ended) {
    return call(actor, "put", {std::move(item)}, Value(), began, ended);
  }
  Story& get(int actor, ModelResult seen, int began, int ended) {
    return call(actor, "get", {}, std::move(seen), began, ended);
  }

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] Judgement judged() const {
    return judge(history_, Budget::of(std::chrono::seconds(60)));
  }
  [[nodiscard]] Answer answer() const { return judged().answer; }
  [[nodiscard]] bool good() const { return answer() == Answer::linearizable; }
  [[nodiscard]] bool bad() const { return answer() == Answer::not_linearizable; }

 private:
  History history_;
};

}  // namespace mpspec
