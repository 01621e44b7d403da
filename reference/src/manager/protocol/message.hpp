#pragma once

#include <string>
#include <string_view>

#include "mp/object.hpp"
#include "mp/pickle.hpp"

namespace mp::manager {

/// The four parts of a request, not looked at yet.
struct Request {
  Object ident;
  Object name;
  Object args;
  Object kwargs;
  /// False: certainly no proxy is among the arguments.
  bool carries_proxies;
};

/// Errors: Malformed, TooLarge   the message is the last line of a traceback
Result<Request> decode_request(std::string_view payload, const pickle::LoadLimits& limits);
/// `(ident, name, args, kwargs)`. Errors: as pickle::dumps.
Result<std::string> encode_request(const Object& ident, std::string_view name, const Object& args,
                                   const Object& kwargs);
/// The same for an object's ident.
Result<std::string> encode_request(std::string_view ident, std::string_view name,
                                   const Object& args, const Object& kwargs);

/// What a server answers, as the protocol spells it.
enum class ReplyKind { Return, Error, Traceback, Unserializable, Proxy };
struct Reply {
  ReplyKind kind;
  Object payload;
};

/// A reply that cannot be pickled becomes '#UNSERIALIZABLE'.
std::string encode_reply(ReplyKind kind, const Object& payload);
/// Errors: Malformed, TooLarge   not a pair, or of an unknown kind
Result<Reply> decode_reply(std::string_view payload, const pickle::LoadLimits& limits);

}  // namespace mp::manager
