#include "manager/net/listener.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "manager/net/socket_address.hpp"

namespace mp::manager {
namespace {

class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() {
    std::string pattern = ::testing::TempDir() + "mp-listener-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ListenerTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/socket"; }
  Address address() const { return UnixAddress{path()}; }
  /// The socket file of a server that was killed.
  void leave_stale_file() const {
    const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    const SocketAddress made = resolve(address(), Purpose::Listen)->front();
    ASSERT_EQ(::bind(fd.get(), made.get(), made.size), 0);
    ASSERT_EQ(::listen(fd.get(), 1), 0);
  }

  std::string folder_;
};

TEST_F(ListenerTest, RemovesItsFile) {
  {
    const Result<Listener> listener = Listener::open(address());
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_TRUE(std::filesystem::is_socket(path()));
    EXPECT_EQ(listener->address(), address());
  }
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ListenerTest, ReplacesAStaleFile) {
  leave_stale_file();
  ASSERT_TRUE(std::filesystem::is_socket(path()));
  EXPECT_TRUE(Listener::open(address()));
}

TEST_F(ListenerTest, LeavesALiveServerAlone) {
  const Result<Listener> first = Listener::open(address());
  ASSERT_TRUE(first);
  const Result<Listener> second = Listener::open(address());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  EXPECT_TRUE(std::filesystem::is_socket(path()));
}

TEST_F(ListenerTest, LeavesOtherFilesAlone) {
  std::ofstream(path()) << "precious";
  const Result<Listener> listener = Listener::open(address());
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(std::filesystem::file_size(path()), 8u);
}

TEST_F(ListenerTest, LeavesAFileThatIsNotItsOwn) {
  std::optional<Listener> first = *Listener::open(address());
  std::filesystem::remove(path());
  const Result<Listener> second = Listener::open(address());
  ASSERT_TRUE(second);
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(ListenerTest, AnAbandonedListenerLeavesItsFile) {
  {
    Result<Listener> listener = Listener::open(address());
    ASSERT_TRUE(listener);
    listener->abandon();
  }
  EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(ListenerTest, TellsThePortThatItGot) {
  const Result<Listener> listener = Listener::open(InetAddress{"127.0.0.1", 0});
  ASSERT_TRUE(listener);
  const auto& inet = std::get<InetAddress>(listener->address());
  EXPECT_EQ(inet.host, "127.0.0.1");
  EXPECT_NE(inet.port, 0);
  EXPECT_EQ(Listener::open(listener->address()).error().code, ErrorCode::AlreadyExists);
}

TEST_F(ListenerTest, AnEmptyHostIsEveryInterface) {
  const Result<Listener> listener = Listener::open(InetAddress{"", 0});
  ASSERT_TRUE(listener);
  EXPECT_EQ(std::get<InetAddress>(listener->address()).host, "0.0.0.0");
}

TEST_F(ListenerTest, SaysWhatIsWrong) {
  EXPECT_EQ(Listener::open(UnixAddress{folder_ + "/none/socket"}).error().code, ErrorCode::System);
  EXPECT_EQ(Listener::open(UnixAddress{std::string(108, 'x')}).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(Listener::open(InetAddress{"no such host.invalid", 1}).error().code,
            ErrorCode::NotFound);
}

}  // namespace
}  // namespace mp::manager
