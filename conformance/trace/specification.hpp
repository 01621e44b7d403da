// Reads the clauses out of the specification's Markdown files.
#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace mpspec {

struct Clause {
  std::string id;        // QUEUE-014
  std::string title;     // get on an empty queue
  std::string strength;  // MUST, SHOULD, MAY or RETIRED
  std::string source;
  std::string text;  // the normative sentences, as Markdown
  std::string note;  // what the note says, "" without one
  std::string file;  // below the specification's folder
  int line = 0;
  /// Stands in a chapter that says of itself, before its first clause, that it is a **Draft**: it
  /// may lack cases.
  bool draft = false;

  /// QUEUE
  [[nodiscard]] std::string area() const { return id.substr(0, id.rfind('-')); }
};

/// A clause file is broken; the text names file and line.
class SpecificationError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Specification {
 public:
  /// Reads every Markdown file below the folder. Throws SpecificationError.
  static Specification read(const std::filesystem::path& folder);

  /// In order of file and line.
  [[nodiscard]] const std::vector<Clause>& clauses() const { return clauses_; }
  [[nodiscard]] const Clause* find(const std::string& id) const;
  /// Title of the chapter that an area's clauses stand in.
  [[nodiscard]] std::string chapter_title(const std::string& area) const;

 private:
  void read_file(const std::filesystem::path& folder, const std::filesystem::path& path);
  void add(Clause clause);

  std::vector<Clause> clauses_;
  std::map<std::string, std::size_t> by_id_;
  std::map<std::string, std::string> titles_;  // by area
};

/// "QUEUE_014_GetOnEmpty" -> "QUEUE-014"; "" for a name that begins with no clause id.
std::string clause_of_case(const std::string& case_name);

}  // namespace mpspec
