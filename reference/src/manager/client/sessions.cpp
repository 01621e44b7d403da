#include "manager/client/sessions.hpp"

#include <map>

#include "base/identity.hpp"
#include "manager/client/channel.hpp"
#include "manager/protocol/exception_text.hpp"
#include "manager/protocol/sharing.hpp"

namespace mp::manager {
namespace {

/// For connecting and the handshake. A call may take as long as it likes.
constexpr std::chrono::seconds kAnswerTimeout{30};

/// A session of fewer calls is not worth its memory.
constexpr int kCallsBeforeSharing = 4;

/// A thread's sessions are destroyed with it, but static objects that end later may have proxies.
constinit thread_local bool thread_has_ended = false;

/// The sessions of one thread, by server.
class Sessions {
 public:
  using Server = std::shared_ptr<const Endpoint>;

  /// Nothing when the thread's own objects are gone already.
  static Sessions* of_thread() {
    if (thread_has_ended) return nullptr;
    thread_local Sessions sessions;
    return &sessions;
  }
  ~Sessions() { thread_has_ended = true; }

  Result<Channel*> get(const Server& server) {
    const auto found = sessions_.find(server);
    if (found == sessions_.end() || !found->second.channel->is_open()) return open(server);
    Session& session = found->second;
    if (session.calls_until_sharing > 0 && --session.calls_until_sharing == 0) {
      // A server that cannot just now goes on with the socket.
      MP_TRY(session.channel->share_memory());
    }
    return session.channel.get();
  }
  void drop(const Server& server) { sessions_.erase(server); }

 private:
  struct Session {
    std::unique_ptr<Channel> channel;
    int calls_until_sharing = 0;  // zero: it will not, or does
  };

  Result<Channel*> open(const Server& server) {
    MP_TRY_ASSIGN(std::unique_ptr<Channel> channel, Channel::open(*server, kAnswerTimeout));
    const bool may_share =
        server->may_share && std::holds_alternative<UnixAddress>(server->address);
    std::string name = "mp-" + std::to_string(base::this_thread().number());
    if (may_share) name += kSharingMark;
    MP_TRY_ASSIGN(const std::string request,
                  encode_request(Object(), "accept_connection", Object::tuple_of(Object::str(name)),
                                 Object::dict()));
    MP_TRY_ASSIGN(const Reply reply, channel->exchange(request));
    const bool will_share = may_share && reply.payload.is_str(kSharingOffer);
    Session& session = sessions_[server];
    session = {std::move(channel), will_share ? kCallsBeforeSharing : 0};
    return session.channel.get();
  }

  std::map<Server, Session> sessions_;
};

/// Does something on this thread's session, which ends when that fails.
template <class Exchange>
auto on_session(const std::shared_ptr<const Endpoint>& endpoint, Exchange exchange)
    -> decltype(exchange(std::declval<Channel&>())) {
  Sessions* sessions = Sessions::of_thread();
  if (sessions == nullptr) {
    return Error{ErrorCode::Closed, "the thread's connections are closed already"};
  }
  const Result<Channel*> found = sessions->get(endpoint);
  if (!found) {
    sessions->drop(endpoint);
    return found.error();
  }
  Channel* const channel = *found;
  auto result = exchange(*channel);
  if (!result) sessions->drop(endpoint);
  return result;
}

Error no_such_reply() { return Error{ErrorCode::Malformed, "the server's reply has no meaning"}; }

}  // namespace

Result<Object> ask_server(const Endpoint& endpoint, std::string_view function,
                          std::vector<Object> args, const Object& kwargs) {
  MP_TRY_ASSIGN(const std::string request,
                encode_request(Object(), function, Object::tuple(std::move(args)), kwargs));
  MP_TRY_ASSIGN(const auto channel, Channel::open(endpoint, kAnswerTimeout));
  MP_TRY_ASSIGN(const Reply reply, channel->exchange(request));
  switch (reply.kind) {
    case ReplyKind::Return:
      return reply.payload;
    case ReplyKind::Error:
      return remote_error(reply.payload);
    case ReplyKind::Traceback:
    case ReplyKind::Unserializable:
      return remote_error(refusal(reply.payload));
    case ReplyKind::Proxy:
      break;
  }
  return no_such_reply();
}

Result<Reply> call_object(const std::shared_ptr<const Endpoint>& endpoint, std::string_view ident,
                          std::string_view method, const Object& args, const Object& kwargs) {
  MP_TRY_ASSIGN(const std::string request, encode_request(ident, method, args, kwargs));
  return on_session(endpoint, [&](Channel& channel) { return channel.exchange(request); });
}

Result<std::vector<Reply>> call_objects(const std::shared_ptr<const Endpoint>& endpoint,
                                        std::string_view frames, std::size_t count) {
  return on_session(endpoint,
                    [&](Channel& channel) { return channel.exchange_all(frames, count); });
}

void close_session(const std::shared_ptr<const Endpoint>& endpoint) {
  if (Sessions* sessions = Sessions::of_thread()) sessions->drop(endpoint);
}

Error remote_error(const Object& exception) {
  const std::string_view name = exception_name(exception);
  ErrorCode code = ErrorCode::Remote;
  if (name == "Empty") code = ErrorCode::Empty;
  if (name == "Full") code = ErrorCode::Full;
  if (name == "BrokenBarrierError") code = ErrorCode::BrokenBarrier;
  return Error{code, exception_text(exception)};
}

Object refusal(const Object& text) {
  return Object::exception("multiprocessing.managers", "RemoteError", {text});
}

}  // namespace mp::manager
