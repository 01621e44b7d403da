#include "manager/protocol/handshake.hpp"

#include <gtest/gtest.h>

#include "manager/protocol/mac.hpp"

namespace mp::manager {
namespace {

using Next = HandshakeStep::Next;

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[byte & 15];
  }
  return text;
}

const std::string kKey = std::string("secret");
const std::string kLegacy(20, 'r');
const std::string kForty(40, 'r');
Nonce nonce_of(char byte) {
  Nonce nonce;
  nonce.fill(byte);
  return nonce;
}

std::string answer(std::string_view challenge, DigestPolicy policy = DigestPolicy::Any) {
  const Result<std::string> made = answer_challenge(kKey, challenge, policy);
  if (!made) return "error: " + made.error().message;
  const std::optional<PrefixedDigest> named = split_digest_prefix(*made);
  return named ? std::string(digest_prefix(named->digest)) + hex(named->rest) : hex(*made);
}

// The vectors were computed with CPython's hmac module.
TEST(AnswerChallenge, MatchesThePublishedVectors) {
  EXPECT_EQ(answer(kLegacy), "caa9721200a56bd393889606df3cc3f6");
  EXPECT_EQ(answer("{sha256}" + kForty),
            "{sha256}cace73f329b510d7830edf7748c49be43aa84cd40d46ba9e89bc95efd4aba4af");
  EXPECT_EQ(answer("{md5}" + kForty), "{md5}6e1818fd3d5945c7cb343e45b63ae98b");
  EXPECT_EQ(answer("{sha3_256}" + kForty),
            "{sha3_256}c1c1a3be7adf37dcf0a7b881df7cea0f98f9583ea21ce583647d21a7ffb67290");
}

TEST(Hmac, OfLongAndEmptyKeys) {
  const std::string key(200, 'k');  // longer than any block
  EXPECT_EQ(hex(*hmac(Digest::Md5, key, "message")), "c6be3eaf61d897caebd4ab3c6424c8f9");
  EXPECT_EQ(hex(*hmac(Digest::Md5, "", "message")), "b32797ea4b4b90a5d6fe744b33b97632");
  EXPECT_EQ(hex(*hmac(Digest::Sha256, key, "message")),
            "3badf82b9f5273bc369d6a02e72487c74a31bff445000fec40fe0cee65c08bf2");
  EXPECT_EQ(hex(*hmac(Digest::Sha256, "", "message")),
            "eb08c1f56d5ddee07f7bdf80468083da06b64cf4fac64fe3a90883df5feacae4");
  EXPECT_EQ(hex(*hmac(Digest::Sha384, key, "message")),
            "88ad23d17655fc698faa8ea2a7d868b941eaba84c622f1ffcc0cd2ea224e10cc"
            "99834446a734cb131eb14f05978e2150");
  EXPECT_EQ(hex(*hmac(Digest::Sha384, "", "message")),
            "a1302a8028a419bb834bfae53c5e98ab48e07aed9ef8b980a821df28685902003746ade315072edd8ce009a1"
            "d23705ec");
}

TEST(AnswerChallenge, AnswersAnOddChallengeAsAnOldPeerDoes) {
  const std::string odd = std::string("{sha1}" + kForty);
  const Result<std::string> made = answer_challenge(kKey, odd, DigestPolicy::Any);
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, *hmac(Digest::Md5, kKey, odd));
}

TEST(AnswerChallenge, TheStrictPolicyNeverAnswersWithMd5) {
  EXPECT_EQ(answer(kLegacy, DigestPolicy::NoMd5), "error: the challenge asks for MD5");
  EXPECT_EQ(answer("{md5}" + kForty, DigestPolicy::NoMd5), "error: the challenge asks for MD5");
}

class ProvesKey : public testing::Test {
 protected:
  bool accepts(const std::string& given, DigestPolicy policy = DigestPolicy::Any) const {
    return proves_key(kKey, challenge_, given, policy);
  }
  std::string named(Digest digest) const {
    std::string given = std::string(digest_prefix(digest));
    const std::string mac = *hmac(digest, kKey, challenge_);
    given.insert(given.end(), mac.begin(), mac.end());
    return given;
  }
  const std::string challenge_ = std::string("{sha256}" + kForty);
};

TEST_F(ProvesKey, AcceptsABareMd5AndEveryNamedDigest) {
  const std::string bare = *hmac(Digest::Md5, kKey, challenge_);
  EXPECT_EQ(hex(bare), "1385da238170569f84258136a1070a1a");
  EXPECT_TRUE(accepts(bare));
  for (const Digest digest :
       {Digest::Md5, Digest::Sha256, Digest::Sha384, Digest::Sha3_256, Digest::Sha3_384}) {
    EXPECT_TRUE(accepts(named(digest))) << digest_prefix(digest);
  }
}

TEST_F(ProvesKey, RefusesEveryChangedBitAndEveryOtherLength) {
  const std::string right = named(Digest::Sha256);
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_FALSE(accepts(wrong)) << "byte " << i;
  }
  for (std::size_t length = 0; length < right.size(); ++length) {
    EXPECT_FALSE(accepts(right.substr(0, length)));
  }
  std::string longer = right;
  longer.push_back('\0');
  EXPECT_FALSE(accepts(longer));
}

TEST_F(ProvesKey, TheStrictPolicyRefusesMd5InBothForms) {
  EXPECT_FALSE(accepts(*hmac(Digest::Md5, kKey, challenge_), DigestPolicy::NoMd5));
  EXPECT_FALSE(accepts(named(Digest::Md5), DigestPolicy::NoMd5));
  EXPECT_TRUE(accepts(named(Digest::Sha256), DigestPolicy::NoMd5));
}

/// Runs both halves against each other; the frames in order, then how each side ended.
std::vector<std::string> converse(ServerHandshake server, ClientHandshake client) {
  std::vector<std::string> log;
  std::string frame = server.challenge();
  for (bool to_client = true;; to_client = !to_client) {
    const HandshakeStep step = to_client ? client.receive(frame) : server.receive(frame);
    if (step.next == Next::Fail) log.push_back(to_client ? "client fails" : "server fails");
    if (step.next == Next::Done) log.push_back(to_client ? "client done" : "server done");
    if (!step.send) return log;
    frame = *step.send;
    log.push_back(frame.size() == 9 ? std::string(frame) : std::to_string(frame.size()));
  }
}

TEST(Handshake, BothHalvesAgree) {
  EXPECT_EQ(converse({kKey, DigestPolicy::NoMd5, nonce_of('s')},
                     {kKey, DigestPolicy::NoMd5, nonce_of('c')}),
            (std::vector<std::string>{"40", "#WELCOME#", "59", "40", "client done", "#WELCOME#",
                                      "server done"}));
}

TEST(Handshake, AnEmptyKeyIsAKey) {
  EXPECT_EQ(converse({{}, DigestPolicy::Any, nonce_of('s')}, {{}, DigestPolicy::Any, nonce_of('c')})
                .back(),
            "server done");
}

TEST(Handshake, AWrongKeyIsToldOnlyThatItFailed) {
  const std::string wrong = std::string("wrong");
  EXPECT_EQ(
      converse({kKey, DigestPolicy::Any, nonce_of('s')}, {wrong, DigestPolicy::Any, nonce_of('c')}),
      (std::vector<std::string>{"40", "server fails", "#FAILURE#", "client fails"}));
}

TEST(Handshake, AServerThatDoesNotKnowTheKeyIsRefused) {
  ClientHandshake client(kKey, DigestPolicy::Any, nonce_of('c'));
  EXPECT_EQ(client.receive("#CHALLENGE#" + kLegacy).next, Next::Continue);
  const HandshakeStep challenge = client.receive("#WELCOME#");
  EXPECT_EQ(hex(*challenge.send), hex(std::string("#CHALLENGE#{sha256}" + std::string(40, 'c'))));
  const HandshakeStep verdict = client.receive("sixteen bytes!!!");
  EXPECT_EQ(verdict.next, Next::Fail);
  EXPECT_EQ(*verdict.send, "#FAILURE#");
}

TEST(Handshake, TheServerAnswersAnOldClientsChallenge) {
  ServerHandshake server(kKey, DigestPolicy::Any, nonce_of('r'));
  const std::string_view message = std::string_view(server.challenge()).substr(11);
  EXPECT_EQ(*server.receive(*hmac(Digest::Md5, kKey, message)).send, "#WELCOME#");
  const HandshakeStep step = server.receive("#CHALLENGE#" + kLegacy);
  EXPECT_EQ(hex(*step.send), "caa9721200a56bd393889606df3cc3f6");
  EXPECT_EQ(server.receive("#WELCOME#").next, Next::Done);
}

TEST(Handshake, NothingButTheExpectedFrameIsAccepted) {
  ClientHandshake client(kKey, DigestPolicy::Any, nonce_of('c'));
  EXPECT_EQ(client.receive("#CHALLENG#" + kLegacy).next, Next::Fail);

  ServerHandshake server(kKey, DigestPolicy::Any, nonce_of('r'));
  const std::string_view message = std::string_view(server.challenge()).substr(11);
  ASSERT_EQ(server.receive(*hmac(Digest::Md5, kKey, message)).next, Next::Continue);
  const HandshakeStep step = server.receive("no challenge");
  EXPECT_EQ(step.next, Next::Fail);
  EXPECT_FALSE(step.send);
}

TEST(Nonce, DiffersEachTime) { EXPECT_NE(*make_nonce(), *make_nonce()); }

}  // namespace
}  // namespace mp::manager
