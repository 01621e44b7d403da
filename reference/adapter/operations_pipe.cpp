// Pipe.new, Connection.*: objects are sent as pickles, as CPython's Connection does.
#include <unistd.h>

#include <mp/pipe.hpp>

#include "live.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Object;

mp::Connection& connection(const Call& call) { return *call.object<LiveConnection>(); }
mp::BytesView bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
Object bytes_object(mp::BytesView bytes) {
  return Object::bytes(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// "Closed" is this end's own close(), or the end of the stream.
[[noreturn]] void raise_receiving(const mp::Connection& connection, const mp::Error& error) {
  raise(error, {{ErrorCode::Closed, connection.closed() ? "OSError" : "EOFError"},
                {ErrorCode::InvalidArgument, "OSError"},
                {ErrorCode::Disconnected, "ConnectionResetError"},
                {ErrorCode::Malformed, "OSError"},
                {ErrorCode::TooLarge, "OSError"},
                {ErrorCode::OutOfRange, "ValueError"}});
}

void send_message(const Call& call, const std::string& text, std::int64_t offset = 0,
                  std::optional<std::int64_t> size = std::nullopt) {
  unwrap(connection(call).send_bytes(bytes_of(text), offset, size),
         {{ErrorCode::Closed, "OSError"},
          {ErrorCode::InvalidArgument, "OSError"},
          {ErrorCode::OutOfRange, "ValueError"},
          {ErrorCode::Disconnected, "BrokenPipeError"}});
}

Answer make(Call& call) {
  auto pipe = unwrap(mp::Pipe::create(call.flag(0, "duplex", true)));
  return std::vector<Live>{Live(std::make_shared<mp::Connection>(std::move(pipe.first))),
                           Live(std::make_shared<mp::Connection>(std::move(pipe.second)))};
}

Answer send(Call& call) {
  send_message(call, packed(call.need(0, "object")));
  return Object::none();
}

Answer recv(Call& call) {
  auto message = connection(call).recv_bytes();
  if (!message) raise_receiving(connection(call), message.error());
  if (message->empty()) throw Raised{"EOFError", "Ran out of input", {}};
  return unpacked(*message);
}

Answer send_bytes(Call& call) {
  const Object* size = call.find(2, "size");
  send_message(
      call, call.byte_text(0, "bytes"), call.integer(1, "offset", 0),
      size == nullptr || size->is_none() ? std::nullopt : std::optional(call.integer(2, "size")));
  return Object::none();
}

Answer recv_bytes(Call& call) {
  const Object* limit = call.find(0, "maxlength");
  auto message = connection(call).recv_bytes(limit == nullptr || limit->is_none()
                                                 ? std::nullopt
                                                 : std::optional(call.integer(0, "maxlength")));
  if (!message) raise_receiving(connection(call), message.error());
  return bytes_object(*message);
}

Answer recv_bytes_into(Call& call) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(call.integer(0, "length")));
  mp::Bytes overflow;
  const auto count =
      connection(call).recv_bytes_into(buffer, call.integer(1, "offset", 0), &overflow);
  if (count)
    return Object::tuple_of(Object::integer(static_cast<std::int64_t>(*count)),
                            bytes_object(buffer));
  if (count.error().code == ErrorCode::TooLarge)
    throw Raised{"BufferTooShort", count.error().message, {bytes_object(overflow)}};
  raise_receiving(connection(call), count.error());
}

Answer poll(Call& call) {
  const Object* timeout = call.find(0, "timeout");
  const auto ready =
      connection(call).poll(timeout == nullptr ? mp::kPoll : call.timeout(0, "timeout"));
  if (!ready) raise_receiving(connection(call), ready.error());
  return Object::boolean(*ready);
}

Answer close(Call& call) {
  connection(call).close();
  return Object::none();
}
Answer closed(Call& call) { return Object::boolean(connection(call).closed()); }
Answer readable(Call& call) { return Object::boolean(connection(call).readable()); }
Answer writable(Call& call) { return Object::boolean(connection(call).writable()); }
Answer fileno(Call& call) {
  return Object::integer(unwrap(connection(call).fileno(), {{ErrorCode::Closed, "OSError"}}));
}

Answer send_raw(Call& call) {
  const std::string text = call.byte_text(0, "bytes");
  const int descriptor = unwrap(connection(call).fileno(), {{ErrorCode::Closed, "OSError"}});
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(descriptor, text.data() + sent, text.size() - sent);
    if (n < 0) raise(mp::system_error("write", errno));
    sent += static_cast<std::size_t>(n);
  }
  return Object::none();
}

constexpr Operation kOperations[] = {
    {"Pipe.new", make},
    {"Connection.send", send},
    {"Connection.recv", recv},
    {"Connection.send_bytes", send_bytes},
    {"Connection.recv_bytes", recv_bytes},
    {"Connection.recv_bytes_into", recv_bytes_into},
    {"Connection.poll", poll},
    {"Connection.close", close},
    {"Connection.closed", closed},
    {"Connection.readable", readable},
    {"Connection.writable", writable},
    {"Connection.fileno", fileno},
    {"Connection.send_raw", send_raw},
};

}  // namespace

std::span<const Operation> pipe_operations() { return kOperations; }

}  // namespace adapter
