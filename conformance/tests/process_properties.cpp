// PROCESS: exit codes of any size.
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"

namespace mpspec {
namespace {

constexpr int kProcessRuns = 12;  // every one starts a process

class ProcessProperties : public Conformance {
 protected:
  Outcome exitcode_of(const std::string& operation, int code) {
    const Child child = main().spawn();
    child.actor.end(operation, {code});
    RC_ASSERT(main().call(child.process, "join") == Outcome(Value()));
    return main().call(child.process, "exitcode");
  }
};

TEST_F(ProcessProperties, PROCESS_019_AnyInteger) {
  check_property(
      [&] {
        const int n = *rc::gen::resize(1000, rc::gen::arbitrary<int>());
        RC_ASSERT(exitcode_of("actor.exit", n) == Outcome(Value(n & 255)));
      },
      kProcessRuns);
}

TEST_F(ProcessProperties, PROCESS_022_AnyByte) {
  check_property(
      [&] {
        const int n = *gen::in_range(0, 256);
        RC_ASSERT(exitcode_of("actor.os_exit", n) == Outcome(Value(n)));
      },
      kProcessRuns);
}

}  // namespace
}  // namespace mpspec
