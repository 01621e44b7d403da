// SHM: a named range of bytes that any process on the machine may attach.
#include <unistd.h>

#include <algorithm>

#include "driver/containment.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/process_watch.hpp"

namespace mpspec {
namespace {

class SharedMemoryConformance : public Conformance {
 protected:
  Object create(int size) {
    return main().make("SharedMemory", {}, {{"create", true}, {"size", size}});
  }
  /// Children that attach a block are started after one was made: what a process does at its end
  /// that was started before is another question, SHM-014.
  Object attach(Actor& actor, const Object& block) {
    return actor.make("SharedMemory", {}, {{"name", name_of(block)}});
  }
  Outcome try_attach(Actor& actor, const Value& name) {
    return actor.try_make("SharedMemory", {}, {{"name", name}});
  }
  Value name_of(const Object& block) { return main().call(block, "name").value(); }
  static std::string fresh_name() { return "mpspec_case_" + std::to_string(::getpid()); }

  void write(Actor& actor, const Object& block, int offset, const std::string& data) {
    EXPECT_THAT(actor.call(block, "write", {offset, bytes(data)}), Returns(Value()));
  }
  void expect_bytes(Actor& actor, const Object& block, int offset, const std::string& data) {
    EXPECT_THAT(actor.call(block, "read", {offset, data.size()}), Returns(bytes(data)));
  }
  void close(Actor& actor, const Object& block) {
    EXPECT_THAT(actor.call(block, "close"), Returns(Value()));
  }
  void unlink(const Object& block) { EXPECT_THAT(main().call(block, "unlink"), Returns(Value())); }
  void finish(const Child& child) {
    child.actor.release();
    EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  }
  /// A child attaches the block, changes it, closes it if told to, and ends.
  void use_in(const Child& child, const Object& block, bool close_it) {
    const Object attached = attach(child.actor, block);
    write(child.actor, attached, 0, "used");
    if (close_it) close(child.actor, attached);
    finish(child);
  }
};

TEST_F(SharedMemoryConformance, SHM_001_ANewBlockIsZero) {
  for (const int size : {1, 10, 4096, 100'001}) {
    const Object block = create(size);
    const long long actual = as_int(main().call(block, "size").value());
    EXPECT_GE(actual, size);
    expect_bytes(main(), block, 0, std::string(static_cast<std::size_t>(actual), '\0'));
    write(main(), block, size - 1, "x");
    expect_bytes(main(), block, size - 1, "x");
    unlink(block);
  }
}

TEST_F(SharedMemoryConformance, SHM_002_AnotherProcessAttaches) {
  const Object block = create(10);
  write(main(), block, 0, "0123456789");
  const Child child = main().spawn();
  const Object attached = attach(child.actor, block);
  EXPECT_EQ(child.actor.call(attached, "size"), main().call(block, "size"));
  EXPECT_EQ(child.actor.call(attached, "name"), main().call(block, "name"));
  expect_bytes(child.actor, attached, 0, "0123456789");
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_002_AttachingIgnoresTheSize) {
  const Object block = create(10);
  write(main(), block, 0, "0123456789");
  const Child child = main().spawn();
  for (const int size : {1, 100'000}) {
    const Object attached =
        child.actor.make("SharedMemory", {}, {{"name", name_of(block)}, {"size", size}});
    EXPECT_EQ(child.actor.call(attached, "size"), main().call(block, "size"));
    expect_bytes(child.actor, attached, 0, "0123456789");
  }
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_003_EveryProcessReadsWhatAnotherWrote) {
  const Object block = create(16);
  const Child one = main().spawn();
  const Child other = main().spawn();
  const std::pair<Actor*, Object> users[] = {{&main(), block},
                                             {&one.actor, attach(one.actor, block)},
                                             {&other.actor, attach(other.actor, block)}};
  int number = 0;
  for (const auto& [writer, own] : users) {
    const std::string data = "from user " + std::to_string(++number);
    write(*writer, own, number, data);
    for (const auto& [reader, theirs] : users) expect_bytes(*reader, theirs, number, data);
  }
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_004_TheNameGiven) {
  const Object block =
      main().make("SharedMemory", {}, {{"name", fresh_name()}, {"create", true}, {"size", 8}});
  EXPECT_THAT(main().call(block, "name"), Returns(fresh_name()));
  const Child child = main().spawn();
  EXPECT_THAT(try_attach(child.actor, fresh_name()), Succeeds());
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_004_ANameOfItsOwn) {
  const Object one = create(8);
  const Object other = create(8);
  EXPECT_NE(name_of(one), name_of(other));
  write(main(), one, 0, "one");
  write(main(), other, 0, "two");
  const Child child = main().spawn();
  expect_bytes(child.actor, attach(child.actor, one), 0, "one");
  expect_bytes(child.actor, attach(child.actor, other), 0, "two");
  unlink(one);
  unlink(other);
}

TEST_F(SharedMemoryConformance, SHM_005_AnExistingNameIsRefused) {
  const Object block = create(8);
  write(main(), block, 0, "original");
  const Child child = main().spawn();
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(actor->try_make("SharedMemory", {},
                                {{"name", name_of(block)}, {"create", true}, {"size", 8}}),
                FailsWith("FileExistsError"));
  }
  expect_bytes(child.actor, attach(child.actor, block), 0, "original");
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_006_AMissingNameIsRefused) {
  EXPECT_THAT(try_attach(main(), fresh_name()), FailsWith("FileNotFoundError"));
}

TEST_F(SharedMemoryConformance, SHM_007_BadSizesAreRefused) {
  for (const int size : {0, -1}) {
    EXPECT_THAT(main().try_make("SharedMemory", {}, {{"create", true}, {"size", size}}),
                FailsWith("ValueError"));
  }
  EXPECT_THAT(main().try_make("SharedMemory", {}, {{"create", true}}), FailsWith("ValueError"));
}

TEST_F(SharedMemoryConformance, SHM_007_NeitherNameNorCreateIsRefused) {
  EXPECT_THAT(main().try_make("SharedMemory"), FailsWith("ValueError"));
  EXPECT_THAT(main().try_make("SharedMemory", {}, {{"size", 8}}), FailsWith("ValueError"));
}

TEST_F(SharedMemoryConformance, SHM_008_CloseConcernsOneProcess) {
  const Object block = create(8);
  const Child one = main().spawn();
  const Child other = main().spawn();
  const Object of_one = attach(one.actor, block);
  const Object of_other = attach(other.actor, block);
  close(one.actor, of_one);
  close(main(), block);
  write(other.actor, of_other, 0, "on");
  expect_bytes(other.actor, of_other, 0, "on");
  expect_bytes(one.actor, attach(one.actor, block), 0, "on");
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_008_AfterClose) {
  const Object block = create(8);
  const Value name = name_of(block);
  const Value size = main().call(block, "size").value();
  close(main(), block);
  close(main(), block);
  EXPECT_THAT(main().call(block, "name"), Returns(name));
  EXPECT_THAT(main().call(block, "size"), Returns(size));
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_009_AfterUnlinkNobodyAttaches) {
  const Object block = create(8);
  const Child child = main().spawn();
  unlink(block);
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(try_attach(*actor, name_of(block)), FailsWith("FileNotFoundError"));
  }
}

TEST_F(SharedMemoryConformance, SHM_009_AnyProcessMayUnlink) {
  const Object block = create(8);
  const Child child = main().spawn();
  const Object attached = attach(child.actor, block);
  EXPECT_THAT(child.actor.call(attached, "unlink"), Returns(Value()));
  EXPECT_THAT(try_attach(main(), name_of(block)), FailsWith("FileNotFoundError"));
}

TEST_F(SharedMemoryConformance, SHM_010_AttachedProcessesGoOnAfterUnlink) {
  const Object block = create(8);
  const Child child = main().spawn();
  const Object attached = attach(child.actor, block);
  write(main(), block, 0, "before");
  unlink(block);
  expect_bytes(child.actor, attached, 0, "before");
  write(child.actor, attached, 0, "after");
  expect_bytes(main(), block, 0, "after");
}

TEST_F(SharedMemoryConformance, SHM_011_ANameCanBeUsedAgain) {
  const Object old_block = create(8);
  write(main(), old_block, 0, "old");
  unlink(old_block);
  const Object new_block = main().make(
      "SharedMemory", {}, {{"name", name_of(old_block)}, {"create", true}, {"size", 16}});
  expect_bytes(main(), new_block, 0, std::string(16, '\0'));
  write(main(), new_block, 0, "new");
  expect_bytes(main(), old_block, 0, "old");
  const Child child = main().spawn();
  expect_bytes(child.actor, attach(child.actor, new_block), 0, "new");
  unlink(new_block);
}

TEST_F(SharedMemoryConformance, SHM_012_UnlinkTwice) {
  const Object block = create(8);
  const Child child = main().spawn();
  const Object attached = attach(child.actor, block);
  unlink(block);
  EXPECT_THAT(main().call(block, "unlink"), FailsWith("FileNotFoundError"));
  EXPECT_THAT(child.actor.call(attached, "unlink"), FailsWith("FileNotFoundError"));
}

TEST_F(SharedMemoryConformance, SHM_013_ABlockOutlivesAChildThatUsedIt) {
  const Object block = create(8);
  for (const bool close_it : {true, false}) {
    use_in(main().spawn(), block, close_it);
    const Child later = main().spawn();
    expect_bytes(later.actor, attach(later.actor, block), 0, "used");
  }
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_014_ABlockOutlivesAChildThatIsOlder) {
  const Child child = main().spawn();
  const auto before = children_of(::getpid());
  const Object block = create(8);
  use_in(child, block, true);
  // Helpers of the ended process are orphans now, and so children of this one: what they clean up
  // counts.
  for (const pid_t pid : children_of(::getpid())) {
    const bool is_new = std::find(before.begin(), before.end(), pid) == before.end();
    if (is_new && !ProcessWatch(pid).ended_by(adapter().deadline()))
      observe("a helper of the ended process stays");
  }
  EXPECT_THAT(try_attach(main(), name_of(block)), Succeeds());
  unlink(block);
}

TEST_F(SharedMemoryConformance, SHM_015_ABlockWithoutRoomIsRefused) {
  if (!limit_shared_memory(1U << 20))
    inconclusive("this machine gives cases no /dev/shm of their own");
  constexpr int kBytes = 200'000;
  std::vector<Object> blocks;
  Outcome last(Value{});
  for (int i = 0; i < 10 && last.ok(); ++i) {
    const std::string name = fresh_name() + "_" + std::to_string(i);
    last =
        main().try_make("SharedMemory", {}, {{"name", name}, {"create", true}, {"size", kBytes}});
    if (last.ok()) blocks.push_back(main().make("SharedMemory", {}, {{"name", name}}));
  }
  ASSERT_THAT(last, FailsWith("OSError")) << blocks.size() << " blocks of " << kBytes << " bytes";
  EXPECT_THAT(try_attach(main(), fresh_name() + "_" + std::to_string(blocks.size())),
              FailsWith("FileNotFoundError"));
  for (const Object& block : blocks) {
    write(main(), block, 0, std::string(kBytes, 'x'));
    close(main(), block);
    unlink(block);
  }
}

}  // namespace
}  // namespace mpspec
