#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "history/explain.hpp"
#include "history/history_json.hpp"
#include "history/timeline_html.hpp"
#include "mpspec/commands.hpp"

namespace mpspec {
namespace {

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError("cannot read " + path);
  return text.str();
}

void write_page(const std::string& path, const std::string& page) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << page;
  file.close();
  if (!file) throw UsageError("cannot write " + path);
}

/// A bundle is a folder with the history in it.
std::string history_file(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return path;
  const auto file = std::filesystem::path(path) / "history.json";
  if (!std::filesystem::exists(file))
    throw UsageError(path + " has no history.json: its case recorded no history");
  return file;
}

ExitStatus status_of(Answer answer) {
  switch (answer) {
    case Answer::linearizable:
      return kConformant;
    case Answer::not_linearizable:
      return kNotConformant;
    case Answer::unknown:
      break;
  }
  return kNothingRan;
}

}  // namespace

int judge_command(const JudgeOptions& options) try {
  const History history = history_from_text(text_of_file(history_file(options.file)));
  const std::chrono::duration<double> time(options.seconds);
  const Judgement judgement =
      judge(history, Budget::of(std::chrono::duration_cast<std::chrono::nanoseconds>(time)));
  fmt::print("{}: {}", to_string(judgement.answer), explanation(judgement));
  if (!options.html.empty())
    write_page(options.html, timeline_html(history, judgement, options.file));
  return status_of(judgement.answer);
} catch (const HistoryError& error) {
  throw UsageError(options.file + ": " + error.what());
}

}  // namespace mpspec
