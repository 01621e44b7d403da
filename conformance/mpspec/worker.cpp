#include "mpspec/worker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "driver/case_context.hpp"
#include "driver/containment.hpp"

namespace mpspec {
namespace {

/// Collects what failed, in words, in place of googletest's own printing.
class FailureListener : public ::testing::EmptyTestEventListener {
 public:
  explicit FailureListener(std::vector<std::string>& texts) : texts_(texts) {}

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
    const bool said = std::find(texts_.begin(), texts_.end(), message) != texts_.end();
    if (!said) texts_.push_back(std::move(message));  // an assertion in a loop says it once
  }

 private:
  std::vector<std::string>& texts_;
};

void redirect_output(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(descriptor, STDOUT_FILENO);
  ::dup2(descriptor, STDERR_FILENO);
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator = "; ") {
  return fmt::format("{}", fmt::join(parts, separator));
}

struct Judgement {
  Verdict verdict;
  std::string message;
};

/// A case that stopped early. Assertions that had failed before that are the news: whatever came
/// after them came of a backend that was known to be wrong.
Judgement judge_stopped(const CaseStop& stop, const std::vector<std::string>& failures) {
  std::vector<std::string> before;
  std::string of_the_stop = stop.what();
  for (const std::string& failure : failures) {
    if (failure.find(stop.what()) == std::string::npos) {
      before.push_back(failure);
    } else if (failure.size() > of_the_stop.size()) {
      of_the_stop = failure;  // a property tells the calls that led there, too
    }
  }
  if (before.empty()) return {stop.verdict(), of_the_stop};
  const bool excuse =
      stop.verdict() == Verdict::unsupported || stop.verdict() == Verdict::inconclusive;
  if (!excuse) before.push_back(fmt::format("then {}: {}", to_string(stop.verdict()), stop.what()));
  return {Verdict::fail, joined(before, "\n")};
}

Judgement judge(CaseContext& context, bool assertions_held,
                const std::vector<std::string>& failures, const Leftovers& leftovers) {
  if (const auto& stop = context.stopped()) return judge_stopped(*stop, failures);
  if (!assertions_held) return {Verdict::fail, joined(failures, "\n")};
  if (!leftovers.empty() && !context.tolerates_leftovers) {
    return {Verdict::leak, "left behind: " + joined(leftovers)};
  }
  return {Verdict::pass,
          context.observations.empty() ? "" : "observed: " + joined(context.observations)};
}

/// Empty when there is no such file.
std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_all(int descriptor, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(descriptor, text.data() + sent, text.size() - sent);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
}

std::vector<std::string> run_gtest(const Case& subject, bool& held) {
  auto& tests = *::testing::UnitTest::GetInstance();
  std::vector<std::string> failures;
  delete tests.listeners().Release(tests.listeners().default_result_printer());
  tests.listeners().Append(new FailureListener(failures));
  GTEST_FLAG_SET(filter, subject.suite + "." + subject.name);
  held = RUN_ALL_TESTS() == 0;
  return failures;
}

}  // namespace

void run_worker(const WorkerOrder& order, int result_descriptor) {
  ::setpgid(0, 0);
  const rlimit no_core{};  // a process that is made to tell its stacks leaves no file
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  Containment containment(order.settings.folder);
  redirect_output(order.settings.folder / "suite");
  const char* shrinking = order.shrinks ? "" : " noshrink=1";
  ::setenv("RC_PARAMS", fmt::format("seed={}{}", order.seed, shrinking).c_str(), 1);

  CaseContext& context = CaseContext::current();
  context.settings = order.settings;
  const auto began = Clock::now();
  bool held = false;
  const std::vector<std::string> failures = run_gtest(order.subject, held);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();

  if (const Adapter* adapter = context.adapter(); adapter != nullptr) {
    if (const std::string late = adapter->near_deadline(); !late.empty())
      context.observations.push_back(late);
    context.adapter()->shut_down();
  }
  const bool want_leftovers = held && !context.stopped() && !context.tolerates_leftovers;
  const Leftovers leftovers =
      containment.collect(want_leftovers ? Clock::now() + order.grace : Clock::now());
  const Judgement judgement = judge(context, held, failures, leftovers);
  nlohmann::json result = {{"verdict", to_string(judgement.verdict)},
                           {"seconds", seconds},
                           {"message", judgement.message},
                           {"transcript", nlohmann::json::array()}};
  if (judgement.verdict == Verdict::pass) {
    result["observed"] = context.observations;
    result["permitted"] = context.permitted;
  }
  if (breaks_conformance(judgement.verdict)) {
    result["transcript"] = context.transcript();
    result["timeline"] = text_of(order.settings.folder / "history.html");
  }
  write_all(result_descriptor,
            result.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  ::_exit(0);
}

}  // namespace mpspec
