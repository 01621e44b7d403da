#include "driver/transcript.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace mpspec {
namespace {

TEST(TranscriptOfACase, HasTheBeginningOfALongLineAndItsFileAllOfIt) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "transcript_test.log";
  std::filesystem::remove(file);
  Transcript transcript(file);
  transcript.note("short");
  transcript.note(std::string(1'000'000, 'x'));
  ASSERT_EQ(transcript.lines().size(), 2U);
  EXPECT_EQ(transcript.lines()[0], "short");
  EXPECT_EQ(transcript.lines()[1], std::string(2000, 'x') + "... (998000 more bytes)");
  std::ostringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_GT(written.str().size(), 1'000'000U);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace mpspec
