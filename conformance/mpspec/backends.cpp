#include "mpspec/backends.hpp"

#include <fmt/format.h>

#include <boost/process.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/shell_words.hpp"

namespace mpspec {
namespace {

struct Entry {
  Backend backend;
  std::string interpreter;
  /// What follows NAME: in NAME:VARIANT, and the arguments that this adds to the command.
  std::map<std::string, std::vector<std::string>> variants;
  std::string target;  // of the build that makes the adapter; empty: there is nothing to build
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::vector<Entry> read_entries(const Places& places) {
  const auto path = places.source / "conformance/adapters/backends.json";
  std::ifstream file(path);
  if (!file) throw UsageError("cannot read " + path.string());
  std::vector<Entry> entries;
  for (const auto& json : nlohmann::json::parse(file)) {
    Entry entry{{json.at("name"),
                 {},
                 json.at("about"),
                 json.value("areas", std::vector<std::string>()),
                 json.value("answered_for", false)},
                json.value("interpreter", ""),
                json.value("variants", std::map<std::string, std::vector<std::string>>()),
                json.value("target", "")};
    for (std::string word : json.at("command")) {
      word = replaced(std::move(word), "{source}", places.source.string());
      entry.backend.command.push_back(replaced(std::move(word), "{build}", places.build.string()));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::string> words_of(const std::string& command) {
  try {
    return split_words(command);
  } catch (const UnclosedQuote& error) {
    throw UsageError(fmt::format("--backend: {}", error.what()));
  }
}

bool is_script(const std::filesystem::path& program) {
  std::ifstream file(program, std::ios::binary);
  return file.get() == '#' && file.get() == '!';
}

/// The interpreter itself where the name on PATH is that of a script that looks for it, such as
/// pyenv's: a run starts it hundreds of times. The name itself when it tells no other.
std::string behind_script(const std::string& interpreter) {
  namespace bp = boost::process;
  const auto found = bp::search_path(interpreter);
  if (found.empty() || !is_script(found.string())) return interpreter;
  bp::ipstream out;
  std::error_code error;
  bp::child child(bp::exe = found, bp::args = {"-c", "import sys; print(sys.executable)"},
                  bp::std_out > out, bp::std_err > bp::null, bp::std_in < bp::null, error);
  if (error) return interpreter;
  std::string path;
  std::getline(out, path);
  child.wait(error);
  return std::filesystem::exists(path) ? path : interpreter;
}

Backend with_interpreter(const Entry& entry, const std::string& interpreter) {
  Backend backend = entry.backend;
  for (std::string& word : backend.command) word = replaced(word, "{interpreter}", interpreter);
  for (const auto& [variant, arguments] : entry.variants) backend.variants.push_back(variant);
  return backend;
}

void choose(Backend& backend, const Entry& entry, const std::string& variant) {
  const auto found = entry.variants.find(variant);
  if (found == entry.variants.end())
    throw UsageError(fmt::format("{} has no variant '{}'; `mpspec list backends` shows them",
                                 backend.name, variant));
  backend.name += ":" + variant;
  backend.command.insert(backend.command.end(), found->second.begin(), found->second.end());
}

/// NAME, NAME:VARIANT, NAME=INTERPRETER or NAME:VARIANT=INTERPRETER.
struct Argument {
  explicit Argument(const std::string& text)
      : name(text.substr(0, text.find_first_of(":="))), has_interpreter(false) {
    const std::size_t equals = text.find('='), colon = text.substr(0, equals).find(':');
    if (colon != std::string::npos) variant = text.substr(colon + 1, equals - colon - 1);
    if (equals == std::string::npos) return;
    has_interpreter = true;
    interpreter = text.substr(equals + 1);
  }
  std::string name;
  std::optional<std::string> variant;
  bool has_interpreter;
  std::string interpreter;
};

Backend resolve_known(const Entry& entry, const Argument& argument) {
  if (argument.has_interpreter && entry.interpreter.empty())
    throw UsageError(entry.backend.name + " takes no interpreter");
  Backend backend = with_interpreter(
      entry, argument.has_interpreter ? argument.interpreter : behind_script(entry.interpreter));
  if (argument.variant) choose(backend, entry, *argument.variant);
  if (!entry.target.empty() && !std::filesystem::exists(backend.command[0])) {
    throw UsageError(
        fmt::format("the adapter of {0} is not built: `conformance/run --backend {0}` does, or "
                    "`cmake --build` with --target {1}",
                    entry.backend.name, entry.target));
  }
  return backend;
}

}  // namespace

std::string Backend::command_line() const { return joined(command); }

std::vector<Backend> known_backends(const Places& places) {
  std::vector<Backend> backends;
  for (const Entry& entry : read_entries(places))
    backends.push_back(with_interpreter(entry, entry.interpreter));
  return backends;
}

Backend resolve_backend(const std::string& argument, const Places& places) {
  const Argument asked(argument);
  for (const Entry& entry : read_entries(places))
    if (asked.name == entry.backend.name) return resolve_known(entry, asked);
  const auto words = words_of(argument);
  if (words.empty())
    throw UsageError("--backend is empty; `mpspec list backends` lists the known ones");
  const bool looks_like_name = words.size() == 1 && argument.find('/') == std::string::npos;
  if (looks_like_name) {
    throw UsageError(
        fmt::format("there is no backend '{}'; `mpspec list backends` lists the known ones, "
                    "and a command of your own has a path or arguments",
                    argument));
  }
  return {std::filesystem::path(words.back()).stem().string(), words, "a command of your own"};
}

}  // namespace mpspec
