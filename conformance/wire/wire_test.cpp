// The suite's own pickles, frames and digests, held against the worked bytes of
// spec/wire.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "wire/handshake.hpp"
#include "wire/pickle_reader.hpp"
#include "wire/pickle_writer.hpp"
#include "wire/raw_connection.hpp"

namespace mpspec {
namespace {

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return out;
}

TEST(Digests, AreThoseOfTheSpecification) {
  const std::string short_one(20, 'r'), long_one = "{sha256}" + std::string(40, 'r');
  EXPECT_EQ(md5_answer("secret", short_one), from_hex("caa9721200a56bd393889606df3cc3f6"));
  EXPECT_EQ(md5_answer("secret", long_one), from_hex("1385da238170569f84258136a1070a1a"));
  EXPECT_EQ(sha256_answer("secret", long_one),
            "{sha256}" + from_hex("cace73f329b510d7830edf7748c49be43aa84cd40d46"
                                  "ba9e89bc95efd4aba4af"));
}

TEST(Digests, ABareChallengeNamesNoneEvenWhenItsBytesBeginLikeAName) {
  EXPECT_EQ(digest_prefix("{sha256}" + std::string(12, 'r')), "");
  EXPECT_EQ(digest_prefix('{' + std::string(19, 'r')), "");
  EXPECT_EQ(digest_prefix("{sha256}" + std::string(40, 'r')), "{sha256}");
  EXPECT_EQ(digest_prefix('{' + std::string(40, 'r')), "") << "no end of the name";
}

TEST(PickleReader, ReadsTheWorkedBytes) {
  const Pickled dummy =
      read_pickle(from_hex("8004951000000000000000284e8c0564756d6d7994297d9474942e"));
  EXPECT_EQ(dummy.value, tuple({Value(), "dummy", tuple(), dict()}));
  EXPECT_EQ(dummy.protocol, 4);
  const Pickled old = read_pickle(from_hex("8003284e580500000064756d6d797100297d71017471022e"));
  EXPECT_EQ(old.value, dummy.value);
  EXPECT_EQ(old.protocol, 3);
}

TEST(PickleReader, AnExceptionIsAClassAppliedToItsArguments) {
  const Pickled reply =
      read_pickle(from_hex("8004952c000000000000008c06234552524f52948c086275696c74696e73948"
                           "c084b65794572726f729493948c016b9485945294"
                           "86942e"));
  const auto* parts = reply.value.get_if<Tuple>();
  ASSERT_TRUE(parts != nullptr && parts->items.size() == 2);
  EXPECT_EQ(parts->items[0], Value("#ERROR"));
  const PickledObject* error = reply.object(parts->items[1]);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->kind, PickledObject::Kind::called);
  EXPECT_EQ(error->module, "builtins");
  EXPECT_EQ(error->name, "KeyError");
  EXPECT_EQ(error->args, std::vector<Value>{"k"});
}

TEST(PickleReader, AProxyKeepsItsTokenWhenItIsWrittenAgain) {
  const Pickled request =
      read_pickle(from_hex("800495a600000000000000288c0c376638363738643734666330948c0b5f5f7"
                           "365746974656d5f5f948c0170948c186d756c7469"
                           "70726f63657373696e672e6d616e6167657273948c0c52656275696c6450726"
                           "f78799493942868038c094c69737450726f787994"
                           "939468038c05546f6b656e9493942981948c046c697374948c066d2e736f636"
                           "b948c0c3766383637386437346338309487946"
                           "28c067069636b6c65947d947494529486947d9474942e"));
  for (const int protocol : {2, 3, 4, 5}) {
    const Pickled again = read_pickle(write_pickle(request, protocol));
    const Value proxy = again.value.get_if<Tuple>()->items.at(2).get_if<Tuple>()->items.at(1);
    ASSERT_NE(again.object(proxy), nullptr);
    EXPECT_EQ(again.object(proxy)->name, "RebuildProxy");
    const PickledObject* token = again.object(again.object(proxy)->args.at(1));
    ASSERT_TRUE(token != nullptr && token->state);
    EXPECT_EQ(token->name, "Token");
    EXPECT_EQ(*token->state, tuple({"list", "m.sock", "7f8678d74c80"}));
  }
}

TEST(PickleReader, RefusesWhatIsNoPickle) {
  for (const char* hex :
       {"", "80", "8004", "80044e", "80044e2e00", "80042e", "800461", "80044b012b2e", "8004680a2e",
        "80048c05616200", "800428", "80045d94686162", "80045d946800612e", "80044e4e2e"}) {
    EXPECT_THROW(read_pickle(from_hex(hex)), PickleError) << hex;
  }
}

TEST(PickleWriter, WhatIsWrittenIsReadAgain) {
  const Value value = list({Value(),
                            true,
                            false,
                            0,
                            255,
                            256,
                            65536,
                            -1,
                            -(BigInt(1) << 31),
                            BigInt(1) << 31,
                            BigInt(1) << 3000,
                            -(BigInt(1) << 63),
                            -129,
                            0.1,
                            -0.0,
                            "",
                            "text\n\\\xc3\xa9",
                            std::string(300, 'x'),
                            tuple(),
                            tuple({1}),
                            tuple({1, 2, 3}),
                            tuple({1, 2, 3, 4}),
                            list(),
                            dict({{"a", list({1})}, {tuple({2}), Value()}})});
  for (const int protocol : {2, 3, 4, 5}) {
    const Pickled again = read_pickle(write_pickle(value, protocol));
    EXPECT_EQ(again.value, value) << "protocol " << protocol;
    EXPECT_EQ(again.protocol, protocol);
  }
  const Value newer = tuple({bytes("\xff"), set({1, 2}), FrozenSet{{3}}});
  EXPECT_EQ(read_pickle(write_pickle(newer, 4)).value, newer);
  EXPECT_THROW(write_pickle(newer, 2), PickleError);
}

TEST(PickleWriter, WritesTheOldestProtocolAsText) {
  EXPECT_EQ(write_pickle(tuple({Value(), "d\\\n\xc3\xa9\xe2\x82\xac", 1, true,
                                list({BigInt(1) << 40}), dict()}),
                         0),
            "(NVd\\u005c\\u000a\xe9\\u20ac\nI1\nI01\n(lL1099511627776L\na(dt.");
}

class Frames : public ::testing::Test {
 protected:
  Frames() : Frames(pair()) {}
  explicit Frames(std::pair<int, int> ends) : a_(ends.first), b_(ends.second) {}
  static std::pair<int, int> pair() {
    int ends[2] = {-1, -1};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    return {ends[0], ends[1]};
  }
  static auto soon() { return RawConnection::Clock::now() + std::chrono::seconds(5); }

  RawConnection a_, b_;
};

TEST_F(Frames, ComeWithEitherHeader) {
  EXPECT_TRUE(a_.send(frame("one") + long_frame("two") + frame(""), soon()));
  const Received one = b_.receive(soon()), two = b_.receive(soon()), three = b_.receive(soon());
  EXPECT_EQ(one.payload, "one");
  EXPECT_FALSE(one.has_long_header);
  EXPECT_EQ(two.payload, "two");
  EXPECT_TRUE(two.has_long_header);
  EXPECT_EQ(three.kind, Received::Kind::frame);
  EXPECT_EQ(three.payload, "");
}

TEST_F(Frames, AConnectionThatEndsWithinAFrameHasEnded) {
  EXPECT_TRUE(a_.send(header(5) + "ab", soon()));
  a_.close();
  EXPECT_EQ(b_.receive(soon()).kind, Received::Kind::ended);
  EXPECT_FALSE(b_.send("x", soon()));
}

TEST_F(Frames, NothingComesInTime) {
  EXPECT_EQ(b_.receive(RawConnection::Clock::now()).kind, Received::Kind::timed_out);
}

TEST(Headers, AreBigEndian) {
  EXPECT_EQ(header(5), std::string("\0\0\0\5", 4));
  EXPECT_EQ(header(-5), "\xff\xff\xff\xfb");
  EXPECT_EQ(long_header(1ULL << 62), std::string("\xff\xff\xff\xff\x40\0\0\0\0\0\0\0", 12));
}

}  // namespace
}  // namespace mpspec
