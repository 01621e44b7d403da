#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "manager/client/process_state.hpp"
#include "manager/protocol/message.hpp"
#include "mp/object.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// One request to the server itself, on a connection of its own. An exception is an Error{Remote}.
Result<Object> ask_server(const Endpoint& endpoint, std::string_view function,
                          std::vector<Object> args, const Object& kwargs = Object::dict());

/// One call on this thread's session with the server, which is opened at the first call and closed
/// when the thread ends. After an error of the connection the next call opens another one; nothing
/// is ever sent twice.
Result<Reply> call_object(const std::shared_ptr<const Endpoint>& endpoint, std::string_view ident,
                          std::string_view method, const Object& args, const Object& kwargs);

/// The same for several calls at once: `frames` has the frames of `count` requests.
Result<std::vector<Reply>> call_objects(const std::shared_ptr<const Endpoint>& endpoint,
                                        std::string_view frames, std::size_t count);

/// Closes this thread's session with the server, if there is one.
void close_session(const std::shared_ptr<const Endpoint>& endpoint);

/// What a server refused or an exception it raised, as an Error: Empty and Full of queues,
/// BrokenBarrier, and Remote for all others, with "KeyError: 'k'" as message.
Error remote_error(const Object& exception);
/// multiprocessing.managers.RemoteError(text).
Object refusal(const Object& text);

}  // namespace mp::manager
