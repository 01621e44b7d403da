// mp-crash-sweep: kills a process at every instruction of the library's operations.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "sweep/operations.hpp"
#include "sweep/sweep.hpp"
#include "sweep/victim.hpp"

namespace mp::sweep {
namespace {

constexpr int kFound = 1;
constexpr int kUsageError = 2;

struct Arguments {
  std::vector<std::string> names;
  std::string json_path;
  bool list = false;
  bool sampled = false;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.set_help_flag("-h,--help", "Print this text and end");
  app.add_option(
         "--operation", arguments.names,
         "Sweep this operation only, or, when there is none of that name, those whose names "
         "begin so; may be repeated")
      ->type_name("NAME");
  app.add_option("--json", arguments.json_path, "Write the figures to this file")
      ->type_name("FILE");
  app.add_flag("--sampled", arguments.sampled,
               "Kill where shared memory changed, in system calls and at some points between, "
               "instead of at every instruction");
  app.add_flag("--list", arguments.list, "Print the names of the operations and end");
  app.footer(
      "Ends with 0 when no survivor was stuck and no invariant broken, with 1 when one was, and "
      "with 2\nwhen it cannot sweep.");
}

/// The operation of that name; when there is none, those whose names begin so.
bool names(const std::string& name, const Operation& operation, const std::vector<Operation>& all) {
  const bool is_one = std::ranges::any_of(all, [&](const auto& each) { return each.name == name; });
  return is_one ? operation.name == name : operation.name.starts_with(name);
}

std::vector<Operation> wanted_operations(const Arguments& arguments) {
  const std::vector<Operation> all = all_operations();
  std::vector<Operation> wanted;
  std::ranges::copy_if(all, std::back_inserter(wanted), [&](const Operation& operation) {
    return arguments.names.empty() || std::ranges::any_of(arguments.names, [&](const auto& name) {
             return names(name, operation, all);
           });
  });
  return wanted;
}

void print(const Report& report) {
  fmt::print("{:<32} {:>12} {:>7} {:>7} {:>6} {:>7} {:>8.1f}\n", report.name, report.instructions,
             report.points, report.missed, report.stuck, report.broken, report.elapsed.count());
  for (const std::string& finding : report.findings) fmt::print("    {}\n", finding);
  std::fflush(stdout);
}

nlohmann::json to_json(const Report& report) {
  return {{"name", report.name},
          {"points", report.points},
          {"missed", report.missed},
          {"stuck", report.stuck},
          {"broken", report.broken},
          {"instructions", report.instructions},
          {"seconds", report.elapsed.count()},
          {"findings", report.findings}};
}

std::vector<Report> sweep_all(const std::vector<Operation>& operations, const Limits& limits) {
  fmt::print("{:<32} {:>12} {:>7} {:>7} {:>6} {:>7} {:>8}\n", "operation", "instructions", "points",
             "missed", "stuck", "broken", "seconds");
  std::vector<Report> reports;
  Report sum;
  sum.name = "all";
  for (const Operation& operation : operations) {
    reports.push_back(sweep(operation, limits));
    const Report& report = reports.back();
    print(report);
    sum.instructions += report.instructions;
    sum.points += report.points;
    sum.missed += report.missed;
    sum.stuck += report.stuck;
    sum.broken += report.broken;
    sum.elapsed += report.elapsed;
  }
  print(sum);
  return reports;
}

bool write_json(const std::string& path, const std::vector<Report>& reports) {
  nlohmann::json operations = nlohmann::json::array();
  for (const Report& report : reports) operations.push_back(to_json(report));
  std::ofstream file(path);
  file << nlohmann::json{{"operations", operations}}.dump(2) << '\n';
  return static_cast<bool>(file.flush());
}

int run(const Arguments& arguments) {
  const std::vector<Operation> operations = wanted_operations(arguments);
  if (operations.empty()) {
    fmt::print(stderr, "mp-crash-sweep: no operation of that name; --list has them\n");
    return kUsageError;
  }
  if (arguments.list) {
    for (const Operation& operation : operations) fmt::print("{}\n", operation.name);
    return 0;
  }
  if (!Victim::is_possible()) {
    fmt::print(stderr, "mp-crash-sweep: this system does not let a process trace its child\n");
    return kUsageError;
  }
  const Limits limits{.points = arguments.sampled ? Points::Sampled : Points::Every};
  const std::vector<Report> reports = sweep_all(operations, limits);
  if (!arguments.json_path.empty() && !write_json(arguments.json_path, reports)) {
    fmt::print(stderr, "mp-crash-sweep: cannot write {}\n", arguments.json_path);
    return kUsageError;
  }
  return std::ranges::all_of(reports, &Report::is_clean) ? 0 : kFound;
}

}  // namespace
}  // namespace mp::sweep

int main(int argc, char** argv) {
  CLI::App app(
      "Kills a process at every instruction of an operation on a shared object, and looks "
      "whether two\nsurvivors can go on with it.");
  mp::sweep::Arguments arguments;
  mp::sweep::declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : mp::sweep::kUsageError;
  }
  return mp::sweep::run(arguments);
}
