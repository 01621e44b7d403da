#include "wire/object/walk.hpp"

#include <array>
#include <bit>
#include <memory>
#include <new>

namespace mp::detail {
namespace {

struct Known {
  std::uint64_t walk = 0;  // walks are counted from 1
  const void* a = nullptr;
  const void* b = nullptr;
  std::uint64_t value = 0;
  WalkMemo::What what{};
};

constexpr std::size_t kPlaces = 2048;
thread_local std::unique_ptr<std::array<Known, kPlaces>> places;  // once a walk was long

/// The place of what is known, or may be kept, of these.
Known& place_of(WalkMemo::What what, const void* a, const void* b) {
  const auto address = [](const void* p) {
    return std::uint64_t{std::bit_cast<std::uintptr_t>(p)};
  };
  const std::uint64_t mixed = (address(a) + std::rotl(address(b), 32)) * 0x9e3779b97f4a7c15u;
  return (*places)[((mixed >> 48) ^ static_cast<std::uint64_t>(what)) % kPlaces];
}

}  // namespace

thread_local Walk Walk::current;

void Descent::fail(const char* limit, const char* what, Failure& failure) noexcept {
  failure.set(ErrorCode::TooLarge, std::string(limit) + what);
}

std::optional<std::uint64_t> WalkMemo::look(What what, const void* a, const void* b) {
  if (places == nullptr) return std::nullopt;
  const Known& known = place_of(what, a, b);
  const bool is_it =
      known.walk == Walk::current.number && known.what == what && known.a == a && known.b == b;
  return is_it ? std::optional(known.value) : std::nullopt;
}

void WalkMemo::note(What what, std::uint64_t value, const void* a, const void* b) {
  if (places == nullptr) places.reset(new (std::nothrow) std::array<Known, kPlaces>{});
  if (places == nullptr) return;
  place_of(what, a, b) = {Walk::current.number, a, b, value, what};
}

}  // namespace mp::detail
