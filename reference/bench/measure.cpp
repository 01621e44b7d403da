#include "measure.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace mp::bench {
namespace {

/// The element below which that part of the values lies.
double quantile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  const double place = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double between = place - static_cast<double>(below);
  return values[below] * (1 - between) + values[above] * between;
}

/// How many operations fill a window: doubled until one is long enough to tell.
std::int64_t calibrate(const Contender& contender, const Plan& plan, double ns_per_unit) {
  if (contender.operations > 0) return contender.operations;
  const double window_ns = plan.window_ms * 1e6;
  std::int64_t operations = 64;
  while (true) {
    const double each_ns = std::max(contender.run(operations) * ns_per_unit, 0.01);
    const double whole = each_ns * static_cast<double>(operations);
    if (whole >= window_ns / 8) {
      return std::max<std::int64_t>(16, static_cast<std::int64_t>(window_ns / each_ns));
    }
    operations *= 4;
  }
}

/// Processor time, in seconds: of the whole machine, of all that it was busy with, and ours.
struct Times {
  double all = 0;
  double busy = 0;
  double own = 0;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

Times read_times() {
  std::ifstream stat("/proc/stat");
  std::string cpu;
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
  stat >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq;
  const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  Times times;
  times.busy = tick * (user + nice + system + irq + softirq);
  times.all = times.busy + tick * (idle + iowait);
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    times.own += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return times;
}

double foreign_part(const Times& before, const Times& after) {
  const double all = after.all - before.all;
  if (all <= 0) return 0;
  const double foreign = (after.busy - before.busy) - (after.own - before.own);
  return std::clamp(foreign / all, 0.0, 1.0);
}

void measure_rounds(const Case& each, const Plan& plan, Row& row) {
  const double ns_per_unit = each.unit == "us" ? 1e3 : 1;
  const std::int64_t our_operations = calibrate(each.ours, plan, ns_per_unit);
  const std::int64_t raw_operations = each.raw ? calibrate(*each.raw, plan, ns_per_unit) : 0;
  std::vector<double> ours, raw, figures;
  for (int round = 0; round < plan.rounds; ++round) {
    // Whoever comes second finds warm caches: they take turns.
    const bool ours_first = round % 2 == 0;
    if (ours_first) ours.push_back(each.ours.run(our_operations));
    if (each.raw) raw.push_back(each.raw->run(raw_operations));
    if (!ours_first) ours.push_back(each.ours.run(our_operations));
    figures.push_back(each.raw ? ours.back() / raw.back() : ours.back());
  }
  row.ours = quantile(ours, 0.5);
  if (each.raw) row.raw = quantile(raw, 0.5);
  row.figure = quantile(figures, 0.5);
  row.low = quantile(figures, 0.25);
  row.high = quantile(figures, 0.75);
  row.rounds = plan.rounds;
}

}  // namespace

std::string Row::verdict() const {
  if (!is_measured()) return "unmeasured";
  if (figure <= aim) return "aim";
  return figure <= floor ? "floor" : "MISS";
}

Row measure(const Case& each, const Plan& plan) {
  Row row;
  row.name = each.name;
  row.placement = to_text(each.placement);
  row.raw_name = each.raw ? each.raw->name : "";
  row.unit = each.unit;
  row.floor = each.floor;
  row.aim = each.aim;
  const Times before = read_times();
  try {
    measure_rounds(each, plan, row);
  } catch (const CannotMeasure& error) {
    row.error = error.what();
  }
  row.foreign = foreign_part(before, read_times());
  return row;
}

}  // namespace mp::bench
