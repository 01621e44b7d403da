#include "report/badge.hpp"

#include <fmt/format.h>

#include "report/matrix.hpp"
#include "report/xml_text.hpp"

namespace mpspec {
namespace {

constexpr int kLabelWidth = 56;
constexpr double kCharacterWidth = 6.7;  // of 11 px sans-serif, on the safe side

struct Score {
  int passed = 0;
  int judged = 0;
  int known = 0;
};

Score must_score(const RunResults& run, const std::string& backend) {
  Score score;
  for (const ClauseRow& row : clause_rows(run)) {
    if (row.strength != "MUST") continue;
    for (std::size_t i = 0; i < run.backends.size(); ++i) {
      if (run.backends[i].name != backend || !row.verdicts[i]) continue;
      if (*row.verdicts[i] == Verdict::unsupported) continue;
      ++score.judged;
      score.passed += *row.verdicts[i] == Verdict::pass ? 1 : 0;
      score.known += *row.verdicts[i] == Verdict::known ? 1 : 0;
    }
  }
  return score;
}

}  // namespace

std::string badge_svg(const RunResults& run, const std::string& backend) {
  const Score score = must_score(run, backend);
  const std::string known = score.known == 0 ? "" : fmt::format(", {} known", score.known);
  const std::string text = score.judged == 0
                               ? "not judged"
                               : fmt::format("{}/{} MUST{}", score.passed, score.judged, known);
  const char* colour = score.judged == 0               ? "#6a737d"
                       : conforms(run, backend, false) ? "#177a55"
                                                       : "#c2331f";
  const int width = static_cast<int>(static_cast<double>(text.size()) * kCharacterWidth) + 14;
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" )"
      R"(aria-label="{title}"><title>{title}</title>)"
      R"(<rect width="{total}" height="20" rx="3" fill="#3b424a"/>)"
      R"(<path fill="{colour}" d="M{label} 0h{square}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{square}z"/>)"
      R"(<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">)"
      R"(<text x="7" y="14">mpspec</text><text x="{text_x}" y="14">{text}</text></g></svg>)"
      "\n",
      fmt::arg("total", kLabelWidth + width), fmt::arg("label", kLabelWidth),
      fmt::arg("square", width - 3), fmt::arg("text_x", kLabelWidth + 7),
      fmt::arg("colour", colour), fmt::arg("text", xml_text(text)),
      fmt::arg("title", xml_text(fmt::format("mpspec: {}: {}", backend, text))));
}

}  // namespace mpspec
