// Input: records, each one thing that two connections of an attacker do, who knows the key:
//   0 a frame with any payload   1 a call of a method   2 a request to the server itself
//   3 the end of a connection    4 time passes          5 any bytes in the stream
//   6 a frame with any payload, the first of a connection of its own
// Beside them a well-behaved client has objects whose idents the attacker cannot know.
// Properties:
//   - every request gets exactly one reply of a known kind, or waits;
//   - the well-behaved client's objects, their references and contents are as before;
//   - when the attacker is gone so is everything he made, but containers that hold each other.
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>

#include "fuzz/support/memory_server.hpp"
#include "fuzz/support/records.hpp"
#include "fuzz/support/value_builder.hpp"
#include "manager/protocol/token.hpp"

namespace mp::fuzz {
namespace {

using namespace manager;

constexpr ClientId kWitness = 1;
constexpr ClientId kFirstAttacker = 2;
constexpr std::size_t kSlots = 2;
constexpr std::size_t kConnectionsMax = 12;
/// Stands in the corpus for the server's own tag, which the input cannot know.
constexpr std::string_view kPlaceholderTag = "fadefadefade";

constexpr std::array<const char*, 16> kTypeIds = {"list",
                                                  "dict",
                                                  "Namespace",
                                                  "Value",
                                                  "Array",
                                                  "Queue",
                                                  "JoinableQueue",
                                                  "Lock",
                                                  "RLock",
                                                  "Event",
                                                  "Condition",
                                                  "Semaphore",
                                                  "BoundedSemaphore",
                                                  "Barrier",
                                                  "Iterator",
                                                  "Pool"};
constexpr std::array<const char*, 8> kFunctions = {"create",     "incref",      "decref",
                                                   "debug_info", "get_methods", "number_of_objects",
                                                   "dummy",      "shutdown"};
constexpr std::array<const char*, 4> kAlways = {"#GETVALUE", "__str__", "__repr__", "nothing"};

/// Different for every input, so that no input can contain it.
std::string tag_of(std::string_view input) {
  char tag[13];
  const std::size_t hash = std::hash<std::string_view>()(input);
  std::snprintf(tag, sizeof tag, "%012zx", hash & 0xffffffffffff);
  return tag;
}

/// An object of somebody, as a reply to `create` tells of it.
struct Known {
  std::string type_id;
  std::string ident;
  std::vector<std::string> methods;
};

std::string with_other_tag(std::string text, std::string_view old_tag, std::string_view tag) {
  for (std::size_t at = 0; (at = text.find(old_tag, at)) != text.npos; at += tag.size()) {
    text.replace(at, tag.size(), tag);
  }
  return text;
}

/// What the well-behaved client asks, and what a server whose idents begin with the placeholder
/// tells it. Made once: every other server must say the same, byte by byte, but for its tag.
class WitnessScript {
 public:
  struct Exchange {
    Result<Request> request;
    std::string reply;
  };

  /// One of a few, so that every type of object is looked after by some inputs: few methods make
  /// short replies, and these are exchanged for every input.
  static const WitnessScript& of(std::string_view input) {
    static const std::array<WitnessScript, 4> scripts = {
        WitnessScript("list"), WitnessScript("dict"), WitnessScript("Queue"),
        WitnessScript("Namespace")};
    return scripts[std::hash<std::string_view>()(input) % scripts.size()];
  }
  std::span<const Exchange> creations() const { return std::span(exchanges_).first(kObjects); }
  const Exchange& description() const { return exchanges_.back(); }
  static constexpr std::size_t kObjects = 4;

 private:
  explicit WitnessScript(std::string_view type_id) : server_(std::string(kPlaceholderTag)) {
    const std::vector<Object> items = {Object::integer(1), Object::str("two"), Object::real(3)};
    add("create", Object::tuple_of(Object::str("Value"), Object::str("i"), Object::list(items)));
    add("create", Object::tuple_of(Object::str("Event")));
    add("create", Object::tuple_of(Object::str("Lock")));
    add("create", Object::tuple_of(Object::str(type_id)));
    add("debug_info", Object::tuple());
  }
  void add(std::string_view function, const Object& args) {
    const Request request{Object(), Object::str(function), args, Object::dict(), false};
    std::string reply = server_.serve(kWitness, request);
    const auto decoded = decode_reply(reply, {});
    MP_ASSERT(decoded && decoded->kind == ReplyKind::Return);
    exchanges_.push_back({request, std::move(reply)});
  }

  MemoryServer server_;
  std::vector<Exchange> exchanges_;
};

class Witness {
 public:
  Witness(MemoryServer& server, std::string_view tag, const WitnessScript& script)
      : server_(server), tag_(tag), script_(script) {
    for (const WitnessScript::Exchange& creation : script_.creations()) ask(creation);
  }

  /// Idents, references and texts of all objects that any client holds are those of the script.
  void check(bool others_may_stay) {
    ask(script_.description());
    const std::size_t living = server_.dispatcher().living_count();
    MP_ASSERT(living == WitnessScript::kObjects ||
              (others_may_stay && living > WitnessScript::kObjects));
  }

 private:
  void ask(const WitnessScript::Exchange& exchange) {
    const std::string reply = server_.serve(kWitness, exchange.request);
    MP_ASSERT(reply == with_other_tag(exchange.reply, kPlaceholderTag, tag_));
  }

  MemoryServer& server_;
  const std::string tag_;
  const WitnessScript& script_;
};

class Attacker {
 public:
  Attacker(MemoryServer& server, std::string tag) : server_(server), tag_(std::move(tag)) {}

  void step(const Record& record) {
    ByteSource source(record.body);
    switch (record.kind % 7) {
      case 0:
        return send(source.below(kSlots), with_tag(source.rest()));
      case 1:
        return call_method(source);
      case 2:
        return ask_server(source);
      case 3:
        return end_connection(source.below(kSlots));
      case 4:
        return server_.pass(std::chrono::milliseconds(source.number(3)));
      case 5:
        return send_bytes(source);
      default:
        return send_first(source);
    }
  }

  void leave() {
    for (std::size_t slot = 0; slot < kSlots; ++slot) peers_[slot].reset();
    for (std::size_t slot = 0; slot < kSlots; ++slot) server_.end_client(kFirstAttacker + slot);
  }
  bool sent_proxies() const { return sent_proxies_; }

 private:
  /// The connection in that slot, a session that takes calls; nullptr when there were too many.
  Peer* peer(std::size_t slot) {
    if (peers_[slot] && !peers_[slot]->is_finished()) return peers_[slot].get();
    if (connections_ == kConnectionsMax) return nullptr;
    ++connections_;
    peers_[slot].reset();
    peers_[slot] = std::make_unique<Peer>(server_, kFirstAttacker + slot);
    static const std::string accept =
        request(Object(), "accept_connection", Object::tuple_of(Object::str("thread")));
    peers_[slot]->send_frame(accept);
    return peers_[slot].get();
  }

  void send(std::size_t slot, const std::string& payload) {
    Peer* to = peer(slot);
    if (to == nullptr) return;
    note(payload);
    to->send_frame(payload);
    to->check_replies();
  }

  void send_bytes(ByteSource& source) {
    Peer* to = peer(source.below(kSlots));
    if (to == nullptr) return;
    const std::string bytes = with_tag(source.rest());
    sent_proxies_ = true;  // a proxy may be cut in two here
    to->send_bytes(bytes);
  }

  void call_method(ByteSource& source) {
    const std::size_t slot = source.below(kSlots);
    const std::size_t which = source.byte();
    const std::size_t method = source.byte();
    if (known_.empty()) return;
    const Known& known = known_[which % known_.size()];
    const std::size_t count = known.methods.size();
    const std::string name = method % (count + kAlways.size()) < count
                                 ? known.methods[method % (count + kAlways.size())]
                                 : kAlways[method % kAlways.size()];
    const Object args = arguments(source);
    const Object kwargs = keywords(source);
    send(slot, request(Object::str(known.ident), name, args, kwargs));
  }

  void ask_server(ByteSource& source) {
    if (connections_ == kConnectionsMax) return;
    const std::string function = kFunctions[source.below(16) % kFunctions.size()];
    const Object type_id = Object::str(kTypeIds[source.below(kTypeIds.size())]);
    std::vector<Object> args;
    if (function == "create") args.push_back(type_id);
    if (function == "incref" || function == "decref") args.push_back(Object::str(ident(source)));
    const Object more = arguments(source);
    args.insert(args.end(), more.items().begin(), more.items().end());
    const std::size_t slot = source.below(kSlots);
    const Object sent = Object::tuple(std::move(args));
    const std::optional<Reply> reply =
        send_once(slot, request(Object(), function, sent, keywords(source)));
    MP_ASSERT(reply.has_value());
    if (function == "create") learn(type_id, *reply);
  }

  void send_first(ByteSource& source) {
    if (connections_ == kConnectionsMax) return;
    const std::size_t slot = source.below(kSlots);
    const std::string payload = with_tag(source.rest());
    const std::optional<Reply> reply = send_once(slot, payload);
    if (!reply || reply->kind != ReplyKind::Return || reply->payload.kind() != Kind::Tuple) return;
    const Result<Request> said = decode_request(payload, {});
    MP_ASSERT(said.has_value());
    if (said->name.is_str("create") && said->args.kind() == Kind::Tuple) {
      learn(said->args.items()[0], *reply);
    }
  }

  /// The first frame of a connection of its own, which the server ends unless it is asked to go on.
  std::optional<Reply> send_once(std::size_t slot, const std::string& payload) {
    ++connections_;
    note(payload);
    Peer once(server_, kFirstAttacker + slot);
    once.send_frame(payload);
    once.check_replies();
    if (!once.is_finished()) {
      const Result<Request> said = decode_request(payload, {});
      MP_ASSERT(said && said->name.is_str("accept_connection"));
    }
    if (once.replies().empty()) return std::nullopt;
    return once.replies().front();
  }

  void learn(const Object& type_id, const Reply& reply) {
    if (reply.kind != ReplyKind::Return) return;
    const auto parts = reply.payload.items();
    known_.push_back(
        {std::string(type_id.as_str()), std::string(parts[0].as_str()), names_of(parts[1])});
  }

  void end_connection(std::size_t slot) { peers_[slot].reset(); }

  Object arguments(ByteSource& source) {
    std::vector<Object> args(source.below(4));
    ValueBuilder builder(source);
    for (Object& arg : args) arg = source.below(8) == 7 ? proxy(source) : builder.value();
    return Object::tuple(std::move(args));
  }
  Object keywords(ByteSource& source) {
    constexpr std::array<const char*, 8> kNames = {"timeout", "block", "blocking", "key",
                                                   "reverse", "item",  "maxsize",  "n"};
    Object made = Object::dict();
    if (source.below(4) != 3) return made;
    const Object name = Object::str(kNames[source.below(kNames.size())]);
    MP_ASSERT(made.as_dict().set(name, ValueBuilder(source).value()).has_value());
    return made;
  }
  std::string ident(ByteSource& source) {
    const std::size_t which = source.byte();
    return known_.empty() ? "nobody" : known_[which % known_.size()].ident;
  }
  Object proxy(ByteSource& source) {
    if (known_.empty()) return Object();
    const Known& known = known_[source.byte() % known_.size()];
    const Token token{known.type_id, Object::str("m.sock"), known.ident};
    return proxy_object({proxy_class_of(known.type_id), token, {}});
  }
  static std::string request(const Object& ident, std::string_view name, const Object& args,
                             const Object& kwargs = Object::dict()) {
    const Result<std::string> made = encode_request(ident, name, args, kwargs);
    return made ? *made : std::string("N.");
  }

  /// Containers that hold each other stay until the server ends, and only proxies can make them.
  void note(std::string_view payload) {
    sent_proxies_ |= payload.find(kProxyMark) != payload.npos || payload.find('\\') != payload.npos;
  }

  std::string with_tag(std::string_view bytes) const {
    std::string made(bytes);
    for (std::size_t at = 0; (at = made.find(kPlaceholderTag, at)) != made.npos;) {
      // The witness's objects have the numbers 1 to 4.
      const std::string number = made.substr(at + tag_.size(), 4);
      if (number > "0004") made.replace(at, tag_.size(), tag_);
      at += tag_.size();
    }
    return made;
  }

  MemoryServer& server_;
  const std::string tag_;
  std::array<std::unique_ptr<Peer>, kSlots> peers_;
  std::size_t connections_ = 0;
  std::vector<Known> known_;
  bool sent_proxies_ = false;
};

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  const std::string_view input = as_text(data, size);
  const std::string tag = tag_of(input);
  MemoryServer server(tag);
  Witness witness(server, tag, WitnessScript::of(input));
  Attacker attacker(server, tag);
  for (const Record& record : parse_records(input)) attacker.step(record);
  attacker.leave();
  witness.check(attacker.sent_proxies());
  return 0;
}
