#include "trace/specification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <regex>
#include <utility>

namespace mpspec {
namespace {

const std::regex kHeading(R"(^###\s+([A-Z]+-\d{3})\s+(\S.*)$)");
const std::regex kLooksLikeClause(R"(^#+\s+[A-Z]+-\d+\b.*$)");
const std::regex kStrength(R"(^\*\*(MUST|SHOULD|MAY|RETIRED)\*\*(?:\s+·\s+Source:\s+(\S.*))?$)");

/// Builds clauses line by line; a clause ends at the next heading of any level.
class ClauseReader {
 public:
  explicit ClauseReader(std::string file) : file_(std::move(file)) {}

  void line(const std::string& text, int number) {
    if (text.starts_with("```")) in_code_ = !in_code_;
    if (!in_code_ && text.starts_with('#')) {
      heading(text, number);
    } else if (clause_) {
      body(text, number);
    } else if (done_.empty() && text.starts_with("**Draft**")) {
      draft_ = true;
    }
  }

  std::vector<Clause> finish() {
    close();
    return std::move(done_);
  }
  [[nodiscard]] const std::string& title() const { return title_; }

 private:
  [[noreturn]] void complain(int number, const std::string& what) const {
    throw SpecificationError(fmt::format("spec/{}:{}: {}", file_, number, what));
  }

  void heading(const std::string& text, int number) {
    close();
    std::smatch match;
    if (std::regex_match(text, match, kHeading)) {
      clause_ = Clause{match[1], match[2], "", "", "", "", file_, number, draft_};
    } else if (std::regex_match(text, kLooksLikeClause)) {
      complain(number, "a clause begins with '### AREA-NNN title', three digits: " + text);
    } else if (title_.empty() && text.starts_with("# ")) {
      title_ = text.substr(2);
    }
  }

  void body(const std::string& text, int number) {
    std::smatch match;
    if (clause_->strength.empty()) {
      if (text.empty()) return;
      if (!std::regex_match(text, match, kStrength)) {
        complain(number, fmt::format("{} begins with '**MUST** · Source: ...', not: {}",
                                     clause_->id, text));
      }
      clause_->strength = match[1];
      clause_->source = match[2];
      if (clause_->strength != "RETIRED" && clause_->source.empty()) {
        complain(number, clause_->id + " names no source");
      }
    } else if (text.starts_with('>')) {
      append(clause_->note, text.size() > 1 ? text.substr(text[1] == ' ' ? 2 : 1) : "");
    } else if (!text.empty()) {
      append(clause_->text, text);
    }
  }

  static void append(std::string& to, const std::string& line) {
    to += (to.empty() ? "" : "\n") + line;
  }

  void close() {
    if (!clause_) return;
    if (clause_->strength.empty()) complain(clause_->line, clause_->id + " states no strength");
    if (clause_->strength != "RETIRED" && clause_->text.empty()) {
      complain(clause_->line, clause_->id + " says nothing");
    }
    done_.push_back(*std::exchange(clause_, std::nullopt));
  }

  std::string file_;
  std::string title_;
  std::optional<Clause> clause_;
  std::vector<Clause> done_;
  bool in_code_ = false;
  bool draft_ = false;
};

}  // namespace

Specification Specification::read(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw SpecificationError("there is no specification at " + folder.string());
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Specification specification;
  for (const auto& file : files) specification.read_file(folder, file);
  return specification;
}

void Specification::read_file(const std::filesystem::path& folder,
                              const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw SpecificationError("cannot read " + path.string());
  ClauseReader reader(std::filesystem::relative(path, folder).string());
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) reader.line(text, number);
  for (Clause& clause : reader.finish()) {
    titles_.try_emplace(clause.area(), reader.title());
    add(std::move(clause));
  }
}

void Specification::add(Clause clause) {
  const auto [known, fresh] = by_id_.try_emplace(clause.id, clauses_.size());
  if (!fresh) {
    const Clause& first = clauses_[known->second];
    throw SpecificationError(fmt::format("spec/{}:{}: {} stands at spec/{}:{} already", clause.file,
                                         clause.line, clause.id, first.file, first.line));
  }
  clauses_.push_back(std::move(clause));
}

const Clause* Specification::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &clauses_[found->second];
}

std::string Specification::chapter_title(const std::string& area) const {
  const auto found = titles_.find(area);
  return found == titles_.end() ? area : found->second;
}

std::string clause_of_case(const std::string& case_name) {
  static const std::regex kCase(R"(^([A-Z]+)_(\d{3})_\w+$)");
  std::smatch match;
  if (!std::regex_match(case_name, match, kCase)) return "";
  return match[1].str() + "-" + match[2].str();
}

}  // namespace mpspec
