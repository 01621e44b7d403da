#include "manager/protocol/message.hpp"

#include <array>
#include <utility>

#include "manager/protocol/plain_message.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager {
namespace {

constexpr std::array<std::pair<ReplyKind, std::string_view>, 5> kKinds = {{
    {ReplyKind::Return, "#RETURN"},
    {ReplyKind::Error, "#ERROR"},
    {ReplyKind::Traceback, "#TRACEBACK"},
    {ReplyKind::Unserializable, "#UNSERIALIZABLE"},
    {ReplyKind::Proxy, "#PROXY"},
}};

std::string_view spelling(ReplyKind kind) {
  for (const auto& [row, text] : kKinds) {
    if (row == kind) return text;
  }
  MP_ASSERT(false && "a ReplyKind outside the enumeration");
}

bool is_sequence(const Object& object) {
  return object.kind() == Kind::Tuple || object.kind() == Kind::List;
}

Error wrong_count(std::size_t expected, std::size_t given) {
  const std::string_view what = given < expected ? "not enough" : "too many";
  std::string text = "ValueError: ";
  text.append(what).append(" values to unpack (expected ").append(std::to_string(expected));
  if (given < expected) text.append(", got ").append(std::to_string(given));
  return Error{ErrorCode::Malformed, text + ")"};
}

}  // namespace

Result<Request> decode_request(std::string_view payload, const pickle::LoadLimits& limits) {
  if (std::optional<Request> plain = decode_plain_request(payload)) return *std::move(plain);
  const Result<Object> loaded = pickle::loads(payload, limits);
  if (!loaded) {
    return Error{loaded.error().code, "_pickle.UnpicklingError: " + loaded.error().message};
  }
  if (!is_sequence(*loaded)) {
    return Error{ErrorCode::Malformed, "TypeError: cannot unpack non-iterable " +
                                           std::string(type_name(*loaded)) + " object"};
  }
  const std::span<const Object> parts = loaded->items();
  if (parts.size() != 4) return wrong_count(4, parts.size());
  const bool carries_proxies = payload.find(kProxyMark) != payload.npos;
  return Request{parts[0], parts[1], parts[2], parts[3], carries_proxies};
}

Result<std::string> encode_request(const Object& ident, std::string_view name, const Object& args,
                                   const Object& kwargs) {
  return pickle::dumps(Object::tuple_of(ident, Object::str(name), args, kwargs));
}

Result<std::string> encode_request(std::string_view ident, std::string_view name,
                                   const Object& args, const Object& kwargs) {
  if (auto plain = encode_plain_request(ident, name, args, kwargs)) return *std::move(plain);
  return encode_request(Object::str(ident), name, args, kwargs);
}

std::string encode_reply(ReplyKind kind, const Object& payload) {
  if (kind == ReplyKind::Return) {
    if (auto plain = encode_plain_return(payload)) return *std::move(plain);
  }
  Result<std::string> encoded =
      pickle::dumps(Object::tuple_of(Object::str(spelling(kind)), payload));
  if (encoded) return *std::move(encoded);
  encoded = pickle::dumps(Object::tuple_of(Object::str(spelling(ReplyKind::Unserializable)),
                                           Object::str(encoded.error().message + "\n")));
  MP_ASSERT(encoded.has_value());
  return *std::move(encoded);
}

Result<Reply> decode_reply(std::string_view payload, const pickle::LoadLimits& limits) {
  if (std::optional<Object> plain = decode_plain_return(payload)) {
    return Reply{ReplyKind::Return, *std::move(plain)};
  }
  MP_TRY_ASSIGN(const Object loaded, pickle::loads(payload, limits));
  if (!is_sequence(loaded) || loaded.items().size() != 2) {
    return Error{ErrorCode::Malformed, "the reply is not a pair"};
  }
  const Object& kind = loaded.items()[0];
  for (const auto& [row, text] : kKinds) {
    if (kind.is_str(text)) return Reply{row, loaded.items()[1]};
  }
  return Error{ErrorCode::Malformed, "the reply is of an unknown kind"};
}

}  // namespace mp::manager
