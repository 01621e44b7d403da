#include "sweep/sweep.hpp"

#include <fmt/core.h>

#include <algorithm>
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

std::string to_string(const Point& point) {
  return fmt::format("killed {} {} instructions",
                     point.in_system_call ? "in the system call after" : "after",
                     point.instructions);
}

/// What became of one victim's world.
struct Aftermath {
  Participant::End end = Participant::End::Well;
  std::string finding;
  bool reached = true;              ///< the operation was not over before the point
  bool before_system_call = false;  ///< what it would have done next
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
    const std::set<Point> marked = survey();
    if (limits_.points == Points::Every) {
      kill_at_every_instruction();
    } else {
      for (const Point& point : marked) kill_at(point);
    }
    report_.elapsed = Clock::now() - started;
    return std::move(report_);
  }

 private:
  bool is_over() const { return report_.stuck + report_.broken >= limits_.failures_max; }

  /// Runs the operation to its end once, and marks the points at which a death can make a
  /// difference: two deaths between which shared memory did not change leave the same behind.
  std::set<Point> survey() {
    std::set<Point> marked{{0}};
    const World world = operation_.make();
    const FindingsPipe findings;
    std::vector<Participant> others = start_asleep(world.bystanders, findings);
    Victim victim(world, [&] { let_things_happen(world, findings, others); });
    append(others, start_asleep(world.followers, findings));
    SharedPages shared;
    long& count = report_.instructions;
    for (; count < kInstructionsMax; ++count) {
      if (victim.is_before_system_call()) {
        marked.insert({count});
        marked.insert({count, true});
        marked.insert({count + 1});
      }
      if (victim.step() != Victim::Step::Done) break;
      if (shared.have_changed()) marked.insert({count + 1});
    }
    marked.insert({count});
    const long stride = std::max(1L, count / std::max(1L, limits_.spread_max));
    for (long between = stride / 2; between < count; between += stride) marked.insert({between});
    return marked;
  }

  void kill_at_every_instruction() {
    for (long instructions = 0; instructions < kInstructionsMax && !is_over(); ++instructions) {
      const Aftermath aftermath = kill_at({instructions});
      if (aftermath.before_system_call) kill_at({instructions, true});
      if (!aftermath.reached) return;
    }
  }

  Aftermath kill_at(const Point& point) {
    if (is_over()) return {};
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
    return aftermath;
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

  static Aftermath live_until(const Point& point, const World& world, const FindingsPipe& findings,
                              std::vector<Participant>& others) {
    Aftermath aftermath;
    Victim victim(world, [&] { let_things_happen(world, findings, others); });
    append(others, start_asleep(world.followers, findings));
    for (long step = 0; step < point.instructions && aftermath.reached; ++step) {
      const Victim::Step stepped = victim.step();
      if (stepped == Victim::Step::Hangs) return {Participant::End::Stuck, "the victim"};
      aftermath.reached = stepped == Victim::Step::Done;
    }
    aftermath.before_system_call = aftermath.reached && victim.is_before_system_call();
    if (point.in_system_call && aftermath.before_system_call) victim.enter_system_call();
    victim.kill();
    if (!victim.has_slept()) let_things_happen(world, findings, others);
    return aftermath;
  }

  const Operation& operation_;
  Limits limits_;
  Report report_;
};

}  // namespace

Report sweep(const Operation& operation, const Limits& limits) {
  const OneCpu taking_turns;
  return Sweep(operation, limits).run();
}

}  // namespace mp::sweep
