#include "history/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mpspec {
namespace {

constexpr std::size_t kLinesMax = 40;

double microseconds(Stamp stamp, Stamp zero) {
  return std::chrono::duration<double, std::micro>(stamp - zero).count();
}

std::string call_line(const Call& call, Stamp zero, bool stuck) {
  const bool untold = call.indefinite && !call.seen;
  const std::string ended = untold ? "?" : fmt::format("{:.1f}", microseconds(call.ended, zero));
  const std::string outcome = untold ? "(may or may not have happened)" : outcome_text(call);
  return fmt::format("{} {:>10.1f} {:>10}  actor {:<3} {} -> {}\n", stuck ? ">" : " ",
                     microseconds(call.began, zero), ended, call.actor, call_text(call), outcome);
}

std::string window_text(const Violation& violation) {
  const Calls& calls = violation.part.calls;
  std::string out = "  began us   ended us\n";
  for (std::size_t i = 0; i < calls.size(); ++i) {
    // Around the call that does not fit there is most to see.
    const std::size_t distance = i > violation.stuck ? i - violation.stuck : violation.stuck - i;
    if (calls.size() > kLinesMax && distance > kLinesMax / 2) continue;
    out += call_line(calls[i], calls.front().began, i == violation.stuck);
  }
  return out;
}

std::string order_text(const Violation& violation) {
  const auto& order = violation.order;
  std::string out;
  const std::size_t first = order.size() > kLinesMax ? order.size() - kLinesMax : 0;
  if (first > 0) out += fmt::format("  ... {} calls ...\n", first);
  const auto machine =
      violation.part.behaviour->machine(violation.part.object, violation.part.calls);
  for (std::size_t i = 0; i < order.size(); ++i) {
    machine->step(order[i]);
    const Call& call = violation.part.calls[order[i]];
    if (i < first) continue;
    out += fmt::format("  {}. actor {}: {} -> {}    leaves {}\n", i + 1, call.actor,
                       call_text(call), outcome_text(call), machine->text());
  }
  return out.empty() ? "  (none)\n" : out;
}

}  // namespace

std::string explanation(const Violation& violation) {
  const Calls& calls = violation.part.calls;
  const Call& stuck = calls[violation.stuck];
  std::string out = fmt::format(
      "no order of the calls on {} explains what they came to; of its {} calls these {} "
      "contradict each other:\n{}",
      violation.part.label, violation.calls_before, calls.size(), window_text(violation));
  out += fmt::format("the longest order that explains a part:\n{}", order_text(violation));
  out += fmt::format(
      "then actor {}'s {} has to come, with the object being {}: it would come to {}, "
      "but came to {}\n",
      stuck.actor, call_text(stuck), violation.state, violation.expected, outcome_text(stuck));
  return out;
}

std::string explanation(const Judgement& judgement) {
  switch (judgement.answer) {
    case Answer::not_linearizable:
      return explanation(*judgement.violation);
    case Answer::unknown:
      return fmt::format("unknown whether an order explains the calls: {}\n", judgement.reason);
    case Answer::linearizable:
      break;
  }
  return fmt::format("an order explains all {} calls ({} parts, {} steps)\n", judgement.calls,
                     judgement.parts, judgement.steps);
}

}  // namespace mpspec
