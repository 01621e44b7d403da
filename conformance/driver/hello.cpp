#include "driver/hello.hpp"

#include "driver/value_codec.hpp"

namespace mpspec {
namespace {

std::set<std::string, std::less<>> name_set(const nlohmann::json& hello, const char* field) {
  std::set<std::string, std::less<>> names;
  for (const auto& name : hello.value(field, nlohmann::json::array()))
    names.insert(name.get<std::string>());
  return names;
}

/// JSON's numbers convert without a word, doubles beyond every int among them.
long long whole_from(const nlohmann::json& number, long long least, long long most) {
  const bool fits = number.is_number_integer() &&
                    (!number.is_number_unsigned() || number.get<std::uint64_t>() <= INT64_MAX);
  const long long whole = fits ? number.get<long long>() : 0;
  if (!fits || whole < least || whole > most)
    throw ProtocolError(number.dump() + " is no integer, or too large");
  return whole;
}

}  // namespace

int int_from(const nlohmann::json& number) {
  return static_cast<int>(whole_from(number, INT32_MIN, INT32_MAX));
}

Clock::time_point stamp_from(const nlohmann::json& number) {
  return Clock::time_point(std::chrono::nanoseconds(whole_from(number, INT64_MIN, INT64_MAX)));
}

Hello read_hello(const nlohmann::json& line) {
  if (!line.contains("hello")) throw ProtocolError("the first line is no hello");
  const auto& hello = line["hello"];
  if (hello.at("protocol") != 1) {
    throw ProtocolError("speaks protocol version " + hello.at("protocol").dump() + ", not 1");
  }
  Hello out{int_from(hello.at("actor")),    int_from(hello.at("pid")),
            hello.at("backend").at("name"), hello.at("backend").at("version"),
            name_set(hello, "operations"),  name_set(hello, "features")};
  if (out.backend.empty() || out.version.empty())
    throw ProtocolError("the backend has no name or version");
  return out;
}

}  // namespace mpspec
