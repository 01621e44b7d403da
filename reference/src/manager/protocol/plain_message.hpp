#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "manager/protocol/message.hpp"

// Most messages are of one shape: a call with up to three arguments, none of which contains another
// value, and no keywords; or a reply with such a value. Here these are written and read without a
// pickler's machinery. Everything else, and whatever looks the least different, is for mp::pickle:
// both ways give the same bytes and the same values.
namespace mp::manager {

/// The bytes that pickle::dumps() gives, or nothing when the message is not plain.
std::optional<std::string> encode_plain_request(std::string_view ident, std::string_view name,
                                                const Object& args, const Object& kwargs);
std::optional<std::string> encode_plain_return(const Object& value);

/// What decode_request() gives, or nothing when the payload is not plain.
std::optional<Request> decode_plain_request(std::string_view payload);
/// The value of a '#RETURN', or nothing.
std::optional<Object> decode_plain_return(std::string_view payload);

}  // namespace mp::manager
