#include "report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "report/embedded.hpp"
#include "report/sample_run_test.hpp"

namespace mpspec {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kDataTag = R"(<script type="application/json" id="data">)";

class Html : public ::testing::Test {
 protected:
  /// What a browser takes for the data: everything up to the first end tag.
  [[nodiscard]] std::string data_text() const {
    const auto begin = page_.find(kDataTag) + kDataTag.size();
    return page_.substr(begin, page_.find("</script", begin) - begin);
  }
  [[nodiscard]] static json clause(const json& data, const std::string& id) {
    for (const json& one : data.at("clauses")) {
      if (one.at("id") == id) return one;
    }
    return nullptr;
  }

  const std::string page_ = to_html(report_test::run(), report_test::specification());
  const json data_ = json::parse(data_text());
};

TEST_F(Html, DataComesOutAsItWentIn) {
  RunResults expected = report_test::run();
  expected.backends.push_back({"stray", "", ""});
  // Bytes that are not UTF-8 cannot stand in JSON.
  const json want =
      json::parse(to_json(expected).dump(-1, ' ', false, json::error_handler_t::replace));
  EXPECT_EQ(data_.at("run"), want);
}

TEST_F(Html, NoTextOfABackendIsMarkup) {
  EXPECT_THAT(data_text(), Not(HasSubstr("<")));
  EXPECT_THAT(page_, HasSubstr("<title>mpspec 1.2.3: one, two, stray</title>"));
  RunResults run = report_test::run();
  run.backends[0].name = "</title><script>{{data}}";
  EXPECT_THAT(to_html(run, report_test::specification()),
              HasSubstr("<title>mpspec 1.2.3: &lt;/title&gt;&lt;script&gt;{{data}}, two"));
}

TEST_F(Html, TheSeedKeepsAllItsDigits) { EXPECT_EQ(data_.at("seed"), "18446744073709551557"); }

TEST_F(Html, HasEveryLivingClauseAndEveryOneWithAResult) {
  std::vector<std::string> ids;
  for (const json& one : data_.at("clauses")) ids.push_back(one.at("id"));
  EXPECT_THAT(ids, ElementsAre("CRASH-001", "QUEUE-001", "QUEUE-002", "QUEUE-003", "QUEUE-099",
                               "PIPE-009"));
  const json one = clause(data_, "QUEUE-001");
  EXPECT_EQ(one.at("title"), "first in, first out");
  EXPECT_EQ(one.at("source"), "the library, `Queue.get`");
  EXPECT_EQ(one.at("file"), "queue.md");
  EXPECT_EQ(one.at("note"), "Note. `<script>alert(1)</script>` is text.");
  EXPECT_EQ(data_.at("chapters").at("QUEUE"), "The queue's chapter");
}

TEST_F(Html, ACellIsTheWorstOfItsCases) {
  EXPECT_EQ(clause(data_, "QUEUE-002").at("verdicts"), json({"hang", "hang", nullptr}));
  EXPECT_EQ(clause(data_, "CRASH-001").at("verdicts"), json({"known", "unsupported", nullptr}));
  EXPECT_EQ(clause(data_, "PIPE-009").at("verdicts"), json({"crash", "leak", "inconclusive"}));
  EXPECT_EQ(clause(data_, "QUEUE-099").at("verdicts"), nullptr);
}

TEST_F(Html, SaysWhichVerdictsBreakConformance) {
  std::vector<std::string> breaking;
  for (const json& verdict : data_.at("verdicts")) {
    if (verdict.at("breaks")) breaking.push_back(verdict.at("name"));
  }
  EXPECT_THAT(breaking, ElementsAre("fail", "hang", "crash", "leak", "inconclusive"));
}

TEST_F(Html, NothingIsLoadedFromAnywhere) {
  EXPECT_THAT(page_, HasSubstr("default-src 'none'"));
  const std::string frame = page_.substr(0, page_.find(kDataTag)) + std::string(embedded::script());
  EXPECT_FALSE(std::regex_search(frame, std::regex(R"(\bsrc=|url\(|@import|https?://|fetch\()")));
}

TEST_F(Html, EveryPartOfThePageIsFilled) {
  EXPECT_THAT(page_.substr(0, page_.find(kDataTag)), Not(HasSubstr("{{")));
  EXPECT_THAT(page_, HasSubstr(std::string(embedded::style())));
  EXPECT_THAT(page_, HasSubstr(std::string(embedded::script())));
}

TEST(EmbeddedPage, NoPartEndsTheElementItStandsIn) {
  EXPECT_THAT(std::string(embedded::script()), Not(HasSubstr("</script")));
  EXPECT_THAT(std::string(embedded::script()), Not(HasSubstr("<!--")));
  EXPECT_THAT(std::string(embedded::style()), Not(HasSubstr("</style")));
}

TEST(EmbeddedPage, IsByteForByteWhatTheFilesHold) {
  EXPECT_THAT(std::string(embedded::page()), ::testing::StartsWith("<!doctype html>\n"));
  EXPECT_THAT(std::string(embedded::page()), ::testing::EndsWith("</html>\n"));
  EXPECT_THAT(std::string(embedded::script()), HasSubstr("pass: \"\u2713\""));
}

}  // namespace
}  // namespace mpspec
