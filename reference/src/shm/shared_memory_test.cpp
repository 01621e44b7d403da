#include "mp/shared_memory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/testing/forked.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using ::testing::Each;
using ::testing::MatchesRegex;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

/// A block whose name does not outlive the test.
class SharedMemoryTest : public ::testing::Test {
 protected:
  void TearDown() override { static_cast<void>(memory.unlink()); }

  SharedMemory memory = *SharedMemory::create(100);
};

TEST_F(SharedMemoryTest, IsZeroedAndOfTheGivenSize) {
  EXPECT_EQ(memory.size(), 100u);
  EXPECT_EQ(memory.buf()->size(), 100u);
  EXPECT_THAT(*memory.buf(), Each(std::byte{0}));
  EXPECT_THAT(memory.name(), MatchesRegex("psm_[0-9a-f]{8}"));
}

TEST_F(SharedMemoryTest, IsAttachedByName) {
  Forked other([&] {
    const SharedMemory attached = *SharedMemory::open(memory.name());
    EXPECT_EQ(attached.size(), 100u);
    attached.buf()->front() = std::byte{7};
  });
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(memory.buf()->front(), std::byte{7});
  EXPECT_TRUE(SharedMemory::open(memory.name())) << "it is still there";
}

TEST_F(SharedMemoryTest, NamesAreUnique) {
  EXPECT_EQ(code_of(SharedMemory::create(1, memory.name())), ErrorCode::AlreadyExists);
  EXPECT_EQ(memory.size(), 100u);
  EXPECT_EQ(code_of(SharedMemory::open("psm_no_such_block")), ErrorCode::NotFound);
}

TEST_F(SharedMemoryTest, RefusesImpossibleSizesAndNames) {
  EXPECT_EQ(code_of(SharedMemory::create(0)), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(SharedMemory::create(-1)), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(SharedMemory::create(1, "a/b")), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(SharedMemory::create(1, "")), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(SharedMemory::create(1, std::string(300, 'x'))), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(SharedMemory::open(std::string("a\0b", 3))), ErrorCode::InvalidArgument);
}

TEST_F(SharedMemoryTest, MoreThanMemoryLeavesNoName) {
  const std::string name = memory.name() + "_large";
  EXPECT_EQ(code_of(SharedMemory::create(std::int64_t{1} << 60, name)), ErrorCode::System);
  EXPECT_EQ(code_of(SharedMemory::open(name)), ErrorCode::NotFound);
}

TEST_F(SharedMemoryTest, ABlockWithoutBytesIsMalformed) {
  const std::string name = memory.name() + "_empty";
  const int fd = ::shm_open(("/" + name).c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(code_of(SharedMemory::open(name)), ErrorCode::Malformed);
  ::close(fd);
  ::shm_unlink(("/" + name).c_str());
}

TEST_F(SharedMemoryTest, CloseDetachesThisProcessOnly) {
  const SharedMemory other = *SharedMemory::open(memory.name());
  memory.close();
  memory.close();
  EXPECT_EQ(code_of(memory.buf()), ErrorCode::Closed);
  EXPECT_EQ(memory.size(), 100u);
  EXPECT_EQ(other.buf()->size(), 100u);
}

TEST_F(SharedMemoryTest, UnlinkTakesTheNameOnce) {
  const SharedMemory other = *SharedMemory::open(memory.name());
  EXPECT_TRUE(memory.unlink());
  EXPECT_EQ(code_of(memory.unlink()), ErrorCode::NotFound);
  EXPECT_EQ(code_of(other.unlink()), ErrorCode::NotFound);
  EXPECT_EQ(code_of(SharedMemory::open(memory.name())), ErrorCode::NotFound);
  memory.buf()->front() = std::byte{3};
  EXPECT_EQ(other.buf()->front(), std::byte{3}) << "still shared";

  const SharedMemory successor = *SharedMemory::create(5, memory.name());
  EXPECT_EQ(successor.buf()->front(), std::byte{0}) << "another block";
}

TEST_F(SharedMemoryTest, OutlivesAKilledCreator) {
  const std::string name = memory.name() + "_orphan";
  Forked creator([&] {
    EXPECT_TRUE(SharedMemory::create(10, name));
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_EQ(creator.reap(), -SIGKILL);
  const auto attached = SharedMemory::open(name);
  ASSERT_TRUE(attached);
  EXPECT_TRUE(attached->unlink());
}

}  // namespace
}  // namespace mp
