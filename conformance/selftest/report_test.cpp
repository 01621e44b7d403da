// Several runs as one report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

using ::testing::HasSubstr;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Report : public ::testing::Test {
 protected:
  std::string run_of(const std::string& backend, const std::string& name) {
    const std::string json = (scratch / name).string();
    run_mpspec({"run", "--quiet", "--backend", backend, "--filter", "QUEUE-008", "--expectations",
                scratch.path().string(), "--json", json});
    return json;
  }
  ScratchFolder scratch;
};

TEST_F(Report, MergesRunsAndTellsWhatChanged) {
  const std::string good = run_of("cpython", "good.json");
  const std::string bad = run_of(bad_adapter("wrong_error_type"), "bad.json");
  const Finished report =
      run_mpspec({"report", good, bad, "--html", (scratch / "both.html").string(), "--json",
                  (scratch / "both.json").string(), "--badges", (scratch / "badges").string()});
  EXPECT_EQ(report.status, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("what changed:\nQUEUE-008 cpython: pass in "));
  EXPECT_THAT(text_of(scratch / "both.html"), HasSubstr("\"changes\":[{"));
  const RunResults run = run_results_from(nlohmann::json::parse(text_of(scratch / "both.json")));
  EXPECT_EQ(run.backends.size(), 2U);
  int badges = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch / "badges")) {
    EXPECT_THAT(text_of(entry.path()), HasSubstr("<svg"));
    ++badges;
  }
  EXPECT_EQ(badges, 2);
}

TEST_F(Report, OfWhatIsNoRunIsRefused) {
  std::ofstream(scratch / "none.json") << "{}";
  const Finished report = run_mpspec({"report", (scratch / "none.json").string()});
  EXPECT_EQ(report.status, 2);
  EXPECT_THAT(report.err, HasSubstr("is not the JSON of a run"));
}

}  // namespace
}  // namespace mpspec::selftest
