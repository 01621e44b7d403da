#include "driver/line_connection.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace mpspec {
namespace {

using namespace std::chrono_literals;

class LineConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    peer_ = ends[0];
    connection_ = std::make_unique<LineConnection>(ends[1]);
  }
  void TearDown() override { hang_up(); }
  void write(const std::string& text) {
    ASSERT_EQ(::write(peer_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void hang_up() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
  }
  auto receive() { return connection_->receive(Clock::now() + 10s); }

  int peer_ = -1;
  std::unique_ptr<LineConnection> connection_;
};

TEST_F(LineConnectionTest, LinesComeOneByOneHoweverTheyWereWritten) {
  write("{\"a\":1}\n{\"b\"");
  EXPECT_EQ(receive()->dump(), R"({"a":1})");
  EXPECT_EQ(connection_->receive(Clock::now()), std::nullopt);
  EXPECT_EQ(connection_->state(), LineConnection::State::open);
  write(":2}\n");
  EXPECT_EQ(receive()->dump(), R"({"b":2})");
}

TEST_F(LineConnectionTest, BufferedLinesAreReadBeforeTheEnd) {
  write("{}\n");
  hang_up();
  EXPECT_TRUE(receive().has_value());
  EXPECT_FALSE(receive().has_value());
  EXPECT_EQ(connection_->state(), LineConnection::State::closed);
}

TEST_F(LineConnectionTest, AnythingButAnObjectIsNamed) {
  write("hello there\n");
  EXPECT_FALSE(receive().has_value());
  EXPECT_EQ(connection_->state(), LineConnection::State::not_json);
  EXPECT_NE(connection_->complaint().find("hello there"), std::string::npos);
}

TEST_F(LineConnectionTest, SendingToNobodyIsNoSignal) {
  hang_up();
  EXPECT_FALSE(connection_->send({{"a", 1}}, Clock::now() + 1s));
}

TEST_F(LineConnectionTest, SendingGivesUpAtTheDeadlineWhenNobodyReads) {
  const nlohmann::json big = {{"a", std::string(8 << 20, 'x')}};
  EXPECT_FALSE(connection_->send(big, Clock::now() + 50ms));
}

}  // namespace
}  // namespace mpspec
