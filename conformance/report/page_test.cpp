// The page in a browser. Everything that a reader can choose is in the address, so a page that was
// built and printed by a headless Chromium tells whether filters and links work. Without a Chromium
// they fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "report/html.hpp"
#include "report/sample_run_test.hpp"

namespace mpspec {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string out;
  std::array<char, 65536> chunk{};
  for (std::size_t n = 0; (n = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    out.append(chunk.data(), n);
  }
  ::pclose(pipe);
  return out;
}

class Page : public ::testing::Test {
 protected:
  void SetUp() override {
    browser_ = output_of("command -v chromium || command -v chromium-browser");
    ASSERT_FALSE(browser_.empty()) << "conformance/install-packages --tests installs chromium";
    browser_.pop_back();  // the line's end
    folder_ = (fs::temp_directory_path() / "mpspec-page-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    write(report_test::run());
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  void write(const RunResults& run) const {
    std::ofstream(folder_ + "/run.html") << to_html(run, report_test::specification());
  }

  /// The page's elements after its script has run; without the data and the script themselves.
  [[nodiscard]] std::string opened(const std::string& hash) const {
    const std::string dom = output_of(
        "timeout 60 " + browser_ +
        " --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync --virtual-time-budget=5000 --user-data-dir='" +
        folder_ + "/profile' --dump-dom 'file://" + folder_ + "/run.html" + hash + "' 2>/dev/null");
    EXPECT_THAT(dom, HasSubstr("</html>")) << "the browser printed no page";
    return dom.substr(dom.find("<body"), dom.find("<script") - dom.find("<body"));
  }

  /// The clauses whose rows are not hidden, in the page's order.
  static std::vector<std::string> visible(const std::string& dom) {
    static const std::string kRow = "<tr class=\"clause";
    std::vector<std::string> out;
    for (auto at = dom.find(kRow); at != std::string::npos; at = dom.find(kRow, at + 1)) {
      const std::string tag = dom.substr(at, dom.find('>', at) - at);
      if (tag.find("hidden") != std::string::npos) continue;
      const auto id = tag.find("id=\"") + 4;
      out.push_back(tag.substr(id, tag.find('"', id) - id));
    }
    return out;
  }

  std::string browser_;
  std::string folder_;
};

TEST_F(Page, ShowsEveryClauseThatRan) {
  const std::string dom = opened("");
  EXPECT_THAT(visible(dom),
              ElementsAre("CRASH-001", "QUEUE-001", "QUEUE-002", "QUEUE-003", "PIPE-009"));
  EXPECT_THAT(dom, HasSubstr(">5 of 6 clauses, 1 not run<"));
  EXPECT_THAT(dom, Not(HasSubstr("class=\"detail\""))) << "details are made when asked for";
}

TEST_F(Page, ScoresCountMustShouldAndCrash) {
  const std::string dom = opened("");
  const std::string card =
      dom.substr(dom.find("<article"), dom.find("</article>") - dom.find("<article"));
  EXPECT_THAT(card, HasSubstr("2 MUST broken"));
  EXPECT_THAT(card, HasSubstr("MUST</th><td><b>1</b>/3</td>"));
  EXPECT_THAT(card, HasSubstr("SHOULD</th><td><b>0</b>/1</td>"));  // a known deviation is one
  EXPECT_THAT(card, HasSubstr("<span class=\"unseen\">known</span></span> 1</button>"));
}

TEST_F(Page, AHeadlinePromisesNoMoreThanWasSeen) {
  RunResults run;
  run.results = {{"b", "QUEUE-001", "MUST", "QUEUE_001_A", Verdict::pass, 0, "", {}, 1},
                 {"b", "QUEUE-002", "MUST", "QUEUE_002_A", Verdict::pass, 0, "", {}, 1}};
  write(run);
  EXPECT_THAT(opened(""), HasSubstr("all MUST pass"));
  run.results[1].verdict = Verdict::unsupported;
  write(run);
  EXPECT_THAT(opened(""), HasSubstr("judged MUST pass"));
  run.results[1].verdict = Verdict::known;
  write(run);
  EXPECT_THAT(opened(""), HasSubstr("1 MUST known"));
  write({});
  EXPECT_THAT(opened(""), HasSubstr("This run has no results."));
}

TEST_F(Page, ALinkOpensItsClause) {
  const std::string dom = opened("#QUEUE-001");
  EXPECT_THAT(dom, HasSubstr("id=\"QUEUE-001-detail\""));
  EXPECT_THAT(dom, HasSubstr("Items are got in order"));
  EXPECT_THAT(dom, HasSubstr("<a href=\"#QUEUE-002\">QUEUE-002</a>"));
  EXPECT_THAT(dom, HasSubstr("<strong>others</strong>"));
  EXPECT_THAT(dom, HasSubstr("<li>one,</li>"));
  EXPECT_THAT(dom, HasSubstr("spec/queue.md:3"));
  EXPECT_THAT(dom, HasSubstr("mpspec run --backend 'python3 '\\''my adapter.py'\\''' "
                             "--filter QUEUE_001_Order --seed 18446744073709551557"));
}

TEST_F(Page, WhatBackendsWroteIsShownAsText) {
  const std::string dom = opened("#QUEUE-001");
  EXPECT_THAT(dom, HasSubstr("&lt;b&gt;&amp;amp;&lt;/script&gt;&lt;!-- ]]&gt; \"quoted\""));
  EXPECT_THAT(dom, HasSubstr("second line"));
  EXPECT_THAT(dom, HasSubstr("Transcript (2 lines)"));
}

TEST_F(Page, ALinkShowsItsClauseEvenWhenFiltersHideIt) {
  EXPECT_THAT(visible(opened("#QUEUE-099?area=CRASH")), ElementsAre("CRASH-001", "QUEUE-099"));
}

TEST_F(Page, FiltersByStrengthAreaAndVerdict) {
  EXPECT_THAT(visible(opened("#?strength=MAY&strength=SHOULD")),
              ElementsAre("CRASH-001", "QUEUE-003"));
  EXPECT_THAT(visible(opened("#?area=PIPE")), ElementsAre("PIPE-009"));
  EXPECT_THAT(visible(opened("#?verdict=hang&verdict=fail")),
              ElementsAre("QUEUE-001", "QUEUE-002"));
  EXPECT_THAT(visible(opened("#?verdict=fail&backend=one")), IsEmpty());
  EXPECT_THAT(visible(opened("#?verdict=fail&backend=two")), ElementsAre("QUEUE-001"));
}

TEST_F(Page, SearchesClausesAndMessages) {
  EXPECT_THAT(visible(opened("#?text=nothing+lost")), ElementsAre("QUEUE-002"));
  EXPECT_THAT(visible(opened("#?text=SIGNAL")), ElementsAre("PIPE-009"));
}

TEST_F(Page, SaysWhereBackendsDisagree) {
  // QUEUE-002 hangs in both; CRASH-001 is no answer in one; QUEUE-003 passes in two different ways.
  EXPECT_THAT(visible(opened("#?differ")), ElementsAre("QUEUE-001", "QUEUE-003", "PIPE-009"));
  const std::string dom = opened("#?view=disagreements&pair=one&pair=two");
  EXPECT_THAT(visible(dom), ElementsAre("QUEUE-001", "QUEUE-003", "PIPE-009"));
  EXPECT_THAT(dom, HasSubstr("title=\"one and two answer 3 clauses differently\""));
  EXPECT_THAT(dom, HasSubstr("observed: left, ratio #"));
  EXPECT_THAT(visible(opened("#?view=disagreements&pair=one&pair=stray")), IsEmpty());
}

TEST_F(Page, TellsRepeatsOfACaseApart) {
  const std::string dom = opened("#QUEUE-002");
  EXPECT_THAT(dom, HasSubstr(">1 of 2 runs<"));
  EXPECT_THAT(dom, HasSubstr(">1 of 2 runs: 2<"));
}

TEST_F(Page, AStrangeAddressIsNoObstacle) {
  EXPECT_THAT(visible(opened("#%E0%A4%A?view=none&verdict=no&pair=one&area=NONE")),
              ElementsAre("CRASH-001", "QUEUE-001", "QUEUE-002", "QUEUE-003", "PIPE-009"));
}

}  // namespace
}  // namespace mpspec
