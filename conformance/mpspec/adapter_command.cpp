#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>

#include "driver/line_record.hpp"
#include "mpspec/commands.hpp"
#include "mpspec/run_folder.hpp"

namespace mpspec {
namespace {

namespace fs = std::filesystem;

/// Runs a program with this one's output; its exit status, or kSuiteFailed when it has none.
int run_program(const std::vector<std::string>& words) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(kSuiteFailed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSuiteFailed;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError("cannot read " + path.string());
  return text.str();
}

/// Copies a skeleton's file; @NAME@ stands for the backend's name.
void copy_named(const fs::path& from, const fs::path& to, const std::string& name) {
  std::ofstream file(to, std::ios::binary);
  file << std::regex_replace(read_text(from), std::regex("@NAME@"), name);
  file.close();
  if (!file) throw UsageError("cannot write " + to.string());
  fs::permissions(to, fs::status(from).permissions());
}

}  // namespace

int adapter_check_command(const std::string& backend, const Places& places) {
  const std::vector<std::string> command = resolve_backend(backend, places).command;
  const RunFolder folder;
  const std::string lines = folder.path() / "lines";
  record_lines(lines);
  RunOptions smoke;
  smoke.backends = {backend};
  smoke.selection.areas = {"ADAPTER"};
  smoke.quiet = true;
  smoke.full_matrix = true;
  const int smoke_status = run_command(smoke, places);
  if (smoke_status > kNotConformant) return smoke_status;
  std::vector<std::string> check = {
      "python3", (places.source / "conformance/adapters/check/check.py").string(), "--lines", lines,
      "--"};
  check.insert(check.end(), command.begin(), command.end());
  return std::max(smoke_status, run_program(check));
}

int adapter_new_command(const std::string& name, const std::string& language,
                        const Places& places) {
  if (!std::regex_match(name, std::regex("[A-Za-z][A-Za-z0-9_-]*")))
    throw UsageError(fmt::format("'{}' is no name of letters, digits, - and _", name));
  if (fs::exists(name)) throw UsageError(fmt::format("{} exists already", name));
  const fs::path adapters = places.source / "conformance/adapters";
  const bool python = language == "python";
  const fs::path kit = adapters / "kit" / (python ? "python" : "cpp");
  const fs::path folder = name, copy = python ? folder : folder / "kit";
  fs::create_directories(copy);
  for (const auto& entry : fs::directory_iterator(adapters / "skeleton" / kit.filename()))
    copy_named(entry.path(), folder / entry.path().filename(), name);
  for (const auto& entry : fs::directory_iterator(kit))
    if (entry.is_regular_file()) fs::copy_file(entry.path(), copy / entry.path().filename());
  if (python) {
    fmt::print("mpspec adapter check 'python3 {}/adapter.py'\n", name);
  } else {
    fmt::print("cmake -S {0} -B {0}/build && cmake --build {0}/build\n", name);
    fmt::print("mpspec adapter check {}/build/adapter\n", name);
  }
  return kConformant;
}

}  // namespace mpspec
