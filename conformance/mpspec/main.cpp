// mpspec: judges implementations of multiprocessing by the specification.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

#include "mpspec/commands.hpp"
#include "mpspec/fuzz_command.hpp"
#include "mpspec/version.hpp"

namespace {

using mpspec::RunOptions;

void describe_files(CLI::App& command, mpspec::ReportFiles& files) {
  command.add_option("--json", files.json, "write the results as JSON to this file");
  command.add_option("--junit", files.junit, "write the results as JUnit XML to this file");
  command.add_option("--html", files.html, "write one self-contained page to this file");
  command.add_option("--markdown", files.markdown, "write a table by area to this file");
  command.add_option("--badges", files.badges,
                     "write an SVG badge for each backend to this folder");
}

void describe_run(CLI::App& run, RunOptions& options) {
  run.add_option("-b,--backend", options.backends,
                 "a known backend (see `mpspec list backends`), NAME=INTERPRETER, or the command "
                 "of an adapter "
                 "of your own; may be given several times")
      ->take_all();
  auto* address = run.add_option(
      "--address", options.address,
      "judge the manager server there, without an adapter, by what it sends (WIRE clauses): "
      "HOST:PORT, PATH of a Unix socket or @NAME of an abstract one; nobody else should use it "
      "meanwhile");
  auto* authkey_file = run.add_option("--authkey-file", options.authkey_file,
                                      "file with that server's key, without a line feed at the end")
                           ->needs(address);
  address->needs(authkey_file);
  run.add_flag("--shutdown", options.shutdown,
               "judge last how that server shuts down, which ends it")
      ->needs(address);
  run.add_option(
         "-f,--filter", options.selection.filters,
         "only this clause (QUEUE-014), case, or pattern (QUEUE-*); may be given several times")
      ->take_all();
  run.add_option("-a,--area", options.selection.areas, "only this area (QUEUE)")->take_all();
  run.add_option("--strength", options.selection.strengths, "only MUST, SHOULD or MAY clauses")
      ->take_all()
      ->check(CLI::IsMember({"MUST", "SHOULD", "MAY"}));
  run.add_option("--seed", options.seed, "seed of the generated cases; a random one by default");
  run.add_option("--repeat", options.repeat, "run everything that often")
      ->check(CLI::Range(1, 10000));
  run.add_option("-j,--jobs", options.jobs, "cases side by side; one a processor by default")
      ->check(CLI::Range(1, 256));
  run.add_option("--deadline", options.deadline,
                 "seconds that one operation may take; by default a multiple of what starting the "
                 "adapter took")
      ->check(CLI::PositiveNumber);
  run.add_flag("--shuffle", options.shuffle, "run the cases in an order drawn from the seed");
  run.add_flag("--strict", options.strict, "SHOULD clauses and unsupported operations count, too");
  auto* quiet = run.add_flag("--quiet", options.quiet, "no progress");
  run.add_flag("--verbose", options.verbose, "a line for every case, with its verdict and its time")
      ->excludes(quiet);
  run.add_flag("--full", options.full_matrix, "the matrix with one row a clause");
  describe_files(run, options.files);
  run.add_option("--expectations", options.expectations, "folder of the lists of known deviations")
      ->check(CLI::ExistingDirectory);
  run.add_option("--bundles", options.bundles,
                 "keep what is left of cases that fail below this folder, for `mpspec replay`");
  for (const char* name : {"--bundles", "--json", "--junit", "--html", "--markdown", "--badges",
                           "--seed", "--jobs", "--deadline"}) {
    // conformance/run gives defaults that the user's own arguments override.
    run.get_option(name)->take_last();
  }
}

void describe_planted(CLI::App& planted, mpspec::PlantedOptions& options) {
  planted
      .add_option(
          "-f,--filter", options.filters,
          "only this bug, those of this clause, or a pattern (LOCK-*); may be given several "
          "times")
      ->take_all();
  planted.add_option("--runs", options.runs, "run every bug that often")
      ->check(CLI::Range(1, 10000));
  planted.add_option("-j,--jobs", options.jobs, "cases side by side; 1 by default")
      ->check(CLI::Range(1, 256));
  planted.add_option("--seed", options.seed,
                     "seed of the first case, each takes the next one; 0 by default");
  planted.add_flag("--matrix", options.matrix,
                   "run all cases of a bug's area with it, and show which clauses notice");
  planted.add_option("--json", options.json, "write the results as JSON to this file");
  planted.add_option("--html", options.html,
                     "write the table as one self-contained page to this file");
}

CLI::App* describe_judge(CLI::App& app, mpspec::JudgeOptions& options) {
  CLI::App* judge = app.add_subcommand("judge", "judge a recorded history again");
  judge->add_option("file", options.file, "history.json, or a bundle that has one")
      ->required()
      ->check(CLI::ExistingPath);
  judge->add_option("--html", options.html, "draw it as one self-contained page to this file");
  judge->add_option("--seconds", options.seconds, "after which the answer is unknown")
      ->check(CLI::Range(0.001, 86400.0));
  judge->footer(
      "Exit status: 0 an order of the calls explains them, 1 none does, 2 wrong usage, 3 unknown.");
  return judge;
}

CLI::App* describe_fuzz(CLI::App& app, mpspec::FuzzOptions& options) {
  CLI::App* fuzz =
      app.add_subcommand("fuzz", "attack a manager server and look whether it still serves others");
  fuzz->add_option("--address", options.target.address,
                   "of the server: HOST:PORT, PATH of a Unix socket or @NAME of an abstract one; "
                   "nobody else should use it meanwhile")
      ->required();
  fuzz->add_option("--authkey-file", options.target.authkey_file,
                   "file with the server's key, without a line feed at the end")
      ->required();
  fuzz->add_option("--server", options.target.server,
                   "shell command that starts the server, and starts it anew after a finding, "
                   "which can then be made smaller");
  fuzz->add_option("--seconds", options.seconds, "for so long; 60 by default")
      ->check(CLI::PositiveNumber);
  fuzz->add_option("--seed", options.seed, "of the exchanges; a random one by default");
  fuzz->add_option("--deadline", options.target.deadline,
                   "seconds within which a well-behaved client is served; 5 by default")
      ->check(CLI::PositiveNumber);
  fuzz->add_option("--out", options.out, "the reproducer; mpspec-fuzz-SEED.json by default");
  fuzz->add_flag("--quiet", options.quiet, "no progress");
  fuzz->footer(
      "Exit status: 0 no finding, 1 a finding, 2 wrong usage, 4 the server speaks another "
      "protocol.");
  return fuzz;
}

CLI::App* describe_report(CLI::App& app, mpspec::ReportOptions& options) {
  CLI::App* report = app.add_subcommand("report", "show several runs as one, and what changed");
  report->add_option("runs", options.runs, "what `run --json` wrote, the oldest first")
      ->required()
      ->check(CLI::ExistingFile);
  describe_files(*report, options.files);
  report->add_flag("--full", options.full_matrix, "the matrix with one row a clause");
  report->footer("Exit status: 0 the reports are written, 2 wrong usage.");
  return report;
}

CLI::App* describe_replay(CLI::App& app, mpspec::ReplayOptions& options) {
  CLI::App* replay = app.add_subcommand(
      "replay",
      "run again a case that failed, from what `run --bundles` kept, or what `mpspec fuzz` found");
  replay
      ->add_option("bundle", options.bundle,
                   "the folder with the case's bundle.json, or the file that `mpspec fuzz` wrote")
      ->required()
      ->check(CLI::ExistingPath);
  replay->add_option("-b,--backend", options.backend,
                     "judge this backend in place of the bundle's");
  replay->add_option("--runs", options.runs, "that often; races do not fail every time")
      ->check(CLI::Range(1, 10000));
  replay->add_option("--bundles", options.keep,
                     "keep what is left of these runs below this folder");
  replay->footer("Exit status: 0 it was good every time, 1 it failed again, 2 wrong usage.");
  return replay;
}

struct AdapterCommands {
  CLI::App* check;
  CLI::App* make;
  std::string backend;
  std::string name;
  std::string language;
};

void describe_adapter(CLI::App& app, AdapterCommands& commands) {
  CLI::App* adapter = app.add_subcommand("adapter", "help with writing an adapter");
  adapter->require_subcommand(1);
  commands.check = adapter->add_subcommand(
      "check",
      "run the smoke stage, hold every line against the schema, and compare what the adapter "
      "declares with what works");
  commands.check->add_option("command", commands.backend, "the adapter's command, as one word")
      ->required();
  commands.check->footer(
      "Exit status: 0 the adapter is in order, 1 it is not, 2 wrong usage, 4 it does not start.");
  commands.make = adapter->add_subcommand(
      "new", "write an adapter that has nothing yet and passes the smoke stage");
  commands.make->add_option("name", commands.name, "the backend's name; also the new folder's")
      ->required();
  commands.make->add_option("--language", commands.language, "c++ or python")
      ->required()
      ->check(CLI::IsMember({"c++", "python"}));
}

/// The checkout and the build tree; of an installed mpspec, what stands for them beside it.
mpspec::Places places() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto prefix = program.parent_path().parent_path();
  mpspec::Places places{mpspec::kSourceFolder, mpspec::kBuildFolder};
  if (std::filesystem::exists(prefix / "share/mpspec/spec", ignored))
    places = {prefix / "share/mpspec", prefix / mpspec::kLibraryFolder / "mpspec"};
  if (const char* source = std::getenv("MPSPEC_SOURCE")) places.source = source;
  return places;
}

constexpr const char* kStatuses =
    "Exit status: 0 conformant, 1 not conformant, 2 wrong usage, 3 nothing ran, 4 an adapter, "
    "a server or the suite failed.";

int dispatch(int argc, char** argv) {
  CLI::App app{"Judges implementations of multiprocessing by the mpspec specification.", "mpspec"};
  app.set_version_flag("--version", std::string("mpspec ") + mpspec::kVersion);
  app.require_subcommand(1);
  app.footer(kStatuses);

  RunOptions options;
  CLI::App* run = app.add_subcommand("run", "judge backends, print the matrix, write reports");
  describe_run(*run, options);
  run->footer(kStatuses);
  std::string what;
  CLI::App* list = app.add_subcommand("list", "list backends, clauses or cases");
  list->add_option("what", what, "backends, clauses or cases")
      ->required()
      ->check(CLI::IsMember({"backends", "clauses", "cases"}));
  mpspec::PlantedOptions planted_options;
  CLI::App* planted = app.add_subcommand(
      "planted", "check that every bug planted in CPython's adapter is caught by its clause");
  describe_planted(*planted, planted_options);
  bool update = false;
  CLI::App* trace = app.add_subcommand("trace", "check that clauses and cases match, both ways");
  trace->add_flag("--update", update,
                  "rewrite the clause index and take the present wording as reviewed");
  AdapterCommands adapter;
  describe_adapter(app, adapter);
  mpspec::JudgeOptions judging;
  CLI::App* judge = describe_judge(app, judging);
  mpspec::ReportOptions reporting;
  CLI::App* report = describe_report(app, reporting);
  mpspec::ReplayOptions replaying;
  CLI::App* replay = describe_replay(app, replaying);

  mpspec::FuzzOptions fuzzing;
  CLI::App* fuzz = describe_fuzz(app, fuzzing);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? mpspec::kConformant : mpspec::kUsage;
  }
  if (options.backends.empty() && options.address.empty())
    options.backends = {"cpython", "reference"};
  if (run->parsed()) return mpspec::run_command(options, places());
  if (list->parsed()) return mpspec::list_command(what, places());
  if (planted->parsed()) return mpspec::planted_command(planted_options, places());
  if (adapter.check->parsed()) return mpspec::adapter_check_command(adapter.backend, places());
  if (adapter.make->parsed())
    return mpspec::adapter_new_command(adapter.name, adapter.language, places());
  if (fuzz->parsed()) return mpspec::fuzz_command(fuzzing);
  if (judge->parsed()) return mpspec::judge_command(judging);
  if (report->parsed()) return mpspec::report_command(reporting, places());
  if (replay->parsed() && std::filesystem::is_regular_file(replaying.bundle)) {
    if (const auto status = mpspec::replay_fuzz_reproducer(replaying.bundle)) return *status;
    throw mpspec::UsageError(replaying.bundle + " is nothing that can be replayed");
  }
  if (replay->parsed()) return mpspec::replay_command(replaying, places());
  return mpspec::trace_command(update, places());
}

}  // namespace

int main(int argc, char** argv) {
  int no_arguments = 1;
  ::testing::InitGoogleTest(&no_arguments, argv);
  try {
    return dispatch(argc, argv);
  } catch (const mpspec::UsageError& error) {
    fmt::print(stderr, "mpspec: {}\n", error.what());
    return mpspec::kUsage;
  } catch (const mpspec::SpecificationError& error) {
    fmt::print(stderr, "mpspec: {}\n", error.what());
    return mpspec::kUsage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "mpspec: the suite itself failed: {}\n", error.what());
    return mpspec::kSuiteFailed;
  }
}
