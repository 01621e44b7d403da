#include "mpspec/write_reports.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "mpspec/backends.hpp"
#include "mpspec/bundle.hpp"
#include "report/badge.hpp"
#include "report/html.hpp"
#include "report/junit.hpp"
#include "report/markdown.hpp"

namespace mpspec {
namespace {

namespace fs = std::filesystem;

UsageError cannot_write(const std::string& path) {
  return UsageError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw cannot_write(path);
}

void write_badges(const std::string& folder, const RunResults& run) {
  std::error_code error;
  fs::create_directories(folder, error);
  for (const BackendInfo& backend : run.backends)
    write_file((fs::path(folder) / (as_file_name(backend.name) + ".svg")).string(),
               badge_svg(run, backend.name));
}

}  // namespace

void check_writable(const ReportFiles& files) {
  for (const std::string& path : {files.json, files.junit, files.html, files.markdown}) {
    if (path.empty()) continue;
    const std::ofstream file(path, std::ios::binary | std::ios::app);
    if (!file) throw cannot_write(path);
  }
}

void write_reports(const ReportFiles& files, const RunResults& run,
                   const Specification& specification, const std::vector<Change>& changes) {
  std::string failure;
  const auto attempt = [&](const std::string& path, auto&& write) {
    if (path.empty()) return;
    try {
      write();
    } catch (const UsageError& error) {
      failure = error.what();
    }
  };
  attempt(files.json, [&] {
    const auto json = to_json(run).dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
    write_file(files.json, json + "\n");
  });
  attempt(files.junit, [&] { write_file(files.junit, to_junit(run)); });
  attempt(files.html, [&] { write_file(files.html, to_html(run, specification, changes)); });
  attempt(files.markdown, [&] { write_file(files.markdown, to_markdown(run)); });
  attempt(files.badges, [&] { write_badges(files.badges, run); });
  if (!failure.empty()) throw UsageError(failure);
}

}  // namespace mpspec
