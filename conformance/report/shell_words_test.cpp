#include "report/shell_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mpspec {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ShellWords, SplitsAtBlanks) {
  EXPECT_THAT(split_words("  python3\tadapter.py  -x "),
              ElementsAre("python3", "adapter.py", "-x"));
  EXPECT_THAT(split_words(" "), IsEmpty());
}

TEST(ShellWords, QuotesKeepBlanksAndEmptyWords) {
  EXPECT_THAT(split_words(R"('my program' "a \"b\" \\ \c" '' x'y'"z")"),
              ElementsAre("my program", R"(a "b" \ \c)", "", "xyz"));
}

TEST(ShellWords, ABackslashTakesTheNextCharacter) {
  EXPECT_THAT(split_words(R"(my\ program a\'b \\)"), ElementsAre("my program", "a'b", "\\"));
}

TEST(ShellWords, AnUnclosedQuoteIsRefused) {
  EXPECT_THROW(split_words("python3 'adapter.py"), UnclosedQuote);
  EXPECT_THROW(split_words(R"(python3 "adapter.py\")"), UnclosedQuote);
}

TEST(ShellWords, JoinedLinesSplitIntoTheSameWords) {
  const std::vector<std::string> words = {"python3", "it's", "", "a b", "\"", "$HOME", "\\n", "ü"};
  EXPECT_EQ(split_words(joined(words)), words);
  EXPECT_EQ(joined({"python3", "./adapter.py", "--bug=x"}), "python3 ./adapter.py --bug=x");
}

}  // namespace
}  // namespace mpspec
