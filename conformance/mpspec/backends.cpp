#include "mpspec/backends.hpp"

#include <fmt/format.h>

#include <boost/tokenizer.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

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

/// Words as a shell splits them, with quotes and backslashes; no shell is involved.
std::vector<std::string> split_words(const std::string& line) {
  using Separator = boost::escaped_list_separator<char>;
  std::vector<std::string> words;
  try {
    for (const std::string& word :
         boost::tokenizer<Separator>(line, Separator("\\", " \t", "'\""))) {
      if (!word.empty()) words.push_back(word);
    }
  } catch (const boost::escaped_list_error& error) {
    throw UsageError(fmt::format("cannot split '{}' into words: {}", line, error.what()));
  }
  return words;
}

std::vector<Entry> read_entries(const Places& places) {
  const auto path = places.source / "conformance/adapters/backends.json";
  std::ifstream file(path);
  if (!file) throw UsageError("cannot read " + path.string());
  std::vector<Entry> entries;
  for (const auto& json : nlohmann::json::parse(file)) {
    Entry entry{{json.at("name"), {}, json.at("about")}, json.value("interpreter", "")};
    for (std::string word : json.at("command")) {
      word = replaced(std::move(word), "{source}", places.source.string());
      entry.backend.command.push_back(replaced(std::move(word), "{build}", places.build.string()));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Backend with_interpreter(const Entry& entry, const std::string& interpreter) {
  Backend backend = entry.backend;
  for (std::string& word : backend.command) word = replaced(word, "{interpreter}", interpreter);
  return backend;
}

}  // namespace

std::string Backend::command_line() const {
  std::string line;
  for (const std::string& word : command) {
    const bool plain = !word.empty() && word.find_first_of(" \t\"'\\$") == std::string::npos;
    line += (line.empty() ? "" : " ") + (plain ? word : "'" + replaced(word, "'", "'\\''") + "'");
  }
  return line;
}

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
  const auto words = split_words(argument);
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
