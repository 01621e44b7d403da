#include <algorithm>
#include <array>

#include "manager/core/call_arguments.hpp"
#include "manager/core/dispatcher.hpp"
#include "manager/objects/arguments.hpp"
#include "manager/objects/registry.hpp"
#include "manager/protocol/sharing.hpp"
#include "manager/protocol/token.hpp"

namespace mp::manager {

/// What a connection may ask of the server itself. Whatever goes wrong here is a '#TRACEBACK'.
struct Dispatcher::ServerFunction {
  std::string_view name;
  Outcome (Dispatcher::*function)(SessionId id, const Call& call);
  /// What it has to do with.
  enum class About { Connection, Everything, Changes } about;
};

const Dispatcher::ServerFunction* Dispatcher::find_server_function(const Object& name) {
  using About = ServerFunction::About;
  static constexpr std::array<ServerFunction, 9> kFunctions = {{
      {"dummy", &Dispatcher::dummy, About::Connection},
      {"create", &Dispatcher::create, About::Changes},
      {"incref", &Dispatcher::incref, About::Changes},
      {"decref", &Dispatcher::decref, About::Changes},
      {"accept_connection", &Dispatcher::accept_connection, About::Connection},
      {"get_methods", &Dispatcher::get_methods, About::Everything},
      {"number_of_objects", &Dispatcher::number_of_objects, About::Everything},
      {"debug_info", &Dispatcher::debug_info, About::Everything},
      {"shutdown", &Dispatcher::shutdown, About::Connection},
  }};
  for (const ServerFunction& row : kFunctions) {
    if (name.is_str(row.name)) return &row;
  }
  return nullptr;
}

bool Dispatcher::reads_server(const Object& name) {
  const ServerFunction* function = find_server_function(name);
  return function != nullptr && function->about == ServerFunction::About::Everything;
}

bool Dispatcher::answer_alone(SessionId id, const Request& request, Clock::time_point now) {
  if (session(id).serving) return false;
  const ServerFunction* function = find_server_function(request.name);
  if (function != nullptr && function->about != ServerFunction::About::Connection) return false;
  serve_server_request(id, request, now);
  return true;
}

std::optional<Outcome> Dispatcher::read_server(SessionId id, const Request& request,
                                               Clock::time_point now) {
  const ServerFunction* function = find_server_function(request.name);
  MP_ASSERT(function != nullptr);
  if (function->about != ServerFunction::About::Everything) return std::nullopt;
  const Attempt<CallArguments> arguments = unpack_arguments(*this, function->name, request);
  if (!arguments) return traceback(arguments.error());
  const Call call = arguments->call(id, session(id).client, now);
  const Outcome outcome = (this->*function->function)(id, call);
  return outcome.kind() == Outcome::Kind::Raise ? traceback(Raise::of(outcome.value())) : outcome;
}

void Dispatcher::serve_server_request(SessionId id, const Request& request, Clock::time_point now) {
  const ServerFunction* function = find_server_function(request.name);
  if (function == nullptr) {
    const Result<std::string> shown = repr(request.name);
    return reply_and_close(
        id, Outcome::traceback("AssertionError: " + shown.value_or("?") + " unrecognized\n"));
  }
  const Attempt<CallArguments> arguments = unpack_arguments(*this, function->name, request);
  if (!arguments) return reply_and_close(id, traceback(arguments.error()));
  const bool was_shutting_down = shutting_down_;
  Outcome outcome = (this->*function->function)(id, arguments->call(id, session(id).client, now));
  if (outcome.kind() == Outcome::Kind::Raise) outcome = traceback(Raise::of(outcome.value()));
  reply(id, outcome);
  // The server's dispatcher answers a shutdown that its handler has answered already, as CPython's
  // does; clients read one of the two.
  if (shutting_down_ && !was_shutting_down) reply(id, outcome);
  if (!session(id).serving) end_session(id);
}

Outcome Dispatcher::dummy(SessionId, const Call&) { return returned(); }

Outcome Dispatcher::accept_connection(SessionId id, const Call& call) {
  MP_TRY(expect_positional(call, call.method, 1, 1));
  session(id).serving = true;
  const Object& name = call.args[0];
  const bool asks = name.kind() == Kind::Str && name.as_str().ends_with(kSharingMark);
  return asks && options_.offers_sharing ? returned(Object::str(kSharingOffer)) : returned();
}

/// create(typeid, *args, **kwargs): the ident and the names of the methods.
Outcome Dispatcher::create(SessionId id, const Call& call) {
  if (call.args.empty()) {
    return type_error("create() missing 1 required positional argument: 'typeid'");
  }
  const Object& type_id = call.args[0];
  const MakeReferent make = type_id.kind() == Kind::Str ? find_type(type_id.as_str()) : nullptr;
  if (make == nullptr) return key_error(type_id);

  const ObjectNumber number = objects_.next_number();
  Call constructor = call;
  constructor.method = type_id.as_str();
  constructor.args = call.args.subspan(1);
  MP_TRY_ASSIGN(std::unique_ptr<Referent> made, make(*this, number, constructor));
  std::vector<Object> exposed;
  for (const Method& method : made->type().exposed) exposed.push_back(Object::str(method.name));
  objects_.add(std::move(made), session(id).client);
  return returned(
      Object::tuple_of(Object::str(ident_of(number)), Object::tuple(std::move(exposed))));
}

Attempt<ObjectNumber> Dispatcher::known_object(const Call& call, std::string_view function) {
  MP_TRY(expect_positional(call, function, 1, 1));
  const Object& ident = call.args[0];
  const Referent* referent = ident.kind() == Kind::Str ? objects_.find(ident.as_str()) : nullptr;
  if (referent == nullptr) return key_error(ident);
  return referent->number();
}

Outcome Dispatcher::incref(SessionId id, const Call& call) {
  MP_TRY_ASSIGN(const ObjectNumber number, known_object(call, "incref"));
  objects_.incref(number, session(id).client);
  return returned();
}

Outcome Dispatcher::decref(SessionId id, const Call& call) {
  MP_TRY_ASSIGN(const ObjectNumber number, known_object(call, "decref"));
  objects_.decref(number, session(id).client);
  return returned();
}

Outcome Dispatcher::get_methods(SessionId, const Call& call) {
  MP_TRY(expect_positional(call, call.method, 1, 1));
  const std::optional<Token> token = token_of(call.args[0]);
  const Referent* referent = token ? objects_.find(token->ident) : nullptr;
  if (referent == nullptr) return key_error(token ? Object::str(token->ident) : call.args[0]);
  std::vector<Object> names;
  for (const Method& method : referent->type().exposed) {
    const bool is_repeated = std::any_of(
        names.begin(), names.end(), [&](const Object& name) { return name.is_str(method.name); });
    if (!is_repeated) names.push_back(Object::str(method.name));
  }
  return returned(Object::tuple(std::move(names)));
}

Outcome Dispatcher::number_of_objects(SessionId, const Call& call) {
  MP_TRY(expect_positional(call, call.method, 0, 0));
  return returned(Object::unsigned_integer(objects_.referenced_count()));
}

/// Two lines for each object: its ident and number of references, and the beginning of its text.
Outcome Dispatcher::debug_info(SessionId, const Call& call) {
  MP_TRY(expect_positional(call, call.method, 0, 0));
  constexpr std::size_t kShown = 75;
  std::string text;
  for (const ObjectNumber number : objects_.referenced()) {
    const Attempt<std::string> shown = objects_.at(number).repr();
    std::string line = shown ? *shown : "...";
    line.resize(std::min(line.size(), kShown));
    while (!Object::is_text(line)) line.pop_back();  // not in the middle of a character
    if (!text.empty()) text += '\n';
    text += "  " + ident_of(number) +
            ":       refcount=" + std::to_string(objects_.references(number)) + "\n    " + line;
  }
  return returned(Object::str(text));
}

Outcome Dispatcher::shutdown(SessionId, const Call& call) {
  MP_TRY(expect_positional(call, call.method, 0, 0));
  shutting_down_ = true;
  return returned();
}

}  // namespace mp::manager
