// Process.*: mp::Process, whose target is the actor's loop.
#include <poll.h>

#include <algorithm>
#include <mp/process.hpp>
#include <mp/spawn.hpp>

#include "actor.hpp"
#include "live_transfer.hpp"
#include "settings.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Object;

constexpr std::pair<ErrorCode, const char*> kRule{ErrorCode::InvalidArgument, "AssertionError"};

mp::ProcessOptions options_of(const Call& call) {
  mp::ProcessOptions options;
  if (const Object* name = call.find(9, "name"); name != nullptr && !name->is_none())
    options.name = std::string(name->as_str());
  if (const Object* daemon = call.find(9, "daemon"); daemon != nullptr && !daemon->is_none())
    options.daemon = mp::truth(*daemon);
  return options;
}

/// What a spawned process calls; a forked one does the same.
void act(Settings parents, std::string path, int number, LiveObjects given) {
  settings() = std::move(parents);
  Actor::run_in_this_process(path, number, std::move(given.objects));
}
const mp::SpawnFunction kAct("act", act);

void do_nothing() {}
const mp::SpawnFunction kDoNothing("do_nothing", do_nothing);

bool is_spawned(const Call& call) {
  const Object* given = call.find(9, "method");
  const std::string method =
      given == nullptr || given->is_none() ? settings().start_method : std::string(given->as_str());
  if (method != "fork" && method != "spawn") {
    throw Raised{"ValueError", "cannot find context for '" + method + "'", {}};
  }
  return method == "spawn";
}

Answer make(Call& call) {
  const bool spawned = is_spawned(call);
  Actor::Objects objects;
  const auto& kwargs = call.request->at("kwargs");
  for (const auto& reference : kwargs.value("objects", nlohmann::json::array())) {
    const std::string name = reference.at("ref").get<std::string>();
    auto object = call.actor.find(name);
    if (!object) throw Raised{"AdapterError", "there is no object " + name, {}};
    objects[name] = *std::move(object);
  }
  const int number = static_cast<int>(call.integer(9, "actor"));
  if (spawned) {
    return Live(mp::Process(
        kAct.call(settings(), call.actor.socket_path(), number, LiveObjects{std::move(objects)}),
        options_of(call)));
  }
  auto target = [parent = &call.actor, path = call.actor.socket_path(), number,
                 objects = std::move(objects)]() mutable {
    parent->abandon_objects();
    Actor::run_in_this_process(path, number, std::move(objects));
  };
  return Live(mp::Process(std::move(target), options_of(call)));
}

Answer make_bare(Call& call) {
  if (is_spawned(call)) return Live(mp::Process(kDoNothing.call(), options_of(call)));
  return Live(mp::Process({}, options_of(call)));
}

mp::Process process(const Call& call) { return call.object<mp::Process>(); }

Answer start(Call& call) {
  unwrap(process(call).start(), {kRule});
  return Object::none();
}
Answer join(Call& call) {
  unwrap(process(call).join(call.timeout(0, "timeout")), {kRule});
  return Object::none();
}
Answer is_alive(Call& call) { return Object::boolean(unwrap(process(call).is_alive(), {kRule})); }
Answer terminate(Call& call) {
  unwrap(process(call).terminate(), {{ErrorCode::InvalidArgument, "AttributeError"}});
  return Object::none();
}
Answer kill(Call& call) {
  unwrap(process(call).kill(), {{ErrorCode::InvalidArgument, "AttributeError"}});
  return Object::none();
}
Answer close(Call& call) {
  unwrap(process(call).close());
  return Object::none();
}
Answer exitcode(Call& call) {
  const auto code = unwrap(process(call).exitcode(), {kRule});
  return code ? Object::integer(*code) : Object::none();
}
Answer pid(Call& call) {
  const auto pid = unwrap(process(call).pid(), {kRule});
  return pid ? Object::integer(*pid) : Object::none();
}
Answer name(Call& call) { return Object::str(process(call).name()); }
Answer set_name(Call& call) {
  const Object& wanted = call.need(0, "name");
  if (wanted.kind() != mp::Kind::Str) throw Raised{"AssertionError", "name must be a string", {}};
  process(call).set_name(std::string(wanted.as_str()));
  return Object::none();
}
Answer daemon(Call& call) { return Object::boolean(process(call).is_daemon()); }
Answer set_daemon(Call& call) {
  unwrap(process(call).set_daemon(call.flag(0, "flag", false)), {kRule});
  return Object::none();
}
Answer sentinel(Call& call) { return Object::integer(unwrap(process(call).sentinel())); }
Answer sentinel_ready(Call& call) {
  const int descriptor = unwrap(process(call).sentinel());
  const auto deadline = mp::Deadline::after(call.timeout(0, "timeout"));
  pollfd entry{descriptor, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.remaining()).count();
    const int ready =
        ::poll(&entry, 1,
               deadline.is_never() ? -1 : static_cast<int>(std::min<long long>(left, 3'600'000)));
    if (ready > 0) return Object::boolean(true);
    if (ready == 0 && deadline.passed()) return Object::boolean(false);
  }
}
Answer current_name(Call&) { return Object::str(mp::current_process().name); }
Answer parent_pid(Call&) {
  const auto parent = mp::parent_process();
  return parent ? Object::integer(parent->pid) : Object::none();
}
Answer active_children(Call&) {
  std::vector<std::string> names;
  for (const mp::Process& child : mp::active_children()) names.push_back(child.name());
  std::sort(names.begin(), names.end());
  Object list = Object::list();
  for (const std::string& one : names) list.append(Object::str(one));
  return list;
}
Answer start_methods(Call&) { return Object::list({Object::str("fork"), Object::str("spawn")}); }

constexpr Operation kOperations[] = {
    {"Process.new", make},
    {"Process.new_bare", make_bare},
    {"Process.start", start},
    {"Process.join", join},
    {"Process.is_alive", is_alive},
    {"Process.terminate", terminate},
    {"Process.kill", kill},
    {"Process.close", close},
    {"Process.exitcode", exitcode},
    {"Process.pid", pid},
    {"Process.name", name},
    {"Process.name.set", set_name},
    {"Process.daemon", daemon},
    {"Process.daemon.set", set_daemon},
    {"Process.sentinel", sentinel},
    {"Process.sentinel_ready", sentinel_ready},
    {"Process.current_name", current_name},
    {"Process.parent_pid", parent_pid},
    {"Process.active_children", active_children},
    {"Process.start_methods", start_methods},
};

}  // namespace

std::span<const Operation> process_operations() { return kOperations; }

}  // namespace adapter
