#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mp::sweep {

/// The first page of each of the library's segments that this process has mapped, where the state
/// of every object lies, to see when somebody changes it.
class SharedPages {
 public:
  SharedPages();
  /// Whether a byte is another one than when this was last asked.
  bool have_changed();

 private:
  struct Page {
    std::span<const std::byte> now;
    std::vector<std::byte> before;
  };
  std::vector<Page> pages_;
};

}  // namespace mp::sweep
