#include "mpspec/bundle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace mpspec {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;
/// A backend may write without end: the last of it is what counts.
constexpr std::uintmax_t kFileBytesMax = 8U << 20;
constexpr std::size_t kNameBytesMax = 100;

/// FNV-1a: the same in every run and on every machine.
std::uint32_t hash_of(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

bool is_kept(const fs::directory_entry& entry) {
  static constexpr const char* kNames[] = {"operations.log", "stdout",      "stderr",
                                           "suite",          "stacks.txt",  "history.json",
                                           "history.html",   "program.json"};
  const std::string name = entry.path().filename();
  const bool ours = (name.starts_with("actor-") && name.ends_with(".log")) ||
                    std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
  return ours && entry.is_regular_file() && !entry.is_symlink() && entry.file_size() > 0;
}

void copy_end(const fs::directory_entry& from, const fs::path& to) {
  std::ifstream in(from.path(), std::ios::binary);
  if (from.file_size() > kFileBytesMax)
    in.seekg(static_cast<std::streamoff>(from.file_size() - kFileBytesMax));
  std::ofstream out(to, std::ios::binary);
  out << in.rdbuf();
  out.close();
  if (!in || !out) throw UsageError(fmt::format("cannot write {}", to.string()));
}

nlohmann::json description(const Bundle& bundle, const fs::path& folder) {
  RunResults run{bundle.suite, {bundle.backend}, {bundle.result}};
  nlohmann::json json = to_json(run);
  json["mpspec_bundle"] = kFormat;
  json["seed"] = bundle.seed;
  json["deadline"] = bundle.deadline;
  json["replay"] = "mpspec replay " + folder.string();
  if (!bundle.address.empty()) {
    json["address"] = bundle.address;
    json["authkey_file"] = bundle.authkey_file;
  }
  return json;
}

}  // namespace

std::string as_file_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                       (c == '.' && !out.empty());
    out += plain ? c : '_';
  }
  out = out.substr(0, kNameBytesMax);
  // Two names that differ in what a file's name cannot hold stay two.
  return out == name && !out.empty() ? out : fmt::format("{}-{:08x}", out, hash_of(name));
}

Bundle bundle_of(const Job& job, const RunOptions& options, const Judged& judged,
                 const SuiteInfo& suite) {
  return {suite,
          judged.info(),
          judged.server ? options.address : "",
          options.authkey_file,
          job.result,
          job.order.seed,
          std::chrono::duration<double>(job.order.settings.deadline).count()};
}

fs::path keep_bundle(const fs::path& bundles, const fs::path& case_folder, const Bundle& bundle) {
  const fs::path folder =
      bundles / as_file_name(bundle.result.backend) / as_file_name(bundle.result.case_name);
  try {
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& entry : fs::directory_iterator(case_folder)) {
      if (is_kept(entry)) copy_end(entry, folder / entry.path().filename());
    }
  } catch (const fs::filesystem_error& error) {
    throw UsageError(fmt::format("cannot keep what failed: {}", error.what()));
  }
  const fs::path file = folder / "bundle.json";
  std::ofstream out(file, std::ios::binary);
  out << description(bundle, folder).dump(1, ' ', false, nlohmann::json::error_handler_t::replace)
      << "\n";
  out.close();
  if (!out) throw UsageError(fmt::format("cannot write {}", file.string()));
  return folder;
}

Bundle read_bundle(const fs::path& folder) try {
  const fs::path file = folder / "bundle.json";
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError(folder.string() + " is no bundle: there is no bundle.json in it");
  const auto json = nlohmann::json::parse(in);
  if (json.value("mpspec_bundle", 0) != kFormat)
    throw UsageError(fmt::format("{}: no bundle of format {}", file.string(), kFormat));
  RunResults run = run_results_from(json);
  Bundle bundle;
  bundle.suite = run.suite;
  bundle.backend = run.backends.at(0);
  bundle.result = std::move(run.results.at(0));
  bundle.address = json.value("address", "");
  bundle.authkey_file = json.value("authkey_file", "");
  bundle.seed = json.at("seed");
  bundle.deadline = json.at("deadline");
  return bundle;
} catch (const nlohmann::json::exception& error) {
  throw UsageError(fmt::format("{}: {}", (folder / "bundle.json").string(), error.what()));
} catch (const std::out_of_range&) {
  throw UsageError(fmt::format("{}: names no result", (folder / "bundle.json").string()));
}

}  // namespace mpspec
