// mpspec adapter: what it says of adapters, and the skeletons it writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "selftest/mpspec_run.hpp"

namespace mpspec::selftest {
namespace {

using ::testing::HasSubstr;

/// mpspec as run from another folder, by a shell line; MPSPEC is the program.
Finished in_folder(const ScratchFolder& folder, const std::string& line) {
  return run_shell("cd " + folder.path().string() + " && " + line);
}

TEST(AdapterCommands, ASkeletonInPythonIsInOrder) {
  const ScratchFolder folder;
  const Finished made = in_folder(folder, "\"$MPSPEC\" adapter new mine --language python");
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.out, "mpspec adapter check 'python3 mine/adapter.py'\n");
  const Finished checked = in_folder(folder, "\"$MPSPEC\" adapter check 'python3 mine/adapter.py'");
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("\nmine 0.1: 8 clauses: 7 pass 1 unsupported; conformant\n"));
  EXPECT_THAT(checked.out, HasSubstr(" 0 not as the schema says\n"));
  EXPECT_THAT(checked.out, HasSubstr("12 of 297 declared, 12 seen to work\n"));
  EXPECT_THAT(checked.out, HasSubstr("the adapter is in order\n"));
}

TEST(AdapterCommands, ASkeletonInCppIsInOrder) {
  const ScratchFolder folder;
  const Finished made = in_folder(folder, "\"$MPSPEC\" adapter new mine --language c++");
  EXPECT_EQ(made.status, 0) << made.err;
  // What it prints are the commands to type.
  const std::string path = "PATH=\"$(dirname \"$MPSPEC\"):$PATH\"\n";
  const Finished checked = in_folder(folder, path + made.out);
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("12 of 297 declared, 12 seen to work\n"));
  EXPECT_THAT(checked.out, HasSubstr("the adapter is in order\n"));
}

TEST(AdapterCommands, WhatIsWrongIsSaid) {
  const Finished lies = run_mpspec({"adapter", "check", bad_adapter("lies")});
  EXPECT_EQ(lies.status, 1) << lies.out;
  EXPECT_THAT(lies.out, HasSubstr("declared, but does not work:\n    Lock.acquire: unsupported"));
  EXPECT_THAT(lies.out, HasSubstr("the adapter is not in order"));
  const Finished silent = run_mpspec({"adapter", "check", bad_adapter("wrong_hello")});
  EXPECT_EQ(silent.status, 4) << silent.out;
  EXPECT_THAT(silent.err, HasSubstr("protocol version 99"));
}

TEST(AdapterCommands, WrongUsage) {
  EXPECT_EQ(run_mpspec({"adapter"}).status, 2);
  EXPECT_EQ(run_mpspec({"adapter", "check", "nonsense"}).status, 2);
  EXPECT_EQ(run_mpspec({"adapter", "new", "mine"}).status, 2);
  EXPECT_EQ(run_mpspec({"adapter", "new", "mine", "--language", "cobol"}).status, 2);
  EXPECT_EQ(run_mpspec({"adapter", "new", "../mine", "--language", "python"}).status, 2);
  const ScratchFolder folder;
  const std::string twice = "mkdir mine && \"$MPSPEC\" adapter new mine --language python";
  const Finished exists = in_folder(folder, twice);
  EXPECT_EQ(exists.status, 2);
  EXPECT_EQ(exists.err, "mpspec: mine exists already\n");
}

}  // namespace
}  // namespace mpspec::selftest
