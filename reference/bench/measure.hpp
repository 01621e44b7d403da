#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "team.hpp"

namespace mp::bench {

/// One of two things that are measured side by side: does so many operations and says how long one
/// took, in nanoseconds (or whatever the case's unit is).
struct Contender {
  std::string name;
  std::function<double(std::int64_t operations)> run;
  /// Does so many whatever the window; zero: as many as fill a window.
  std::int64_t operations = 0;
};

/// One row of the table: ours against a raw mechanism (a ratio), or against a fixed limit.
struct Case {
  std::string name;
  Placement placement = Placement::Free;
  Contender ours;
  std::optional<Contender> raw{};  ///< none: `floor` and `aim` are in the unit of `ours`
  double floor;                    ///< must hold: the figure is at most this
  double aim;
  std::string unit = "ns";
};

struct Plan {
  int rounds = 20;  ///< alternating windows of each contender
  double window_ms = 50;
};

/// What became of a case.
struct Row {
  std::string name;
  std::string placement;
  std::string raw_name;
  std::string unit;
  double ours = 0;
  double raw = 0;
  double figure = 0;  ///< the median of the rounds' ratios; ours where there is no raw
  double low = 0;     ///< its quartiles
  double high = 0;
  double floor = 0;
  double aim = 0;
  double foreign = 0;  ///< which part of the machine's time other processes took meanwhile
  int rounds = 0;
  std::string error{};  ///< why it was not measured

  bool is_measured() const { return error.empty(); }
  bool holds() const { return is_measured() && figure <= floor; }
  /// "aim", "floor", "MISS", "unmeasured"
  std::string verdict() const;
};

/// Measures both contenders in alternating windows.
Row measure(const Case& each, const Plan& plan);

}  // namespace mp::bench
