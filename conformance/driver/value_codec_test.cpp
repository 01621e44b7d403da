#include "driver/value_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mpspec {
namespace {

using nlohmann::json;

void expect_round_trip(const Value& value, const char* text) {
  EXPECT_EQ(to_json(value), json::parse(text)) << to_python(value);
  EXPECT_EQ(from_json(json::parse(text)), value) << text;
}

TEST(ValueCodec, EveryKindAsTheProtocolWritesIt) {
  expect_round_trip(Value(), "null");
  expect_round_trip(true, "true");
  expect_round_trip((1LL << 53) - 1, "9007199254740991");
  expect_round_trip(1LL << 53, R"({"int": "9007199254740992"})");
  expect_round_trip(-(BigInt(1) << 70), R"({"int": "-1180591620717411303424"})");
  expect_round_trip(0.1, R"({"float": "0.1"})");
  expect_round_trip(-0.0, R"({"float": "-0.0"})");
  expect_round_trip(std::nan(""), R"({"float": "nan"})");
  expect_round_trip(Complex{1, -2}, R"({"complex": ["1.0", "-2.0"]})");
  expect_round_trip("caf\xc3\xa9", "\"caf\xc3\xa9\"");
  expect_round_trip("ab\xed\xa0\x80", R"({"str": "6162eda080"})");
  expect_round_trip(bytes(std::string("\0\xff", 2)), R"({"bytes": "00ff"})");
  expect_round_trip(tuple({1, list({"a"})}), R"({"tuple": [1, ["a"]]})");
  expect_round_trip(dict({{1, "x"}, {tuple(), Value()}}),
                    R"({"dict": [[1, "x"], [{"tuple": []}, null]]})");
  expect_round_trip(set({1}), R"({"set": [1]})");
  expect_round_trip(slice(Value(), 5, -1), R"({"slice": [null, 5, -1]})");
  expect_round_trip(Array{"i", {1, 2}}, R"({"array": ["i", [1, 2]]})");
  expect_round_trip(Ref{"q"}, R"({"ref": "q"})");
}

class Refused : public ::testing::TestWithParam<const char*> {};

TEST_P(Refused, AsNoValueOfTheProtocol) {
  EXPECT_THROW(from_json(json::parse(GetParam())), ProtocolError);
}

INSTANTIATE_TEST_SUITE_P(ValueCodec, Refused,
                         ::testing::Values("1.5", R"({"unknown": 1})",
                                           R"({"tuple": [], "list": []})", "{}",
                                           R"({"int": "12x"})", R"({"int": ""})", R"({"float": 1})",
                                           R"({"float": "1.5.2"})", R"({"bytes": "0"})",
                                           R"({"bytes": "zz"})", R"({"dict": [[1]]})",
                                           R"({"slice": [1]})", R"({"array": ["i"]})",
                                           R"({"tuple": 5})"));

TEST(ValueCodec, AnIntIsDecimalWhateverItBeginsWith) {
  EXPECT_EQ(from_json(json::parse(R"({"int": "0089"})")), Value(89));
  EXPECT_EQ(from_json(json::parse(R"({"int": "-0010"})")), Value(-10));
  EXPECT_EQ(from_json(json::parse(R"({"int": "000"})")), Value(0));
}

TEST(ValueCodec, DeepNestingIsRefusedWithoutOverflow) {
  std::string text(100'000, '[');
  text += std::string(100'000, ']');
  EXPECT_THROW(from_json(json::parse(text)), ProtocolError);
}

}  // namespace
}  // namespace mpspec
