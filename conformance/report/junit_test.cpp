#include "report/junit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <map>
#include <sstream>

#include "report/sample_run_test.hpp"
#include "report/xml_text.hpp"

namespace mpspec {
namespace {

using boost::property_tree::ptree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ptree parsed(const std::string& xml) {
  std::istringstream in(xml);
  ptree tree;
  boost::property_tree::read_xml(in, tree);
  return tree;
}

std::vector<ptree> children(const ptree& parent, const std::string& name) {
  std::vector<ptree> out;
  for (const auto& [tag, child] : parent) {
    if (tag == name) out.push_back(child);
  }
  return out;
}

std::string attribute(const ptree& element, const std::string& name) {
  return element.get<std::string>("<xmlattr>." + name);
}

/// Reads the report of the sample run back.
class Junit : public ::testing::Test {
 protected:
  [[nodiscard]] ptree suite(const std::string& name) const {
    for (const ptree& candidate : suites_) {
      if (attribute(candidate, "name") == name) return candidate;
    }
    throw std::runtime_error("no suite " + name);
  }
  [[nodiscard]] ptree test_case(const std::string& backend, const std::string& name) const {
    for (const ptree& candidate : children(suite(backend), "testcase")) {
      if (attribute(candidate, "name") == name) return candidate;
    }
    throw std::runtime_error("no case " + name);
  }

  const std::string text_ = to_junit(report_test::run());
  const ptree root_ = parsed(text_).get_child("testsuites");
  const std::vector<ptree> suites_ = children(root_, "testsuite");
};

TEST_F(Junit, HasASuitePerBackendAlsoForOneThatOnlyAResultNames) {
  std::vector<std::string> names;
  for (const ptree& suite : suites_) names.push_back(attribute(suite, "name"));
  EXPECT_THAT(names, ElementsAre("one", "two", "stray"));
}

TEST_F(Junit, CountsWhatItHolds) {
  for (const ptree& suite : suites_) {
    std::map<std::string, int> seen;
    for (const ptree& one : children(suite, "testcase")) {
      ++seen["tests"];
      for (const char* kind : {"failure", "error", "skipped"}) seen[kind] += one.count(kind) > 0;
    }
    EXPECT_EQ(attribute(suite, "tests"), std::to_string(seen["tests"]));
    EXPECT_EQ(attribute(suite, "failures"), std::to_string(seen["failure"]));
    EXPECT_EQ(attribute(suite, "errors"), std::to_string(seen["error"]));
    EXPECT_EQ(attribute(suite, "skipped"), std::to_string(seen["skipped"]));
  }
  EXPECT_EQ(attribute(root_, "tests"), "12");
  EXPECT_EQ(attribute(root_, "failures"), "2");
  EXPECT_EQ(attribute(root_, "errors"), "4");
  EXPECT_EQ(attribute(root_, "skipped"), "2");
  EXPECT_EQ(attribute(root_, "time"), "3.000000");
}

TEST_F(Junit, NamesAreaCaseAndTime) {
  const ptree one = test_case("one", "CRASH_001_Holder");
  EXPECT_EQ(attribute(one, "classname"), "CRASH");
  EXPECT_EQ(attribute(one, "time"), "0.250000");
}

TEST_F(Junit, ARepeatHasANameOfItsOwn) {
  EXPECT_EQ(test_case("one", "QUEUE_002_Lost").count("error"), 0U);
  EXPECT_EQ(test_case("one", "QUEUE_002_Lost [run 2]").count("error"), 1U);
}

TEST_F(Junit, SaysTheSuiteAndTheBackendAsProperties) {
  std::map<std::string, std::string> properties;
  for (const ptree& property : children(suite("two").get_child("properties"), "property")) {
    properties[attribute(property, "name")] = attribute(property, "value");
  }
  EXPECT_EQ(properties["suite.version"], "1.2.3");
  EXPECT_EQ(properties["suite.commit"], "abc<def");
  EXPECT_EQ(properties["suite.seed"], "18446744073709551557");
  EXPECT_EQ(properties["suite.host"], "host & \"co\"");
  EXPECT_EQ(properties["backend.version"], "2.0|beta");
}

TEST_F(Junit, KeepsMessageAndTranscript) {
  const ptree failed = test_case("two", "QUEUE_001_Order");
  const ptree failure = failed.get_child("failure");
  EXPECT_EQ(attribute(failure, "type"), "fail");
  EXPECT_THAT(attribute(failure, "message"), StartsWith("<b>&amp;</script><!-- ]]> \"quoted\""));
  EXPECT_THAT(attribute(failure, "message"), ::testing::Not(HasSubstr("second line")));
  EXPECT_THAT(failure.data(), HasSubstr(" end\nsecond line"));
  EXPECT_THAT(failed.get<std::string>("system-err"), StartsWith("> put </script>\n"));
  EXPECT_EQ(test_case("one", "QUEUE_003_Way").get<std::string>("system-out"),
            "observed: left, ratio 2.5");
}

TEST_F(Junit, HoldsOnlyCharactersThatXmlAllows) {
  for (const char c : text_) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

struct Kind {
  Verdict verdict;
  const char* element;  // nullptr: none
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << to_string(kind.verdict); }

class JunitVerdict : public ::testing::TestWithParam<Kind> {};
TEST_P(JunitVerdict, BecomesItsElement) {
  RunResults run;
  run.results.push_back(
      {"b", "QUEUE-001", "MUST", "QUEUE_001_A", GetParam().verdict, 1, "why", {}, 1});
  const ptree one = parsed(to_junit(run)).get_child("testsuites.testsuite.testcase");
  for (const char* element : {"failure", "error", "skipped"}) {
    const bool expected =
        GetParam().element != nullptr && GetParam().element == std::string(element);
    ASSERT_EQ(one.count(element), expected ? 1U : 0U) << element;
    if (expected) {
      EXPECT_EQ(one.get<std::string>(std::string(element) + ".<xmlattr>.type"),
                to_string(GetParam().verdict));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(
    Every, JunitVerdict,
    ::testing::Values(Kind{Verdict::pass, nullptr}, Kind{Verdict::fail, "failure"},
                      Kind{Verdict::leak, "failure"}, Kind{Verdict::hang, "error"},
                      Kind{Verdict::crash, "error"}, Kind{Verdict::inconclusive, "error"},
                      Kind{Verdict::unsupported, "skipped"}, Kind{Verdict::known, "skipped"}),
    [](const auto& kind) { return std::string(to_string(kind.param.verdict)); });

TEST(XmlText, EscapesMarkup) {
  EXPECT_EQ(xml_text("a<b>&\"'"), "a&lt;b&gt;&amp;\"'");
  EXPECT_EQ(xml_attribute("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;'");
}

TEST(XmlText, KeepsWhiteSpace) {
  EXPECT_EQ(xml_text("a\tb\nc\rd"), "a\tb\nc&#13;d");
  EXPECT_EQ(xml_attribute("a\tb\nc\rd"), "a&#9;b&#10;c&#13;d");
}

TEST(XmlText, ShowsForbiddenCharacters) {
  EXPECT_EQ(xml_text(std::string_view("\0\x1b", 2)), "\u2400\u241b");
  EXPECT_EQ(xml_text("\xef\xbf\xbe\xef\xbf\xbf"), "\ufffd\ufffd");
}

TEST(XmlText, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(xml_text("caf\xc3\xa9 \xe2\x82\xac \xf0\x9d\x84\x9e"), "caf\u00e9 \u20ac \U0001d11e");
  EXPECT_EQ(xml_text("\xff"), "\ufffd");
  EXPECT_EQ(xml_text("\xc3"), "\ufffd");                                // cut off
  EXPECT_EQ(xml_text("\xc3("), "\ufffd(");                              // no continuation
  EXPECT_EQ(xml_text("\xc0\x80"), "\ufffd\ufffd");                      // overlong
  EXPECT_EQ(xml_text("\xe0\x80\x80"), "\ufffd\ufffd\ufffd");            // overlong
  EXPECT_EQ(xml_text("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");            // a surrogate
  EXPECT_EQ(xml_text("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");  // beyond U+10FFFF
}

}  // namespace
}  // namespace mpspec
