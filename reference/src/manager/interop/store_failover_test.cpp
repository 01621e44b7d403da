// Engines that take over from others.
#include <fstream>

#include "manager/interop/shared_store.hpp"

namespace mp::manager::testing {
namespace {

TEST_F(Store, AReplicaThatConfirmedTakesOverWithEverything) {
  const std::string port = free_port();
  start_engine({"--port", port, "--appendonly", "yes"});
  const std::string socket = folder_ + "/replica", files = folder_ + "/replica-files";
  std::filesystem::create_directory(files);
  ChildProgram replica({"redis-server", "--port", "0", "--unixsocket", socket, "--dir", files,
                        "--save", "", "--appendonly", "yes", "--logfile", folder_ + "/replica-log",
                        "--replicaof", "127.0.0.1", port});
  const Deadline deadline = in_time();
  while (engine({"WAIT", "1", "100"}).number < 1) ASSERT_FALSE(deadline.passed());

  const Address address = start_manager("one", {"--store-replicas", "1"});
  Client one(address);
  const std::string list = one.create("list");
  int confirmed = 0;
  while (confirmed < 50 && one.call(list, "append", {number(confirmed)}) == "None") ++confirmed;
  EXPECT_EQ(confirmed, 50);
  kill_engine();
  Result<RedisLink> link = RedisLink::connect(*parse_redis_url("redis+unix://" + socket), deadline);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->call({"REPLICAOF", "NO", "ONE"}, deadline)->text, "OK");
  std::filesystem::rename(socket, engine_socket());
  EXPECT_EQ(one.call(list, "__len__"), "50");
  // Nobody confirms what comes now.
  EXPECT_NE(one.call(list, "append", {number(50)}).find("may be lost"), std::string::npos);
}

TEST_F(Store, ASentinelSaysWhichEngineTookOver) {
  const std::string port = free_port(), files = folder_ + "/replica-files";
  start_engine({"--port", port, "--appendonly", "yes"});
  std::filesystem::create_directory(files);
  ChildProgram replica({"redis-server", "--port", free_port(), "--dir", files, "--save", "",
                        "--appendonly", "yes", "--logfile", folder_ + "/replica-log", "--replicaof",
                        "127.0.0.1", port});
  const Deadline deadline = in_time();
  while (engine({"WAIT", "1", "100"}).number < 1) ASSERT_FALSE(deadline.passed());
  const std::string sentinel_port = free_port(), settings = folder_ + "/sentinel.conf";
  std::ofstream(settings) << "port " << sentinel_port << "\ndir " << files
                          << "\nsentinel monitor shared 127.0.0.1 " << port
                          << " 1\nsentinel down-after-milliseconds shared 500\n"
                             "sentinel failover-timeout shared 5000\n";
  ChildProgram sentinel(
      {"redis-server", settings, "--sentinel", "--logfile", folder_ + "/sentinel-log"});
  const RedisUrl at_sentinel{.host = {"127.0.0.1", sentinel_port}};
  for (bool knows_both = false; !knows_both;) {
    ASSERT_FALSE(deadline.passed());
    Result<RedisLink> link = RedisLink::connect(at_sentinel, deadline);
    if (!link) continue;
    const auto replicas = link->call({"SENTINEL", "replicas", "shared"}, deadline);
    knows_both = replicas && replicas->items.size() == 1;
  }

  const std::string hosts = "redis+sentinel://127.0.0.1:1,127.0.0.1:" + sentinel_port;
  EXPECT_NE(refusal({"--store", hosts + "/another/0"}).find("no engine of that name"),
            std::string::npos);
  Client one(start_manager("one", {"--store", hosts + "/shared/0", "--store-replicas", "1",
                                   "--store-patience", "30000"}));
  const std::string list = one.create("list");
  for (int item = 0; item < 20; ++item) EXPECT_EQ(one.call(list, "append", {number(item)}), "None");
  kill_engine();
  EXPECT_EQ(one.call(list, "__len__"), "20");
  // Nobody confirms what comes now.
  EXPECT_NE(one.call(list, "append", {number(20)}).find("may be lost"), std::string::npos);
}

}  // namespace
}  // namespace mp::manager::testing
