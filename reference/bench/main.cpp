// mp-bench: what the library costs, beside the raw mechanisms it is made of.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "suites.hpp"
#include "table.hpp"

namespace mp::bench {
namespace {

constexpr int kMissed = 1;
constexpr int kUsageError = 2;

struct Arguments {
  std::vector<std::string> suites;
  std::vector<std::string> rows;
  std::string json_path;
  Plan plan;
  bool list = false;
  bool gate = false;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.set_help_flag("-h,--help", "Print this text and end");
  std::vector<std::string> names;
  for (const Suite& suite : suites()) names.emplace_back(suite.name);
  app.add_option("suite", arguments.suites, "What to measure; everything without one")
      ->check(CLI::IsMember(names));
  app.add_option("--row", arguments.rows,
                 "Only rows whose name, with what it is measured against, contains this; may be "
                 "repeated")
      ->type_name("TEXT");
  app.add_option("--rounds", arguments.plan.rounds, "Windows of each contender")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--window-ms", arguments.plan.window_ms, "Length of a window")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 10000.0));
  app.add_option("--json", arguments.json_path, "Write the rows to this file")->type_name("FILE");
  app.add_flag("--list", arguments.list, "Print the rows' names and end");
  app.add_flag("--gate", arguments.gate, "End with 1 when a floor does not hold");
  app.footer(
      "A figure is the median of the ratios of neighbouring windows: the time of ours by that of "
      "the raw\nmechanism, so less is better and 1/40 is forty times as fast. `others` is the part "
      "of the machine's\ntime that foreign processes took: figures of a busy machine mean little.");
}

bool is_wanted(const Case& each, const std::vector<std::string>& rows) {
  const std::string full =
      each.name + " " + to_text(each.placement) + " " + (each.raw ? each.raw->name : std::string());
  return rows.empty() || std::ranges::any_of(rows, [&](const std::string& text) {
           return full.find(text) != std::string::npos;
         });
}

std::vector<Case> wanted_cases(const Arguments& arguments) {
  std::vector<Case> wanted;
  for (const Suite& suite : suites()) {
    if (!arguments.suites.empty() && !std::ranges::count(arguments.suites, suite.name)) continue;
    for (Case& each : suite.cases()) {
      if (is_wanted(each, arguments.rows)) wanted.push_back(std::move(each));
    }
  }
  return wanted;
}

int run(const Arguments& arguments) {
  const std::vector<Case> cases = wanted_cases(arguments);
  if (cases.empty()) {
    fmt::print(stderr, "mp-bench: no such row; --list has them\n");
    return kUsageError;
  }
  if (arguments.list) {
    for (const Case& each : cases) {
      fmt::print("{} {}{}\n", each.name, to_text(each.placement),
                 each.raw ? " against " + each.raw->name : "");
    }
    return 0;
  }
  print_head();
  std::vector<Row> rows;
  for (const Case& each : cases) {
    rows.push_back(measure(each, arguments.plan));
    print(rows.back());
  }
  const auto missed =
      std::ranges::count_if(rows, [](const Row& row) { return row.is_measured() && !row.holds(); });
  const auto unmeasured =
      std::ranges::count_if(rows, [](const Row& row) { return !row.is_measured(); });
  fmt::print("{} rows: {} miss their floor, {} unmeasured\n", rows.size(), missed, unmeasured);
  if (!arguments.json_path.empty() && !write_json(arguments.json_path, rows)) {
    fmt::print(stderr, "mp-bench: cannot write {}\n", arguments.json_path);
    return kUsageError;
  }
  return arguments.gate && missed + unmeasured > 0 ? kMissed : 0;
}

}  // namespace
}  // namespace mp::bench

int main(int argc, char** argv) {
  CLI::App app("Measures the library side by side with the raw mechanisms it is made of.");
  mp::bench::Arguments arguments;
  mp::bench::declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : mp::bench::kUsageError;
  }
  return mp::bench::run(arguments);
}
