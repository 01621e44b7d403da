// Where a run keeps its files.
#pragma once

#include <filesystem>

namespace mpspec {

/// A folder of this process below the temporary folder, gone when the run ends. A run that was
/// killed leaves its own behind: the next one removes it.
class RunFolder {
 public:
  /// Throws UsageError when there is no place for it.
  RunFolder();
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace mpspec
