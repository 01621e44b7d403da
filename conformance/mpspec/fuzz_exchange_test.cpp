#include "mpspec/fuzz_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace mpspec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FuzzExchange, IsTheSameForASeedAndANumber) {
  EXPECT_EQ(make_exchange(7, 3), make_exchange(7, 3));
  EXPECT_NE(make_exchange(7, 3), make_exchange(7, 4));
  EXPECT_NE(make_exchange(7, 3), make_exchange(8, 3));
}

TEST(FuzzExchange, IsTheSameAfterItWasWrittenDown) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    const FuzzExchange exchange = make_exchange(1, number);
    EXPECT_EQ(fuzz_exchange_from(nlohmann::json::parse(to_json(exchange).dump())), exchange);
  }
}

TEST(FuzzExchange, WhatIsNoneIsRefused) {
  for (const char* text : {R"([{"do": "connect"}])", R"([{"do": 1, "on": 0}])", R"([1])"})
    EXPECT_THROW(fuzz_exchange_from(nlohmann::json::parse(text)), nlohmann::json::exception);
  for (const char* text :
       {R"([{"do": "fly", "on": 0}])", R"([{"do": "send", "on": 0, "hex": "0g"}])"})
    EXPECT_THROW(fuzz_exchange_from(nlohmann::json::parse(text)), std::invalid_argument);
}

TEST(FuzzExchange, DoesEverythingAndEndsNoServer) {
  std::set<FuzzStep::What> done;
  for (std::uint64_t number = 0; number < 500; ++number) {
    for (const FuzzStep& step : make_exchange(2, number)) {
      done.insert(step.what);
      EXPECT_THAT(step.bytes, Not(HasSubstr("shutdown")));
    }
  }
  EXPECT_EQ(done.size(), 6u);
}

TEST(FuzzExchange, IdentsTakeTheirPlaces) {
  const std::string payload = "(\x8c\x06@obj0@\x8c\x06@obj1@\x8c\x06@obj2@.";
  EXPECT_EQ(with_idents(payload, {"first", "a"}),
            "(\x8c\x05"
            "first\x8c\x01"
            "a\x8c\x06@obj2@.");
}

}  // namespace
}  // namespace mpspec
