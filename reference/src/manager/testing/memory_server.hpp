#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "manager/core/dispatcher.hpp"
#include "manager/protocol/exception_text.hpp"
#include "manager/protocol/message.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager::testing {

/// A Python value written as C++ has it: None is nullptr.
struct Arg {
  Arg(const Object& value) : object(value) {}
  Arg(std::nullptr_t) {}
  Arg(bool value) : object(Object::boolean(value)) {}
  Arg(int value) : object(Object::integer(value)) {}
  Arg(double value) : object(Object::real(value)) {}
  Arg(const char* value) : object(Object::str(value)) {}
  Arg(const std::string& value) : object(Object::str(value)) {}
  Object object;
};

inline std::vector<Object> objects(std::initializer_list<Arg> args) {
  std::vector<Object> made;
  for (const Arg& arg : args) made.push_back(arg.object);
  return made;
}
inline Object list_of(std::initializer_list<Arg> args) { return Object::list(objects(args)); }
inline Object tuple_of(std::initializer_list<Arg> args) { return Object::tuple(objects(args)); }
inline Object dict_of(std::initializer_list<std::pair<Arg, Arg>> items) {
  Object dict = Object::dict();
  for (const auto& [key, value] : items) {
    EXPECT_TRUE(dict.as_dict().set(key.object, value.object));
  }
  return dict;
}
inline Object slice_of(const Arg& start, const Arg& stop, const Arg& step = nullptr) {
  return Object::slice(start.object, stop.object, step.object);
}

/// A server in memory, whose clock stands still until it is moved. What calls come to is shown as
/// text: the result's repr(), "KeyError: 'k'", "#TRACEBACK ...", or "waits".
class MemoryServer {
 public:
  MemoryServer() : dispatcher_(options()) {}

  /// A session of that process, ready for calls.
  SessionId connect(ClientId client = 1) {
    const SessionId session = dispatcher_.open(client);
    EXPECT_EQ(ask(session, "accept_connection", {"test"}), "None");
    return session;
  }
  void disconnect(SessionId session) {
    dispatcher_.close(session);
    collect();
  }

  /// A request to the server itself, on a connection of its own.
  std::string serve(std::string_view function, std::initializer_list<Arg> args = {},
                    const Object& kwargs = Object::dict(), ClientId client = 1) {
    const SessionId session = dispatcher_.open(client);
    const std::string text = ask(session, function, args, kwargs);
    disconnect(session);
    return text;
  }
  /// The ident of a new object.
  std::string create(std::string_view type_id, std::initializer_list<Arg> args = {},
                     const Object& kwargs = Object::dict(), ClientId client = 1) {
    std::vector<Object> all = objects(args);
    all.insert(all.begin(), Object::str(type_id));
    const SessionId session = dispatcher_.open(client);
    request(session, Object(), "create", Object::tuple(all), kwargs);
    const Object made = last_payload_[session];
    disconnect(session);
    if (made.kind() != Kind::Tuple) {
      ADD_FAILURE() << "create " << type_id << ": " << repr(made).value_or("?");
      return {};
    }
    return std::string(made.items()[0].as_str());
  }

  /// One call; "waits" when there is no reply yet.
  std::string call(SessionId session, const std::string& ident, std::string_view method,
                   std::initializer_list<Arg> args = {}, const Object& kwargs = Object::dict()) {
    return request(session, Object::str(ident), method, Object::tuple(objects(args)), kwargs);
  }
  /// What has come for the session since it was last asked; "waits" when nothing has.
  std::string reply(SessionId session) {
    std::deque<std::string>& replies = replies_[session];
    if (replies.empty()) return "waits";
    std::string text = std::move(replies.front());
    replies.pop_front();
    return text;
  }
  std::string request(SessionId session, const Object& ident, std::string_view name,
                      const Object& args, const Object& kwargs = Object::dict()) {
    const Result<std::string> payload = encode_request(ident, name, args, kwargs);
    EXPECT_TRUE(payload);
    receive(session, *payload);
    return reply(session);
  }
  void receive(SessionId session, std::string_view payload) {
    dispatcher_.receive(session, payload, now_);
    collect();
  }

  void pass(Clock::duration time) {
    now_ += time;
    dispatcher_.expire(now_);
    collect();
  }
  Clock::time_point now() const { return now_; }
  void die(ClientId client) {
    dispatcher_.client_died(client, now_);
    collect();
  }

  /// The wire form of a proxy of that object.
  static Object proxy(std::string_view type_id, const std::string& ident) {
    return proxy_object(
        {proxy_class_of(type_id), {std::string(type_id), Object::str("m.sock"), ident}, {}});
  }

  Dispatcher& dispatcher() { return dispatcher_; }
  /// The payload of the session's last reply.
  const Object& last_payload(SessionId session) { return last_payload_[session]; }
  bool was_closed(SessionId session) const { return closed_.contains(session); }

  static constexpr std::chrono::seconds kOrphanGrace{1};

 private:
  static DispatcherOptions options() {
    DispatcherOptions made;
    made.ident_tag = "0123456789ab";
    made.orphan_grace = kOrphanGrace;
    return made;
  }
  std::string ask(SessionId session, std::string_view function, std::initializer_list<Arg> args,
                  const Object& kwargs = Object::dict()) {
    return request(session, Object(), function, Object::tuple(objects(args)), kwargs);
  }
  void collect() {
    for (const Dispatcher::Reply& made : dispatcher_.take_replies()) {
      if (made.close) closed_.insert(made.session);
      if (!made.payload) continue;
      const Result<Reply> decoded = decode_reply(*made.payload, {});
      ASSERT_TRUE(decoded);
      last_payload_[made.session] = decoded->payload;
      replies_[made.session].push_back(show(*decoded));
    }
  }
  static std::string show(const Reply& reply) {
    const bool is_text = reply.payload.kind() == Kind::Str;
    switch (reply.kind) {
      case ReplyKind::Return:
        return repr(reply.payload).value_or("?");
      case ReplyKind::Error:
        return exception_text(reply.payload);
      case ReplyKind::Traceback:
        return "#TRACEBACK " + (is_text ? std::string(reply.payload.as_str()) : "?");
      case ReplyKind::Unserializable:
        return "#UNSERIALIZABLE " + (is_text ? std::string(reply.payload.as_str()) : "?");
      case ReplyKind::Proxy:
        return "#PROXY";
    }
    return "?";
  }

  Dispatcher dispatcher_;
  Clock::time_point now_{};
  std::map<SessionId, std::deque<std::string>> replies_;
  std::map<SessionId, Object> last_payload_;
  std::set<SessionId> closed_;
};

}  // namespace mp::manager::testing
