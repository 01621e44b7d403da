#include "mpspec/run_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>

namespace mpspec {
namespace {

class RunFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    parent_ = ::testing::TempDir() + "run-folder-XXXXXX";
    ASSERT_NE(::mkdtemp(parent_.data()), nullptr);
    ::setenv("TMPDIR", parent_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(parent_);
  }
  [[nodiscard]] long folders() const {
    return std::distance(std::filesystem::directory_iterator(parent_), {});
  }

 private:
  std::string parent_;
};

TEST_F(RunFolderTest, IsGoneWithItsRun) {
  { const RunFolder folder; }
  EXPECT_EQ(folders(), 0);
}

TEST_F(RunFolderTest, OtherRunsFoldersStay) {
  const RunFolder one;
  const RunFolder two;
  EXPECT_EQ(folders(), 2);
}

TEST_F(RunFolderTest, AKilledRunsFolderGoesWithTheNextRun) {
  const pid_t killed = ::fork();
  if (killed == 0) {
    const RunFolder folder;
    ::raise(SIGKILL);
  }
  ::waitpid(killed, nullptr, 0);
  ASSERT_EQ(folders(), 1);
  const RunFolder next;
  EXPECT_EQ(folders(), 1);
  EXPECT_TRUE(std::filesystem::exists(next.path()));
}

}  // namespace
}  // namespace mpspec
