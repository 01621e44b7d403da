// Manager.*: the manager itself. manager.TYPE.*: see operations_proxies.cpp.
#include <mp/address.hpp>
#include <mp/authkey.hpp>
#include <mp/manager.hpp>

#include "proxies.hpp"
#include "server_program.hpp"
#include "settings.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Kind;
using mp::Object;

/// A str is a path, a tuple of host and port a TCP endpoint.
mp::Address address_from(const Object& object) {
  if (object.kind() == Kind::Str) return mp::UnixAddress{std::string(object.as_str())};
  if (object.kind() == Kind::Bytes) return mp::UnixAddress{std::string(object.as_bytes())};
  if (object.kind() == Kind::Tuple && object.items().size() == 2 &&
      object.items()[0].kind() == Kind::Str && object.items()[1].kind() == Kind::Int) {
    return mp::InetAddress{std::string(object.items()[0].as_str()),
                           static_cast<std::uint16_t>(object.items()[1].as_int64())};
  }
  throw Raised{"ValueError", "an address is a path, or a tuple of host and port", {}};
}

Object address_object(const mp::Address& address) {
  if (const auto* path = std::get_if<mp::UnixAddress>(&address)) return Object::str(path->path);
  const auto& endpoint = std::get<mp::InetAddress>(address);
  return Object::tuple_of(Object::str(endpoint.host), Object::integer(endpoint.port));
}

/// With its server in a program of its own.
Answer make_served(const mp::ManagerOptions& options) {
  const std::string key = options.authkey.value_or(std::string(mp::current_authkey()));
  auto server = ServerProgram::start(settings().manager_program,
                                     options.address.value_or(mp::UnixAddress{}), key);
  auto manager = mp::Manager::connect(server->address(), key);
  if (!manager) raise_proxy_error(manager.error());
  return Live(ServedManager{*std::move(manager), std::move(server)});
}

Answer make(Call& call) {
  mp::ManagerOptions options;
  if (const Object* address = call.find(0, "address"); address != nullptr && !address->is_none())
    options.address = address_from(*address);
  if (const Object* key = call.find(1, "authkey"); key != nullptr && !key->is_none())
    options.authkey = call.byte_text(1, "authkey");
  if (!settings().manager_program.empty()) return make_served(options);
  return Live(unwrap(mp::Manager::start(std::move(options))));
}

Answer connect(Call& call) {
  const std::string key = call.byte_text(1, "authkey");
  auto manager = mp::Manager::connect(address_from(call.need(0, "address")), key);
  if (!manager) raise_proxy_error(manager.error());
  mp::set_current_authkey(
      key);  // as the suite's Python clients do, for proxies that are read out of containers
  return Live(*std::move(manager));
}

ServerProgram* server_of(const Call& call) {
  const auto* served = std::any_cast<ServedManager>(call.target);
  return served == nullptr ? nullptr : served->server.get();
}

Answer address(Call& call) { return address_object(manager_of(call).address()); }
Answer authkey(Call& call) { return Object::bytes(manager_of(call).authkey()); }
Answer pid(Call& call) {
  if (const auto* server = server_of(call)) return Object::integer(server->pid());
  const auto pid = manager_of(call).pid();
  if (!pid) throw Raised{"AttributeError", "the server was not started by this manager", {}};
  return Object::integer(*pid);
}
Answer shutdown(Call& call) {
  if (auto* server = server_of(call)) {
    if (!server->is_ours())
      throw Raised{"AttributeError", "only the process that started the server may end it", {}};
    server->end();
    return Object::none();
  }
  mp::Manager handle = manager_of(call);
  unwrap(handle.shutdown(), {{ErrorCode::NotOwner, "AttributeError"}});
  return Object::none();
}
Answer number_of_objects(Call& call) {
  const auto count = manager_of(call).number_of_objects();
  if (!count) raise_proxy_error(count.error());
  return Object::integer(static_cast<std::int64_t>(*count));
}

Answer create(Call& call) {
  std::vector<Object> args(call.args.begin() + 1, call.args.end());
  return made_proxy(manager_of(call), call.text(0, "typeid"), std::move(args), call.kwargs);
}

constexpr Operation kOperations[] = {
    {"Manager.new", make},
    {"Manager.connect", connect},
    {"Manager.address", address},
    {"Manager.authkey", authkey},
    {"Manager.pid", pid},
    {"Manager.shutdown", shutdown},
    {"Manager.number_of_objects", number_of_objects},
    {"Manager.create", create},
};

}  // namespace

const mp::Manager& manager_of(const Call& call) {
  if (const auto* served = std::any_cast<ServedManager>(call.target)) return served->manager;
  return call.object<mp::Manager>();
}

std::span<const Operation> manager_operations() { return kOperations; }

}  // namespace adapter
