#include "report/badge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mpspec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunResults run_of(Verdict must, Verdict should) {
  return {{"0.1", "abc", 1, "host"},
          {{"a<b", "1", "x"}},
          {{"a<b", "LOCK-001", "MUST", "X", Verdict::pass},
           {"a<b", "LOCK-002", "MUST", "Y", must},
           {"a<b", "LOCK-003", "SHOULD", "Z", should}}};
}

TEST(Badge, CountsMustClausesAndSaysWhetherTheyHold) {
  const std::string good = badge_svg(run_of(Verdict::pass, Verdict::fail), "a<b");
  EXPECT_THAT(good, HasSubstr("2/2 MUST"));
  EXPECT_THAT(good, HasSubstr("#177a55"));
  const std::string bad = badge_svg(run_of(Verdict::hang, Verdict::pass), "a<b");
  EXPECT_THAT(bad, HasSubstr("1/2 MUST"));
  EXPECT_THAT(bad, HasSubstr("#c2331f"));
}

TEST(Badge, NamesKnownDeviationsAndSkipsWhatIsUnsupported) {
  EXPECT_THAT(badge_svg(run_of(Verdict::known, Verdict::pass), "a<b"),
              HasSubstr("1/2 MUST, 1 known"));
  EXPECT_THAT(badge_svg(run_of(Verdict::unsupported, Verdict::pass), "a<b"), HasSubstr("1/1 MUST"));
}

TEST(Badge, OfNothingIsGrey) {
  EXPECT_THAT(badge_svg(run_of(Verdict::pass, Verdict::pass), "other"), HasSubstr("not judged"));
}

TEST(Badge, EscapesTheName) {
  const std::string badge = badge_svg(run_of(Verdict::pass, Verdict::pass), "a<b");
  EXPECT_THAT(badge, HasSubstr("a&lt;b"));
  EXPECT_THAT(badge, Not(HasSubstr("a<b")));
}

}  // namespace
}  // namespace mpspec
