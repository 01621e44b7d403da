// SHM: any reading and writing of two processes agrees with a string of bytes.
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"

namespace mpspec {
namespace {

using SharedMemoryProperties = Conformance;

TEST_F(SharedMemoryProperties, SHM_003_AnyWritesAreReadByBothProcesses) {
  constexpr std::size_t kSize = 64;
  const Object block = main().make("SharedMemory", {}, {{"create", true}, {"size", kSize}});
  const Child child = main().spawn();
  const Object attached =
      child.actor.make("SharedMemory", {}, {{"name", main().call(block, "name").value()}});
  const std::pair<Actor*, Object> users[] = {{&main(), block}, {&child.actor, attached}};
  std::string model(kSize, '\0');
  check_property([&](const std::string& any) {
    const std::string data = any.substr(0, kSize);
    const auto offset = *gen::in_range<std::size_t>(0, kSize - data.size() + 1);
    const auto& [writer, own] = users[*gen::in_range(0, 2)];
    RC_ASSERT(writer->call(own, "write", {offset, bytes(data)}) == Outcome(Value()));
    model.replace(offset, data.size(), data);
    for (const auto& [reader, theirs] : users) {
      RC_ASSERT(reader->call(theirs, "read", {0, kSize}) == Outcome(bytes(model)));
    }
  });
  EXPECT_THAT(main().call(block, "unlink"), Returns(Value()));
}

}  // namespace
}  // namespace mpspec
