#include "manager/store/entry.hpp"

#include <cstring>

#include "manager/protocol/mac.hpp"

namespace mp::manager {
namespace {

constexpr std::string_view kMagic = "mpE1";

void put(std::string& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(number >> (8 * i));
}

std::uint64_t below_manager(std::uint64_t id) {
  return id & ((std::uint64_t{1} << kManagerShift) - 1);
}

/// Takes parts from the front; too short gives zeros and is_right() false.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  std::string_view bytes(std::uint64_t count) {
    if (count > rest_.size()) {
      is_right_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const std::string_view read = bytes(8);
    for (std::size_t i = 0; i < read.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(read[i])} << (8 * i);
    }
    return value;
  }
  bool is_right() const { return is_right_; }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_right_ = true;
};

Error malformed(std::string text) { return Error{ErrorCode::Malformed, std::move(text)}; }

}  // namespace

Result<Seal> Seal::make(std::string_view authkey, std::string_view tag) {
  MP_TRY_ASSIGN(std::string key,
                hmac(Digest::Sha256, authkey, "mp-manager store " + std::string(tag)));
  return Seal(std::move(key));
}

std::string Seal::mac(std::string_view text) const {
  Result<std::string> made = hmac(Digest::Sha256, key_, text);
  MP_ASSERT(made.has_value());  // make() has tried it
  return *std::move(made);
}

std::string Seal::check() const {
  std::string text;
  for (const char byte : mac("check")) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

void Seal::sign(std::string& text) const { text += mac(text); }

Result<std::string_view> Seal::open(std::string_view sealed) const {
  if (sealed.size() >= kMacBytes) {
    const std::string_view text = sealed.substr(0, sealed.size() - kMacBytes);
    if (equal_in_constant_time(sealed.substr(text.size()), mac(text))) return text;
  }
  return malformed("not signed with this authkey");
}

std::string encode_entry(const Entry& entry, const Seal& seal) {
  std::string out(kMagic);
  put(out, entry.manager);
  put(out, entry.sequence);
  put(out, entry.ops.size());
  for (const Op& op : entry.ops) {
    out += static_cast<char>(op.kind);
    put(out, below_manager(op.session));
    put(out, op.kind == Op::Kind::Gone ? op.client : below_manager(op.client));
    put(out, static_cast<std::uint64_t>(op.now.time_since_epoch().count()));
    put(out, op.payload.size());
    out += op.payload;
  }
  seal.sign(out);
  return out;
}

Result<Entry> decode_entry(std::string_view text, const Seal& seal) {
  MP_TRY_ASSIGN(const std::string_view signed_text, seal.open(text));
  Reader reader(signed_text);
  if (reader.bytes(kMagic.size()) != kMagic) return malformed("an entry of another form");
  Entry entry{reader.number(), reader.number(), {}};
  const auto whole = [&](std::uint64_t id) { return (entry.manager << kManagerShift) | id; };
  for (std::uint64_t left = reader.number(); left > 0 && reader.is_right(); --left) {
    const std::string_view kind = reader.bytes(1);
    Op op{kind.empty() ? Op::Kind{} : static_cast<Op::Kind>(kind[0])};
    op.session = whole(reader.number());
    op.client = reader.number();
    if (op.kind != Op::Kind::Gone) op.client = whole(op.client);
    op.now = Clock::time_point(Clock::duration(static_cast<std::int64_t>(reader.number())));
    op.payload = reader.bytes(reader.number());
    if (op.kind < Op::Kind::Call || op.kind > Op::Kind::CallBehind) {
      return malformed("an entry with something unknown");
    }
    entry.ops.push_back(std::move(op));
  }
  if (!reader.is_right() || !reader.is_at_end()) return malformed("an entry that is cut off");
  return entry;
}

}  // namespace mp::manager
