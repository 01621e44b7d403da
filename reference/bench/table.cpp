#include "table.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace mp::bench {
namespace {

/// As a ratio people read: 1.31x, or how many times faster where it is much faster.
std::string ratio(double value) {
  if (value > 0 && value <= 0.5) return fmt::format("1/{:.3g}", 1 / value);
  return fmt::format("{:.2f}x", value);
}

std::string limit(const Row& row, double value) {
  return row.raw_name.empty() ? fmt::format("{:g} {}", value, row.unit) : ratio(value);
}

std::string figure(const Row& row, double value) {
  return row.raw_name.empty() ? fmt::format("{:.3g}", value) : ratio(value);
}

}  // namespace

void print_head() {
  fmt::print("{:<44} {:<7} {:>10} {:<28} {:>10} {:>8} {:>15} {:>9} {:>9} {:>7}  {}\n", "work", "",
             "ours", "measured against", "its time", "figure", "quartiles", "floor", "aim",
             "others", "verdict");
}

void print(const Row& row) {
  if (!row.is_measured()) {
    fmt::print("{:<44} {:<7} {}: {}\n", row.name, row.placement, row.verdict(), row.error);
  } else {
    const std::string raw = row.raw_name.empty() ? "" : fmt::format("{:.4g} {}", row.raw, row.unit);
    fmt::print("{:<44} {:<7} {:>10} {:<28} {:>10} {:>8} {:>15} {:>9} {:>9} {:>6.0f}%  {}\n",
               row.name, row.placement, fmt::format("{:.4g} {}", row.ours, row.unit), row.raw_name,
               raw, figure(row, row.figure), figure(row, row.low) + ".." + figure(row, row.high),
               limit(row, row.floor), limit(row, row.aim), 100 * row.foreign, row.verdict());
  }
  std::fflush(stdout);
}

bool write_json(const std::string& path, const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    nlohmann::json each = {{"name", row.name},        {"placement", row.placement},
                           {"against", row.raw_name}, {"unit", row.unit},
                           {"floor", row.floor},      {"aim", row.aim},
                           {"verdict", row.verdict()}};
    if (row.is_measured()) {
      each.update({{"ours", row.ours},
                   {"raw", row.raw},
                   {"figure", row.figure},
                   {"quartiles", {row.low, row.high}},
                   {"rounds", row.rounds},
                   {"foreign_load", row.foreign}});
    } else {
      each["error"] = row.error;
    }
    list.push_back(std::move(each));
  }
  std::ofstream file(path);
  file << nlohmann::json{{"rows", list}}.dump(2) << '\n';
  return static_cast<bool>(file.flush());
}

}  // namespace mp::bench
