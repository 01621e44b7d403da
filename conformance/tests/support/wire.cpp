#include "tests/support/wire.hpp"

#include <fmt/format.h>

namespace mpspec {
namespace {

constexpr const char* kAuthkey = "the key of the case";
constexpr std::size_t kNotedMax = 200;

void note(const char* who, std::string_view what) {
  CaseContext::current().note(who + to_python(bytes(std::string(what.substr(0, kNotedMax)))) +
                              (what.size() > kNotedMax ? "..." : ""));
}

[[noreturn]] void stop(Verdict verdict, const std::string& why) {
  CaseContext::current().stop(verdict, why);
}

}  // namespace

Value request(const Value& ident, const std::string& name, const std::vector<Value>& args,
              const Named& kwargs) {
  return tuple({ident, name, tuple(args), dict(kwargs)});
}

void WireConformance::SetUp() {
  server_ = CaseContext::current().settings.server;
  if (!server_) Conformance::SetUp();
}

void WireConformance::TearDown() {
  const CaseContext& context = CaseContext::current();
  if (context.settings.server && !context.stopped() && !HasFailure()) {
    // The server stays: it gets back what the case made and did not drop itself.
    for (const Value& ident : made_) ask("decref", {ident});
  }
  Conformance::TearDown();
}

const ServerAddress& WireConformance::server() {
  if (!server_) {
    main().need_feature("manager-wire");
    const Object own = main().make("Manager", {}, {{"authkey", bytes(kAuthkey)}});
    server_ = ServerAddress{main().call(own, "address").value(), kAuthkey};
  }
  return *server_;
}

void WireConformance::may_end_server() {
  if (!server().may_end) stop(Verdict::unsupported, "would end the server; --shutdown allows it");
}

RawConnection WireConformance::connect() {
  const ServerAddress& peer = server();
  try {
    return RawConnection::connect(peer.address);
  } catch (const ConnectError& error) {
    stop(Verdict::crash, error.what());
  }
}

std::string WireConformance::challenge_of(RawConnection& connection) {
  const std::string first = receive(connection);
  if (!first.starts_with(kChallenge))
    throw CaseStop(Verdict::fail, "the first frame is no challenge: " + to_python(bytes(first)));
  return first.substr(kChallenge.size());
}

RawConnection WireConformance::welcomed() {
  RawConnection connection = connect();
  send(connection, frame(answer(server().authkey, challenge_of(connection))));
  const std::string verdict = receive(connection);
  if (verdict != kWelcome)
    throw CaseStop(Verdict::fail, "not welcome: " + to_python(bytes(verdict)));
  return connection;
}

RawConnection WireConformance::authenticated() {
  RawConnection connection = welcomed();
  send(connection, frame(std::string(kChallenge) + own_challenge()));
  receive(connection);
  send(connection, frame(kWelcome));
  return connection;
}

RawConnection WireConformance::session() {
  RawConnection connection = authenticated();
  const Reply reply = exchange(connection, {request({}, "accept_connection", {"MainProcess"})});
  if (reply.kind != "#RETURN")
    throw CaseStop(Verdict::fail, "no session: " + ::testing::PrintToString(reply));
  return connection;
}

void WireConformance::send(RawConnection& connection, std::string_view bytes) {
  note("C> ", bytes);
  // A peer that is gone shows itself when its answer is awaited.
  connection.send(bytes, deadline());
}

std::string WireConformance::receive(RawConnection& connection) {
  const Received received = connection.receive(deadline());
  if (received.kind == Received::Kind::timed_out)
    stop(Verdict::hang, "no frame came by the deadline");
  if (received.kind == Received::Kind::ended)
    throw CaseStop(Verdict::fail, "the connection ended where a frame was due");
  note("S> ", received.payload);
  EXPECT_FALSE(received.has_long_header) << "a long header in front of a short payload";
  return received.payload;
}

Reply WireConformance::receive_reply(RawConnection& connection) {
  return read_reply(receive(connection));
}

std::vector<std::string> WireConformance::receive_all(RawConnection& connection) {
  std::vector<std::string> frames;
  for (;;) {
    Received received = connection.receive(deadline());
    if (received.kind == Received::Kind::timed_out)
      stop(Verdict::hang, "the server does not end the connection");
    if (received.kind == Received::Kind::ended) return frames;
    note("S> ", received.payload);
    frames.push_back(std::move(received.payload));
  }
}

void WireConformance::expect_end_without_result(RawConnection& connection) {
  for (const std::string& payload : receive_all(connection)) {
    EXPECT_EQ(payload.find("#RETURN"), std::string::npos) << to_python(bytes(payload));
    EXPECT_EQ(payload.find("#PROXY"), std::string::npos) << to_python(bytes(payload));
  }
}

Reply WireConformance::exchange(RawConnection& connection, const Pickled& request, int protocol) {
  send(connection, frame(write_pickle(request, protocol)));
  return receive_reply(connection);
}

Reply WireConformance::call(RawConnection& session, const std::string& ident,
                            const std::string& method, const std::vector<Value>& args,
                            const Named& kwargs) {
  return exchange(session, {request(ident, method, args, kwargs)});
}

Reply WireConformance::ask(const std::string& name, const std::vector<Value>& args,
                           const Named& kwargs) {
  RawConnection connection = authenticated();
  return exchange(connection, {request({}, name, args, kwargs)});
}

Value WireConformance::create_reply(const std::string& type, const std::vector<Value>& args,
                                    const Named& kwargs) {
  std::vector<Value> all = {type};
  all.insert(all.end(), args.begin(), args.end());
  const Reply reply = ask("create", all, kwargs);
  if (reply.kind != "#RETURN") {
    const bool free_to_lack = CaseContext::current().settings.server.has_value();
    if (free_to_lack) stop(Verdict::unsupported, "the server makes no " + type);
    throw CaseStop(Verdict::fail, "not made: " + ::testing::PrintToString(reply));
  }
  made_.push_back(part_of(reply.payload, 0));
  return reply.payload;
}

std::string WireConformance::create(const std::string& type, const std::vector<Value>& args,
                                    const Named& kwargs) {
  return text_of(part_of(create_reply(type, args, kwargs), 0));
}

void WireConformance::drop(const std::string& ident) {
  EXPECT_THAT(ask("decref", {ident}), Answers(Value()));
  std::erase(made_, Value(ident));
}

long long WireConformance::number_of_objects() {
  const Reply reply = ask("number_of_objects");
  if (reply.kind != "#RETURN" || !reply.payload.is<BigInt>())
    throw CaseStop(Verdict::fail, "no number: " + ::testing::PrintToString(reply));
  return as_int(reply.payload);
}

void WireConformance::expect_serving() { EXPECT_THAT(ask("dummy"), Answers(Value())); }

}  // namespace mpspec
