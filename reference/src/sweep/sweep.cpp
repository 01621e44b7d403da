#include "sweep/sweep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sweep/one_cpu.hpp"
#include "sweep/participant.hpp"
#include "sweep/shared_pages.hpp"
#include "sweep/victim.hpp"

namespace mp::sweep {
namespace {

/// An operation of more instructions than this waits for something that nobody does.
constexpr long kInstructionsMax = 500'000;

/// Where in its operation the victim dies: after so many instructions, or inside the system call
/// that comes next.
struct Point {
  long instructions = 0;
  bool in_system_call = false;

  friend auto operator<=>(const Point&, const Point&) = default;
};

/// The way of an undisturbed operation.
struct Course {
  std::vector<Place> places;     ///< its instructions
  std::set<Point> system_calls;  ///< inside each of them
  std::set<Point> changes;       ///< when shared memory had just changed

  long length() const { return static_cast<long>(places.size()); }
};

std::string to_string(const Point& point) {
  return fmt::format("killed {} {} instructions",
                     point.in_system_call ? "in the system call after" : "after",
                     point.instructions);
}

/// What became of one victim's world.
struct Aftermath {
  Participant::End end = Participant::End::Well;
  std::string finding = {};
};

/// The second survivor is forked by the first, and dies with it.
void survive(const World& world, const FindingsPipe& findings) {
  world.inspect();
  Participant second([&] { world.work(1); }, findings);
  world.work(0);
  require(second.await_end(Deadline::after(kPatience)) == Participant::End::Well,
          "the second survivor ends its work");
  world.conclude();
}

std::vector<Participant> start_asleep(const std::vector<std::function<void()>>& parts,
                                      const FindingsPipe& findings) {
  std::vector<Participant> started;
  for (const auto& part : parts) {
    started.emplace_back(part, findings);
    require(started.back().await_asleep(Deadline::after(kPatience)), "a bystander falls asleep");
  }
  return started;
}

void append(std::vector<Participant>& all, std::vector<Participant> more) {
  for (Participant& one : more) all.push_back(std::move(one));
}

/// What the sleep or the death of the victim sets off.
void let_things_happen(const World& world, const FindingsPipe& findings,
                       std::vector<Participant>& others) {
  world.on_sleep();
  for (const auto& visit : world.visitors) others.emplace_back(visit, findings);
}

/// One operation that is killed again and again.
class Sweep {
 public:
  Sweep(const Operation& operation, const Limits& limits) : operation_(operation), limits_(limits) {
    report_.name = operation.name;
  }

  Report run() {
    const Clock::time_point started = Clock::now();
    course_ = undisturbed();
    report_.instructions = course_.length();
    for (const Point& point : limits_.points == Points::Every ? every_point() : samples()) {
      if (report_.stuck + report_.broken < limits_.failures_max) kill_at(point);
    }
    report_.elapsed = Clock::now() - started;
    return std::move(report_);
  }

 private:
  /// The shortest of a few: the kernel's clock in user space starts over when it is being set, and
  /// a bystander may wake.
  Course undisturbed() const {
    Course shortest = survey();
    for (int again = 0; again < 2; ++again) {
      Course other = survey();
      if (other.length() < shortest.length()) shortest = std::move(other);
    }
    return shortest;
  }

  /// Runs the operation to its end, one instruction after the other.
  Course survey() const {
    const World world = operation_.make();
    const FindingsPipe findings;
    std::vector<Participant> others = start_asleep(world.bystanders, findings);
    Victim victim(world, [&] { let_things_happen(world, findings, others); });
    append(others, start_asleep(world.followers, findings));
    SharedPages shared;
    Course course;
    std::map<std::uintptr_t, long> passes;
    while (course.length() < kInstructionsMax) {
      const std::uintptr_t address = victim.address();
      const bool repeats = !course.places.empty() && course.places.back().address == address;
      const Place here{.address = address,
                       .pass = repeats ? passes[address] : ++passes[address],
                       .repetition = repeats ? course.places.back().repetition + 1 : 0};
      if (victim.is_before_system_call()) course.system_calls.insert({course.length(), true});
      if (victim.step() != Victim::Step::Done) break;
      course.places.push_back(here);
      if (shared.have_changed()) course.changes.insert({course.length()});
    }
    return course;
  }

  std::set<Point> every_point() const {
    std::set<Point> points = course_.system_calls;
    for (long n = 0; n <= course_.length(); ++n) points.insert({n});
    return points;
  }

  /// Two deaths between which shared memory did not change leave the same behind.
  std::set<Point> samples() const {
    std::set<Point> points = course_.system_calls;
    points.insert(course_.changes.begin(), course_.changes.end());
    for (const Point& call : course_.system_calls) {
      points.insert({call.instructions});
      points.insert({std::min(call.instructions + 1, course_.length())});
    }
    const long stride = std::max(1L, course_.length() / std::max(1L, limits_.spread_max));
    for (long n = stride / 2; n < course_.length(); n += stride) points.insert({n});
    points.insert({{0}, {course_.length()}});
    return points;
  }

  void kill_at(const Point& point) {
    Aftermath aftermath;
    try {
      aftermath = live_and_die(point);
    } catch (const Broken& broken) {
      aftermath = {Participant::End::Broken, broken.what()};
    }
    ++report_.points;
    if (aftermath.end == Participant::End::Stuck) ++report_.stuck;
    if (aftermath.end == Participant::End::Broken) ++report_.broken;
    if (aftermath.end != Participant::End::Well) {
      report_.findings.push_back(fmt::format(
          "{}: {}: {}", to_string(point),
          aftermath.end == Participant::End::Stuck ? "stuck" : "broken", aftermath.finding));
    }
  }

  Aftermath live_and_die(const Point& point) {
    const World world = operation_.make();
    const FindingsPipe findings;
    std::vector<Participant> others = start_asleep(world.bystanders, findings);
    Aftermath aftermath = live_until(point, world, findings, others);
    if (aftermath.end != Participant::End::Well) return aftermath;
    const Deadline deadline = Deadline::after(limits_.deadline);
    Participant survivor([&] { survive(world, findings); }, findings);
    aftermath.end = survivor.await_end(deadline);
    for (Participant& other : others) {
      aftermath.end = std::max(aftermath.end, other.await_end(deadline));
    }
    if (aftermath.end != Participant::End::Well) aftermath.finding = findings.read();
    return aftermath;
  }

  Aftermath live_until(const Point& point, const World& world, const FindingsPipe& findings,
                       std::vector<Participant>& others) {
    Victim victim(world, [&] { let_things_happen(world, findings, others); });
    append(others, start_asleep(world.followers, findings));
    const bool is_end = point.instructions == course_.length();
    const Victim::Step came =
        is_end ? victim.run_to_end()
               : victim.run_to(course_.places[static_cast<std::size_t>(point.instructions)]);
    if (came == Victim::Step::Hangs) return {Participant::End::Stuck, "the victim"};
    if (!is_end && came == Victim::Step::Ended) ++report_.missed;
    if (came == Victim::Step::Done && point.in_system_call && victim.is_before_system_call()) {
      victim.enter_system_call();
    }
    victim.kill();
    if (!victim.has_slept()) let_things_happen(world, findings, others);
    return {};
  }

  const Operation& operation_;
  Limits limits_;
  Course course_;
  Report report_;
};

}  // namespace

Report sweep(const Operation& operation, const Limits& limits) {
  const OneCpu taking_turns;
  return Sweep(operation, limits).run();
}

}  // namespace mp::sweep
