#include "selftest/mpspec_run.hpp"

#include <boost/process.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mpspec::selftest {
namespace {

namespace bp = boost::process;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "mpspec-selftest-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment) {
  const ScratchFolder folder;
  bp::environment variables = boost::this_process::environment();
  for (const std::string& pair : environment) {
    variables[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  Finished out;
  bp::child child(bp::exe = program, bp::args = arguments, variables,
                  bp::std_in<bp::null, bp::std_out>(folder / "out").string(),
                  bp::std_err > (folder / "err").string());
  child.wait();
  out.status = child.exit_code();
  out.out = read_text(folder / "out");
  out.err = read_text(folder / "err");
  return out;
}

}  // namespace

Finished run_mpspec(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment) {
  return run_program(MPSPEC_PROGRAM, arguments, environment);
}

Finished run_shell(const std::string& lines) {
  return run_program("/bin/sh", {"-ec", lines}, {std::string("MPSPEC=") + MPSPEC_PROGRAM});
}

std::string bad_adapter(const std::string& bug) {
  return std::string("python3 ") + MPSPEC_SELFTEST + "/adapters/bad_adapter.py --bug " + bug;
}

Judged judge_bug(const std::string& bug, const std::vector<std::string>& more_arguments) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "expectations");
  std::vector<std::string> arguments = {"run",
                                        "--quiet",
                                        "--backend",
                                        bad_adapter(bug),
                                        "--deadline",
                                        "3",
                                        "--expectations",
                                        (folder / "expectations").string(),
                                        "--json",
                                        (folder / "run.json").string()};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  Judged judged;
  judged.finished = run_mpspec(arguments);
  const auto json = nlohmann::json::parse(read_text(folder / "run.json"), nullptr, false);
  if (json.is_object()) judged.run = run_results_from(json);
  return judged;
}

}  // namespace mpspec::selftest
