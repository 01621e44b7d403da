#include "history/timeline_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "history/explain.hpp"

namespace mpspec {
namespace {

constexpr std::size_t kBarsMax = 3000;  // more than a browser shows with ease
constexpr double kWidth = 1600;
constexpr double kMargin = 70;
constexpr double kLane = 44;
constexpr double kBar = 26;

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; color: #222; background: #fff; }}
pre {{ background: #f5f5f5; padding: 1em; overflow-x: auto; }}
svg {{ border: 1px solid #ddd; }}
rect {{ fill: #9db8d2; stroke: #456; }}
rect:hover {{ fill: #6f97c0; }}
.window rect {{ fill: #f0c674; }}
.stuck rect {{ fill: #d9534f; stroke: #7a0000; stroke-width: 2; }}
.indefinite rect {{ stroke-dasharray: 4 3; fill-opacity: .5; }}
text {{ font: 11px monospace; pointer-events: none; }}
.lane {{ stroke: #ddd; }}
</style></head><body>
<h1>{title}</h1>
<pre>{explanation}</pre>
<p>{legend}</p>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

/// What tells one call of a history from the others: no actor makes two calls on one object at
/// once.
using Identity = std::tuple<int, std::string, std::string, Stamp>;
Identity identity(const Call& call) { return {call.actor, call.object, call.method, call.began}; }

Stamp end_of(const Call& call, Stamp last) { return call.indefinite ? last : call.ended; }

class Picture {
 public:
  Picture(const History& history, const Judgement& judgement) : calls_(history.calls) {
    std::stable_sort(calls_.begin(), calls_.end(),
                     [](const Call& a, const Call& b) { return a.began < b.began; });
    if (judgement.violation) {
      const Calls& window = judgement.violation->part.calls;
      for (const Call& call : window) window_.insert(identity(call));
      stuck_ = identity(window[judgement.violation->stuck]);
    }
    choose_calls();
    for (const Call& call : calls_) lanes_.emplace(call.actor, 0);
    int row = 0;
    for (auto& [actor, lane] : lanes_) lane = row++;
    if (calls_.empty()) return;
    first_ = last_ = calls_.front().began;
    for (const Call& call : calls_) last_ = std::max({last_, call.began, end_of(call, call.began)});
  }

  [[nodiscard]] std::size_t size() const { return calls_.size(); }

  [[nodiscard]] std::string svg() const {
    const double height = kLane * static_cast<double>(lanes_.size()) + 10;
    std::string out = fmt::format("<svg width=\"{:.0f}\" height=\"{:.0f}\">\n", kWidth, height);
    for (const auto& [actor, lane] : lanes_) {
      const double y = kLane * (lane + 0.5) + 5;
      out += fmt::format(
          "<line class=\"lane\" x1=\"0\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
          "<text x=\"4\" y=\"{:.1f}\">actor {}</text>\n",
          kWidth, y, y, y + 4, actor);
    }
    for (const Call& call : calls_) out += bar(call);
    return out + "</svg>\n";
  }

 private:
  /// Of a long history, what is nearest to the violation.
  void choose_calls() {
    if (calls_.size() <= kBarsMax) return;
    const auto stuck = std::find_if(calls_.begin(), calls_.end(),
                                    [&](const Call& call) { return identity(call) == stuck_; });
    const auto middle = static_cast<std::size_t>(stuck - calls_.begin()) % calls_.size();
    const std::size_t from = middle > kBarsMax / 2 ? middle - kBarsMax / 2 : 0;
    Calls chosen;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const bool near = i >= from && i < from + kBarsMax;
      if (near || window_.contains(identity(calls_[i]))) chosen.push_back(calls_[i]);
    }
    calls_ = std::move(chosen);
  }

  [[nodiscard]] double x(Stamp stamp) const {
    const auto span = std::max<double>(1, static_cast<double>((last_ - first_).count()));
    const auto from_start = static_cast<double>((stamp - first_).count());
    return kMargin + (kWidth - kMargin - 20) * from_start / span;
  }

  [[nodiscard]] std::string bar(const Call& call) const {
    const auto us = [&](Stamp stamp) {
      return std::chrono::duration<double, std::micro>(stamp - first_).count();
    };
    const Stamp end = end_of(call, last_);
    const double left = x(call.began);
    const double width = std::max(2.0, x(end) - left);
    const double top = kLane * lanes_.at(call.actor) + (kLane - kBar) / 2 + 5;
    const std::string text = call_text(call) + " -> " + outcome_text(call);
    const bool is_stuck = identity(call) == stuck_;
    const char* kind = is_stuck ? "stuck" : window_.contains(identity(call)) ? "window" : "";
    const std::string shown = escaped(text.substr(0, static_cast<std::size_t>(width / 7)));
    return fmt::format(
        "<g class=\"{}{}\"><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"3\">"
        "<title>actor {}: {}{}\n{:.3f} us to {}</title></rect>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>\n",
        kind, call.indefinite ? " indefinite" : "", left, top, width, kBar, call.actor,
        escaped(text), is_stuck ? "\nfits nowhere" : "", us(call.began),
        call.indefinite ? "?" : fmt::format("{:.3f} us", us(end)), left + 3, top + 17, shown);
  }

  Calls calls_;
  std::set<Identity> window_;
  Identity stuck_{-1, "", "", Stamp()};
  std::map<int, int> lanes_;
  Stamp first_{};
  Stamp last_{};
};

}  // namespace

std::string timeline_html(const History& history, const Judgement& judgement,
                          const std::string& title) {
  const Picture picture(history, judgement);
  std::string legend = "A dashed bar is a call that may or may not have happened.";
  if (judgement.violation)
    legend += " Yellow: the calls that contradict each other. Red: the one that fits nowhere.";
  if (picture.size() < history.calls.size())
    legend += fmt::format(" {} of {} calls are drawn.", picture.size(), history.calls.size());
  return fmt::format(fmt::runtime(kHead), fmt::arg("title", escaped(title)),
                     fmt::arg("explanation", escaped(explanation(judgement))),
                     fmt::arg("legend", legend)) +
         picture.svg() + "</body></html>\n";
}

}  // namespace mpspec
