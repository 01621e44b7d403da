#include "mp/address.hpp"

#include <gtest/gtest.h>

namespace mp {
namespace {

TEST(Address, WhatHasASlashOrNoColonIsAPath) {
  EXPECT_EQ(*parse_address("/run/m.sock"), Address(UnixAddress{"/run/m.sock"}));
  EXPECT_EQ(*parse_address("m.sock"), Address(UnixAddress{"m.sock"}));
  EXPECT_EQ(*parse_address("./a:1"), Address(UnixAddress{"./a:1"}));
}

TEST(Address, AnAtSignNamesTheAbstractNamespace) {
  EXPECT_EQ(*parse_address("@name"), Address(UnixAddress{std::string("\0name", 5)}));
  EXPECT_EQ(to_string(*parse_address("@name")), "@name");
}

TEST(Address, HostAndPort) {
  EXPECT_EQ(*parse_address("localhost:50000"), Address(InetAddress{"localhost", 50000}));
  EXPECT_EQ(*parse_address(":0"), Address(InetAddress{"", 0}));
  EXPECT_EQ(*parse_address("[::1]:7"), Address(InetAddress{"::1", 7}));
  EXPECT_EQ(to_string(Address(InetAddress{"::1", 7})), "[::1]:7");
  EXPECT_EQ(to_string(Address(InetAddress{"127.0.0.1", 7})), "127.0.0.1:7");
}

TEST(Address, RefusesWhatCannotBeOne) {
  for (const std::string& text :
       {std::string(), std::string("host:"), std::string("host:port"), std::string("host:70000"),
        std::string("host:-1"), "/" + std::string(107, 'a')}) {
    const Result<Address> address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::InvalidArgument) << text;
  }
  EXPECT_TRUE(parse_address("/" + std::string(106, 'a')));
}

}  // namespace
}  // namespace mp
