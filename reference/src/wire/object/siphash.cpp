#include "wire/object/siphash.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace mp::detail {
namespace {

struct Key {
  std::uint64_t first, second;
};

const Key& process_key() noexcept {
  static const Key key = [] {
    std::random_device device;
    const auto word = [&device] { return std::uint64_t{device()} << 32 | device(); };
    return Key{word(), word()};
  }();
  return key;
}

}  // namespace

SipHash::SipHash() noexcept {
  const auto [first, second] = process_key();
  v0_ = first ^ 0x736f6d6570736575u;
  v1_ = second ^ 0x646f72616e646f6du;
  v2_ = first ^ 0x6c7967656e657261u;
  v3_ = second ^ 0x7465646279746573u;
}

void SipHash::round() noexcept {
  v0_ += v1_;
  v1_ = std::rotl(v1_, 13) ^ v0_;
  v0_ = std::rotl(v0_, 32);
  v2_ += v3_;
  v3_ = std::rotl(v3_, 16) ^ v2_;
  v0_ += v3_;
  v3_ = std::rotl(v3_, 21) ^ v0_;
  v2_ += v1_;
  v1_ = std::rotl(v1_, 17) ^ v2_;
  v2_ = std::rotl(v2_, 32);
}

void SipHash::bytes(std::string_view content) noexcept {
  const std::uint64_t size = content.size();
  std::uint64_t value = 0;
  while (content.size() >= 8) {
    std::memcpy(&value, content.data(), 8);
    word(value);
    content.remove_prefix(8);
  }
  value = 0;
  if (!content.empty()) std::memcpy(&value, content.data(), content.size());
  word(value | size << 56);
}

std::uint64_t SipHash::finish() noexcept {
  v2_ ^= 0xff;
  round();
  round();
  round();
  return v0_ ^ v1_ ^ v2_ ^ v3_;
}

}  // namespace mp::detail
