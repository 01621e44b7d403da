#include "history/checker.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "history/fifo_order.hpp"
#include "history/minimise.hpp"

namespace mpspec {
namespace {

constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

void check_times(const Calls& calls) {
  std::map<int, Stamp> busy_until;
  for (const Call& call : calls) {
    if (!call.indefinite && !call.seen) throw HistoryError(call_text(call) + " came to nothing");
    if (!call.indefinite && call.ended < call.began)
      throw HistoryError(call_text(call) + " ended before it began");
    Stamp& busy = busy_until.emplace(call.actor, Stamp::min()).first->second;
    if (call.began < busy)
      throw HistoryError(call_text(call) + " began during another call of its actor");
    if (!call.indefinite) busy = call.ended;
  }
}

Calls in_order_of_time(Calls calls) {
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Call& a, const Call& b) { return a.began < b.began; });
  return calls;
}

void append_parts(const SharedObject& object, const std::shared_ptr<const Behaviour>& behaviour,
                  const Calls& calls, std::vector<Part>& parts) {
  std::unordered_map<std::string, Part> found;
  std::vector<std::string> order;
  Part whole{object, object.name, behaviour, {}};
  bool divided = true;
  for (const Call& call : calls) {
    if (!behaviour->concerns(call)) continue;
    // Nobody was told what it read, and it changed nothing.
    if (call.indefinite && behaviour->reads(call)) continue;
    const auto label = divided ? behaviour->part(object, call) : std::nullopt;
    divided = divided && label.has_value();
    whole.calls.push_back(call);
    if (!divided) continue;
    auto [part, is_new] = found.try_emplace(*label);
    if (is_new) {
      part->second = {object, object.name + *label, behaviour, {}};
      order.push_back(*label);
    }
    part->second.calls.push_back(call);
  }
  if (!divided || order.empty()) {
    parts.push_back(std::move(whole));
    return;
  }
  for (const std::string& label : order) parts.push_back(std::move(found.at(label)));
}

}  // namespace

std::vector<Part> parts_of(const History& history) {
  std::map<std::string, Calls> by_object;
  const Calls calls = in_order_of_time(history.calls);
  check_times(calls);
  for (const SharedObject& object : history.objects) by_object[object.name];
  if (by_object.size() != history.objects.size())
    throw HistoryError("two objects have the same name");
  for (const Call& call : calls) {
    const auto object = by_object.find(call.object);
    if (object == by_object.end())
      throw HistoryError("nobody made the object of " + call_text(call));
    object->second.push_back(call);
  }
  std::vector<Part> parts;
  for (const SharedObject& object : history.objects) {
    for (const auto& behaviour : behaviours_of(object.type))
      append_parts(object, behaviour, by_object.at(object.name), parts);
  }
  return parts;
}

std::vector<Interval> intervals_of(const Part& part) {
  std::vector<Interval> out;
  out.reserve(part.calls.size());
  for (const Call& call : part.calls) {
    Interval interval{call.began, call.ended, !call.indefinite, part.behaviour->reads(call)};
    if (call.indefinite || part.behaviour->deferred(call)) interval.ended = Stamp::max();
    interval.rank = call.indefinite ? kLast : interval.ended.time_since_epoch().count();
    out.push_back(interval);
  }
  if (part.behaviour->is_fifo()) rank_fifo(part.calls, out);
  return out;
}

SearchResult decide(const Part& part, Meter& meter, const std::vector<bool>& may_be_missing) {
  std::vector<Interval> intervals = intervals_of(part);
  for (std::size_t i = 0; i < may_be_missing.size(); ++i) {
    if (may_be_missing[i]) intervals[i].required = false;
  }
  const auto machine = part.behaviour->machine(part.object, part.calls);
  return search(intervals, *machine, meter);
}

Judgement judge(const History& history, const Budget& budget,
                std::chrono::milliseconds to_explain) {
  Meter meter(budget);
  Judgement judgement;
  judgement.calls = history.calls.size();
  for (Part& part : parts_of(history)) {
    ++judgement.parts;
    const Part suspects = suspicious_calls(part);
    SearchResult result = suspects.calls.empty() ? SearchResult{} : decide(suspects, meter);
    const bool proven = result.answer == Answer::not_linearizable;
    if (!proven) result = decide(part, meter);
    judgement.steps = meter.steps();
    if (result.answer == Answer::unknown && judgement.answer == Answer::linearizable) {
      judgement.answer = Answer::unknown;
      judgement.reason = part.label + ": " + result.reason;
    }
    if (result.answer != Answer::not_linearizable) continue;
    judgement.answer = Answer::not_linearizable;
    judgement.reason.clear();
    judgement.violation = minimised(proven ? suspects : part, Budget::of(to_explain));
    judgement.violation->calls_before = part.calls.size();
    return judgement;
  }
  return judgement;
}

}  // namespace mpspec
