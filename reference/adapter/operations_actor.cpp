// actor.*: the actor itself.
#include <signal.h>
#include <unistd.h>

#include <mp/process.hpp>

#include "actor.hpp"

namespace adapter {
namespace {

using mp::Object;

Answer echo(Call& call) { return call.need(0, "value"); }
Answer pid(Call&) { return Object::integer(::getpid()); }

Answer objects(Call& call) {
  Object names = Object::list();
  for (const std::string& name : call.actor.names()) names.append(Object::str(name));
  return names;
}

Answer drop(Call& call) {
  const std::string name = call.text(0, "name");
  if (!call.actor.drop(name)) throw Raised{"AdapterError", "there is no object " + name, {}};
  return Object::none();
}

Answer return_from_target(Call&) { throw Actor::Stop{{}}; }

Answer exit_with(Call& call) {
  const Object* code = call.find(0, "code");
  Ending ending{Ending::How::exits, 0, ""};
  if (code == nullptr || code->is_none()) {
    ending.status = 0;
  } else if (code->kind() == mp::Kind::Int || code->kind() == mp::Kind::Bool) {
    ending.status = static_cast<int>(code->fits_int64() ? code->as_int64() & 255 : 255);
  } else {
    ending.message =
        code->kind() == mp::Kind::Str ? std::string(code->as_str()) : mp::repr(*code).value_or("?");
    if (ending.message.empty()) ending.message = " ";
  }
  throw Actor::Stop{ending};
}

Answer os_exit(Call& call) { ::_exit(static_cast<int>(call.integer(0, "code"))); }

Answer raise_error(Call& call) {
  throw Actor::Stop{
      {Ending::How::raises, 1, call.text(0, "type") + ": " + call.text(1, "message")}};
}

Answer send_itself(Call& call) {
  const int number = static_cast<int>(call.integer(0, "number"));
  ::signal(number, SIG_DFL);
  ::kill(::getpid(), number);
  return Object::none();
}

Answer ignore_signal(Call& call) {
  ::signal(static_cast<int>(call.integer(0, "number")), SIG_IGN);
  return Object::none();
}

Answer call_daemonic_child(Call&) {
  mp::Process child([] {});
  unwrap(child.start(), {{mp::ErrorCode::InvalidArgument, "AssertionError"}});
  unwrap(child.join());
  return Object::none();
}

constexpr Operation kOperations[] = {
    {"actor.echo", echo},
    {"actor.pid", pid},
    {"actor.objects", objects},
    {"actor.drop", drop},
    {"actor.program", nullptr},  // run by the actor, which has the whole request
    {"actor.return", return_from_target},
    {"actor.exit", exit_with},
    {"actor.os_exit", os_exit},
    {"actor.raise", raise_error},
    {"actor.signal", send_itself},
    {"actor.ignore_signal", ignore_signal},
    {"actor.call_daemonic_child", call_daemonic_child},
};

}  // namespace

std::span<const Operation> actor_operations() { return kOperations; }

}  // namespace adapter
