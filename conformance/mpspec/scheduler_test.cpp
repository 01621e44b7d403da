#include "mpspec/scheduler.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "driver/containment.hpp"
#include "mpspec/run_folder.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;

/// What the worker of the test below runs: longer than the scheduler's first look.
TEST(SchedulerCase, EndsByItself) { std::this_thread::sleep_for(400ms); }

TEST(Scheduler, AWorkerThatHasEndedIsNotOverdueWhenTheSchedulerWasHeldUp) {
  const RunFolder folder;
  Job job;
  job.order.subject.suite = "SchedulerCase";
  job.order.subject.name = "EndsByItself";
  job.order.settings.folder = folder.path() / "0";
  std::vector<Job> jobs{job};
  SchedulerOptions options;
  options.jobs = 1;
  options.case_limit = 5s;
  options.finished = [](Job&) {};
  const auto began = Clock::now();
  // As long as it may take to look into the hang of another case.
  options.tick = [&](const std::string&) {
    const auto until = Clock::now() + 60s;
    while (Clock::now() < until &&
           (!children_of(::getpid()).empty() || Clock::now() - began < options.case_limit + 100ms))
      std::this_thread::sleep_for(10ms);
  };
  ASSERT_EQ(run_jobs(jobs, options), RunEnd::completed);
  EXPECT_EQ(jobs[0].result.verdict, Verdict::pass) << jobs[0].result.message;
}

}  // namespace
}  // namespace mpspec
