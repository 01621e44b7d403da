#include "trace/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace mpspec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TraceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Specification read(const std::string& text) {
    std::ofstream(folder_ / "queue.md") << text;
    return Specification::read(folder_);
  }
  std::string complaint(const std::string& text) {
    try {
      read(text);
    } catch (const SpecificationError& error) {
      return error.what();
    }
    return "";
  }
  std::filesystem::path folder_;
};

constexpr const char* kTwo = R"(# Queue

### QUEUE-001 order
**MUST** · Source: D3, Queue
Items come out
in order.
> Note. Of one producer.

### QUEUE-002 old
**RETIRED**
)";

TEST_F(TraceTest, ReadsAClause) {
  const Specification specification = read(kTwo);
  ASSERT_EQ(specification.clauses().size(), 2U);
  const Clause& clause = specification.clauses()[0];
  EXPECT_EQ(clause.id, "QUEUE-001");
  EXPECT_EQ(clause.title, "order");
  EXPECT_EQ(clause.strength, "MUST");
  EXPECT_EQ(clause.source, "D3, Queue");
  EXPECT_EQ(clause.text, "Items come out\nin order.");
  EXPECT_EQ(clause.note, "Note. Of one producer.");
  EXPECT_EQ(clause.line, 3);
  EXPECT_EQ(specification.chapter_title("QUEUE"), "Queue");
}

TEST_F(TraceTest, BrokenClausesAreNamedWithTheirPlace) {
  EXPECT_THAT(complaint("### QUEUE-01 short\n"), HasSubstr("queue.md:1"));
  EXPECT_THAT(complaint("### QUEUE-001 x\nno strength\n"), HasSubstr("queue.md:2"));
  EXPECT_THAT(complaint("### QUEUE-001 x\n**MUST**\ntext\n"), HasSubstr("names no source"));
  EXPECT_THAT(complaint("### QUEUE-001 x\n**MUST** · Source: y\n"), HasSubstr("says nothing"));
  EXPECT_THAT(
      complaint(
          "### QUEUE-001 x\n**MUST** · Source: y\nt\n### QUEUE-001 x\n**MUST** · Source: y\nt\n"),
      HasSubstr("queue.md:1 already"));
}

TEST_F(TraceTest, ClausesInCodeBlocksAreExamples) {
  EXPECT_THAT(read("```\n### QUEUE-001 x\n```\n").clauses(), IsEmpty());
}

TEST_F(TraceTest, BothDirectionsAreChecked) {
  const Specification specification = read(kTwo);
  EXPECT_THAT(trace_problems(specification, {"QUEUE_001_Order"}), IsEmpty());
  EXPECT_THAT(trace_problems(specification, {}),
              ElementsAre(HasSubstr("QUEUE-001 (MUST) has no case")));
  EXPECT_THAT(
      trace_problems(specification,
                     {"QUEUE_001_Order", "QUEUE_002_Old", "QUEUE_009_New", "Nameless"}),
      ::testing::UnorderedElementsAre(
          HasSubstr("retired"), HasSubstr("QUEUE-009, which is no clause"), HasSubstr("Nameless")));
}

TEST_F(TraceTest, ADraftMayLackCases) {
  const Specification draft =
      read(std::string("# Queue\n\n**Draft**: nothing judges this yet.\n") + kTwo);
  EXPECT_THAT(trace_problems(draft, {}), IsEmpty());
  EXPECT_THAT(clause_index(draft, {}, {}), HasSubstr("| QUEUE-001 | MUST | order | none yet |"));
}

TEST_F(TraceTest, TheIndexTellsWhatEachBackendMakesOfAClause) {
  const Specification specification = read(kTwo);
  const std::vector<std::string> cases = {"QUEUE_001_Order", "QUEUE_001_OrderOfTwo"};
  EXPECT_THAT(
      clause_index(specification, cases, {{"good", {}}, {"bad", {{"QUEUE-001", "known fail"}}}}),
      HasSubstr("| QUEUE-001 | MUST | order | 2 | pass | known fail |"));
  EXPECT_THAT(
      clause_index(specification, cases, {{"bad", {{"QUEUE_001_OrderOfTwo", "known hang"}}}}),
      HasSubstr("| 2 | known hang |"));
}

TEST_F(TraceTest, DanglingIdsInTextAreFound) {
  const Specification specification = read(std::string(kTwo) + "\nSee QUEUE-007 and UTF-008.\n");
  EXPECT_THAT(dangling_references(specification, folder_),
              ElementsAre(HasSubstr("there is no QUEUE-007")));
}

TEST_F(TraceTest, RewordingAsksForAnotherLook) {
  const Specification before = read(kTwo);
  const ReviewedWording reviewed = wording_of(before);
  EXPECT_THAT(wording_problems(before, reviewed, {"QUEUE_001_Order"}), IsEmpty());
  std::string text = kTwo;
  const Specification rewrapped = read(text.replace(text.find("out\nin"), 6, "out in"));
  EXPECT_THAT(wording_problems(rewrapped, reviewed, {"QUEUE_001_Order"}), IsEmpty());
  const Specification reworded = read(text.replace(text.find("in order"), 8, "anyhow"));
  EXPECT_THAT(wording_problems(reworded, reviewed, {"QUEUE_001_Order"}),
              ElementsAre(HasSubstr("QUEUE_001_Order")));
}

}  // namespace
}  // namespace mpspec
