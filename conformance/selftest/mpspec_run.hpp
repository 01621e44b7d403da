// Runs the program mpspec as a user would, and reads what it says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/results.hpp"

namespace mpspec::selftest {

struct Finished {
  int status = -1;
  std::string out;
  std::string err;
};

/// `environment` are NAME=VALUE pairs on top of the present ones.
Finished run_mpspec(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment = {});

/// The same of lines for a shell, which ends at the first that fails; $MPSPEC is the program.
Finished run_shell(const std::string& lines);

struct Judged {
  Finished finished;
  RunResults run;
};

/// `mpspec run` of the bad adapter with that bug, without the expectations of any real backend.
Judged judge_bug(const std::string& bug, const std::vector<std::string>& more_arguments);

/// The command line of the bad adapter.
std::string bad_adapter(const std::string& bug);

/// A new empty folder, gone with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mpspec::selftest
