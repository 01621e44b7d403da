#include "mpspec/backends.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/shell_words.hpp"

namespace mpspec {
namespace {

struct Entry {
  Backend backend;
  std::string interpreter;
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
                json.value("interpreter", "")};
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

Backend with_interpreter(const Entry& entry, const std::string& interpreter) {
  Backend backend = entry.backend;
  for (std::string& word : backend.command) word = replaced(word, "{interpreter}", interpreter);
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
  const std::size_t equals = argument.find('=');
  for (const Entry& entry : read_entries(places)) {
    if (argument == entry.backend.name) return with_interpreter(entry, entry.interpreter);
    if (argument.substr(0, equals) == entry.backend.name && equals != std::string::npos) {
      if (entry.interpreter.empty()) throw UsageError(entry.backend.name + " takes no interpreter");
      return with_interpreter(entry, argument.substr(equals + 1));
    }
  }
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
