// A command as one line of text, as a shell reads it; no shell is involved.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mpspec {

class UnclosedQuote : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The words of `line`: separated by blanks; '...' is taken as it is, "..." knows \" and \\, and a
/// backslash outside quotes takes the next character as it is. Throws UnclosedQuote.
std::vector<std::string> split_words(std::string_view line);

/// `word` so that split_words() and a shell read it as this one word.
std::string shell_quoted(std::string_view word);

/// The line of which split_words() makes `words`.
std::string joined(const std::vector<std::string>& words);

}  // namespace mpspec
