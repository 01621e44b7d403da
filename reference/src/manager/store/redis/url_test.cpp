#include "manager/store/redis/url.hpp"

#include <gtest/gtest.h>

namespace mp::manager::testing {
namespace {

TEST(RedisUrl, SaysWhatItWasMadeOf) {
  for (const char* text :
       {"redis://engine:6379/0", "redis://[::1]:7000/3", "rediss://engine.example:6380/15",
        "redis+unix:///run/engine@host", "redis+sentinel://a:26379,[::1]:1/shared/2"}) {
    const Result<RedisUrl> url = parse_redis_url(text);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->text(), text);
  }
}

TEST(RedisUrl, HasTheUsualPortsAndDatabase) {
  EXPECT_EQ(parse_redis_url("redis://engine")->text(), "redis://engine:6379/0");
  EXPECT_EQ(parse_redis_url("rediss://engine/")->text(), "rediss://engine:6379/0");
  EXPECT_EQ(parse_redis_url("redis+sentinel://a,b/shared")->text(),
            "redis+sentinel://a:26379,b:26379/shared/0");
}

TEST(RedisUrl, OtherFormsAreRefused) {
  for (const char* text :
       {"", "redis:", "redis://", "http://engine", "redis://engine:0", "redis://engine:66000",
        "redis://engine:x/0", "redis://engine/x", "redis://[::1", "redis://:6379/0",
        "redis+unix://engine", "redis+sentinel://", "redis+sentinel://a", "redis+sentinel://a/",
        "redis+sentinel:///shared", "redis+sentinel://a,,b/shared",
        "redis+sentinel://a/shared/x"}) {
    EXPECT_EQ(parse_redis_url(text).error().code, ErrorCode::InvalidArgument) << text;
  }
}

TEST(RedisUrl, APasswordIsNotRepeated) {
  const Error refused = parse_redis_url("redis://user:secret@engine/0").error();
  EXPECT_EQ(refused.code, ErrorCode::InvalidArgument);
  EXPECT_EQ(refused.message.find("secret"), std::string::npos);
  EXPECT_NE(refused.message.find("--store-password-file"), std::string::npos);
}

}  // namespace
}  // namespace mp::manager::testing
