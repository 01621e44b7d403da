#include "mpspec/fuzz_exchange.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace mpspec {
namespace {

using What = FuzzStep::What;

constexpr std::array<std::pair<What, const char*>, 6> kNames = {{{What::connect, "connect"},
                                                                 {What::shake_hands, "shake_hands"},
                                                                 {What::frame, "frame"},
                                                                 {What::send, "send"},
                                                                 {What::receive, "receive"},
                                                                 {What::close, "close"}}};

const char* name_of(What what) {
  for (const auto& [row, name] : kNames)
    if (row == what) return name;
  throw std::logic_error("a step outside the enumeration");
}

What what_of(const std::string& text) {
  for (const auto& [row, name] : kNames)
    if (text == name) return row;
  throw std::invalid_argument("there is no step '" + text + "'");
}

std::string to_hex(const std::string& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    unsigned byte = 0;
    const char* end = hex.data() + at + 2;
    if (std::from_chars(hex.data() + at, end, byte, 16).ptr != end)
      throw std::invalid_argument("'" + hex + "' is no hexadecimal text");
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace

std::string ident_placeholder(std::size_t object) {
  return "@obj" + std::to_string(object % 10) + "@";
}

std::string with_idents(const std::string& payload, const std::vector<std::string>& idents) {
  std::string made = payload;
  for (std::size_t i = 0; i < idents.size() && i < 10; ++i) {
    const std::string mark = std::string("\x8c\x06") + ident_placeholder(i);
    const std::string ident =
        '\x8c' + std::string(1, static_cast<char>(idents[i].size())) + idents[i];
    for (std::size_t at = 0; (at = made.find(mark, at)) != std::string::npos; at += ident.size())
      made.replace(at, mark.size(), ident);
  }
  return made;
}

nlohmann::json to_json(const FuzzExchange& exchange) {
  nlohmann::json steps = nlohmann::json::array();
  for (const FuzzStep& step : exchange) {
    nlohmann::json row = {{"do", name_of(step.what)}, {"on", step.connection}};
    if (!step.bytes.empty()) row["hex"] = to_hex(step.bytes);
    steps.push_back(std::move(row));
  }
  return steps;
}

FuzzExchange fuzz_exchange_from(const nlohmann::json& steps) {
  FuzzExchange exchange;
  for (const auto& row : steps)
    exchange.push_back({what_of(row.at("do").get<std::string>()), row.at("on").get<int>(),
                        from_hex(row.value("hex", ""))});
  return exchange;
}

}  // namespace mpspec
