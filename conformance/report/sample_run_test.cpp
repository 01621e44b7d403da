#include "report/sample_run_test.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace mpspec::report_test {
namespace {

constexpr const char* kChapter = R"(# The queue's chapter

### QUEUE-001 first in, first out
**MUST** · Source: the library, `Queue.get`
Items are got in order, as `QUEUE-002` says of **others**:
* one,
* two.
> Note. `<script>alert(1)</script>` is text.

### QUEUE-002 none is lost
**MUST** · Source: here
Nothing is lost.

### QUEUE-003 either way
**MAY** · Source: here
Both ways are permitted.

### QUEUE-098 dropped
**RETIRED**

### QUEUE-099 nobody asked
**SHOULD** · Source: here
No case of the run judges this.
)";

constexpr const char* kCrash = R"(# Death

### CRASH-001 the holder dies
**SHOULD** · Source: here
Others go on.
)";

}  // namespace

RunResults run() {
  RunResults out;
  out.suite = {"1.2.3", "abc<def", 18446744073709551557U, "host & \"co\""};
  out.backends = {{"one", "1.0", "python3 'my adapter.py'"}, {"two", "2.0|beta", ""}};
  const auto add = [&](const char* backend, const char* clause, const char* strength,
                       const char* name, Verdict verdict, const std::string& message,
                       int repeat = 1) {
    out.results.push_back({backend, clause, strength, name, verdict, 0.25, message, {}, repeat});
  };
  add("one", "QUEUE-001", "MUST", "QUEUE_001_Order", Verdict::pass, "");
  add("two", "QUEUE-001", "MUST", "QUEUE_001_Order", Verdict::fail, kNasty + "\nsecond line");
  out.results.back().transcript = {"> put </script>", "< " + kNasty};
  add("one", "QUEUE-002", "MUST", "QUEUE_002_Lost", Verdict::pass, "", 1);
  add("one", "QUEUE-002", "MUST", "QUEUE_002_Lost", Verdict::hang, "no answer", 2);
  add("two", "QUEUE-002", "MUST", "QUEUE_002_Lost", Verdict::hang, "no answer");
  add("one", "QUEUE-003", "MAY", "QUEUE_003_Way", Verdict::pass, "observed: left, ratio 2.5");
  add("two", "QUEUE-003", "MAY", "QUEUE_003_Way", Verdict::pass, "observed: right, ratio 3");
  add("one", "CRASH-001", "SHOULD", "CRASH_001_Holder", Verdict::known, "known hang: a reason");
  add("two", "CRASH-001", "SHOULD", "CRASH_001_Holder", Verdict::unsupported, "no Lock.new");
  add("one", "PIPE-009", "MUST", "PIPE_009_Old", Verdict::crash, "signal 11");
  add("two", "PIPE-009", "MUST", "PIPE_009_Old", Verdict::leak, "left behind: a socket");
  add("stray", "PIPE-009", "MUST", "PIPE_009_Old", Verdict::inconclusive, "no overlap");
  return out;
}

Specification specification() {
  std::string folder = (std::filesystem::temp_directory_path() / "mpspec-report-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make " + folder);
  std::ofstream(folder + "/queue.md") << kChapter;
  std::ofstream(folder + "/crash.md") << kCrash;
  const Specification out = Specification::read(folder);
  std::filesystem::remove_all(folder);
  return out;
}

}  // namespace mpspec::report_test
