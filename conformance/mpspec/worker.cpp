#include "mpspec/worker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "driver/case_context.hpp"
#include "driver/containment.hpp"

namespace mpspec {
namespace {

/// Collects what failed, in words, in place of googletest's own printing.
class FailureListener : public ::testing::EmptyTestEventListener {
 public:
  explicit FailureListener(std::string& text) : text_(text) {}

  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::string message = result.summary();
    // A CaseStop that left the test's body speaks for itself.
    static const std::string kPrefix = "C++ exception with description \"";
    if (message.starts_with(kPrefix)) {
      message = message.substr(kPrefix.size(), message.rfind("\" thrown in") - kPrefix.size());
    } else if (result.file_name() != nullptr) {
      message +=
          fmt::format("  at {}:{}", std::filesystem::path(result.file_name()).filename().string(),
                      result.line_number());
    }
    text_ += (text_.empty() ? "" : "\n") + message;
  }

 private:
  std::string& text_;
};

void redirect_output(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(descriptor, STDOUT_FILENO);
  ::dup2(descriptor, STDERR_FILENO);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "; ") + line;
  return out;
}

struct Judgement {
  Verdict verdict;
  std::string message;
};

Judgement judge(CaseContext& context, bool assertions_held, const std::string& failures,
                const Leftovers& leftovers) {
  if (const auto& stop = context.stopped()) {
    const bool excuse =
        stop->verdict() == Verdict::unsupported || stop->verdict() == Verdict::inconclusive;
    // Assertions that had failed before the case gave up are the news.
    const bool failed_before = excuse && !failures.empty() && failures != stop->what();
    if (!failed_before) return {stop->verdict(), stop->what()};
  }
  if (!assertions_held) return {Verdict::fail, failures};
  if (!leftovers.empty() && !context.tolerates_leftovers) {
    return {Verdict::leak, "left behind: " + joined(leftovers)};
  }
  return {Verdict::pass,
          context.observations.empty() ? "" : "observed: " + joined(context.observations)};
}

void write_all(int descriptor, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(descriptor, text.data() + sent, text.size() - sent);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
}

std::string run_gtest(const Case& subject, bool& held) {
  auto& tests = *::testing::UnitTest::GetInstance();
  std::string failures;
  delete tests.listeners().Release(tests.listeners().default_result_printer());
  tests.listeners().Append(new FailureListener(failures));
  GTEST_FLAG_SET(filter, subject.suite + "." + subject.name);
  held = RUN_ALL_TESTS() == 0;
  return failures;
}

}  // namespace

void run_worker(const WorkerOrder& order, int result_descriptor) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  Containment containment(order.settings.folder);
  redirect_output(order.settings.folder / "suite");
  ::setenv("RC_PARAMS", fmt::format("seed={}", order.seed).c_str(), 1);

  CaseContext& context = CaseContext::current();
  context.settings = order.settings;
  const auto began = Clock::now();
  bool held = false;
  const std::string failures = run_gtest(order.subject, held);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();

  if (context.adapter() != nullptr) context.adapter()->shut_down();
  const bool want_leftovers = held && !context.stopped() && !context.tolerates_leftovers;
  const Leftovers leftovers =
      containment.collect(want_leftovers ? Clock::now() + order.grace : Clock::now());
  const Judgement judgement = judge(context, held, failures, leftovers);
  nlohmann::json result = {{"verdict", to_string(judgement.verdict)},
                           {"seconds", seconds},
                           {"message", judgement.message},
                           {"transcript", nlohmann::json::array()}};
  if (breaks_conformance(judgement.verdict)) result["transcript"] = context.transcript();
  write_all(result_descriptor,
            result.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  ::_exit(0);
}

}  // namespace mpspec
