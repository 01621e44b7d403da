// manager.TYPE.*: methods of managed objects, each one call on the server unless it is special
// below.
#include <mp/managed_dict.hpp>
#include <mp/managed_list.hpp>
#include <mp/managed_values.hpp>

#include "actor.hpp"
#include "kept_values.hpp"
#include "proxies.hpp"

namespace adapter {

using mp::ErrorCode;
using mp::Kind;
using mp::Object;

/// A Remote error's message is Python's text of the exception, which its class leads.
void raise_proxy_error(const mp::Error& error) {
  if (error.code == ErrorCode::Remote) {
    const std::string name = error.message.substr(0, error.message.find(':'));
    throw Raised{name.substr(name.rfind('.') + 1), error.message, {}};
  }
  const bool refused = error.message.find("refused") != std::string::npos;
  raise(error, {{ErrorCode::NotFound, refused ? "ConnectionRefusedError" : "FileNotFoundError"},
                {ErrorCode::InvalidArgument, "TypeError"}});
}

const mp::Proxy* as_proxy(const Live& live) {
  if (const auto* proxy = std::any_cast<mp::Proxy>(&live)) return proxy;
  return std::any_cast<mp::ManagedNamespace>(&live);
}

namespace {

/// A handle on a lock or the like is nothing that a server could be sent.
void check_sendable(const Object& object) {
  if (contains_marker(object))
    throw Raised{
        "RuntimeError",
        "such an object reaches other processes only by being handed to a child at its start",
        {}};
}

Object keywords(const std::vector<std::pair<std::string, Object>>& kwargs) {
  const Object out = Object::dict();
  auto view = out.as_dict();
  for (const auto& [name, value] : kwargs) {
    check_sendable(value);
    unwrap(view.set(Object::str(name), value));
  }
  return out;
}

const mp::Proxy& proxy(const Call& call) {
  const mp::Proxy* found = call.target == nullptr ? nullptr : as_proxy(*call.target);
  if (found == nullptr) throw Raised{"AttributeError", "the object is no proxy", {}};
  return *found;
}

template <class T>
T typed(const Call& call) {
  return T(proxy(call));
}

/// What the server's exception is to a Python client.
[[noreturn]] void raise_exception(const Object& exception) {
  Raised raised{std::string(mp::exception_name(exception)), mp::exception_text(exception), {}};
  if (exception.kind() == Kind::Opaque)
    raised.args.assign(exception.args().items().begin(), exception.args().items().end());
  throw raised;
}

Answer invoke(const mp::Proxy& on, std::string_view method, std::vector<Object> args,
              const Object& kwargs = Object::dict()) {
  for (const Object& argument : args) check_sendable(argument);
  auto answer = on.invoke(method, std::move(args), kwargs);
  if (!answer) raise_proxy_error(answer.error());
  switch (answer->kind) {
    case mp::Answer::Kind::Returned:
      return std::move(answer->value);
    case mp::Answer::Kind::Raised:
      raise_exception(answer->value);
    case mp::Answer::Kind::MadeProxy:
      return Live(*std::move(answer->proxy));
  }
  return Object::none();
}

/// An array.array is a value of its own in C++: changing it makes another one, which takes its
/// name.
Answer on_kept_value(const Call& call, const Object& value, std::string_view method) {
  if (value.kind() != Kind::Array || method != "__setitem__")
    return call_kept_value(value, method, call.args);
  call.actor.keep(call.request->at("object").get<std::string>(), Live(with_item(value, call.args)));
  return Object::none();
}

/// The method of the operation's name, with the arguments as they came.
Answer forward(Call& call) {
  const std::string_view method = call.operation.substr(call.operation.rfind('.') + 1);
  if (const auto* value = std::any_cast<Object>(call.target))
    return on_kept_value(call, *value, method);
  return invoke(proxy(call), method, call.args, keywords(call.kwargs));
}

/// A constructor: manager.TYPE.new.
Answer make(Call& call) {
  const std::string_view type =
      call.operation.substr(8, call.operation.rfind('.') - 8);  // behind "manager."
  return made_proxy(manager_of(call), std::string(type), call.args, call.kwargs);
}

template <class T>
T taken(mp::Result<T> result) {
  if (!result) raise_proxy_error(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// --- every proxy ---

Answer get_value(Call& call) { return taken(proxy(call).get_value()); }
Answer str(Call& call) { return Object::str(proxy(call).str()); }
Answer repr(Call& call) { return Object::str(proxy(call).repr()); }
Answer type_name(Call& call) { return Object::str(proxy(call).type_name()); }
Answer copy_proxy(Call& call) {
  return Live(taken(mp::Proxy::from_object(proxy(call).to_object())));
}

/// Proxies compare by identity, so the argument has to be looked up as the object it names.
Answer equals(Call& call) {
  const auto& argument = call.request->at("args").at(0);
  if (!argument.is_object() || !argument.contains("ref")) return Object::boolean(false);
  const auto other = call.actor.find(argument["ref"].get<std::string>());
  const mp::Proxy* theirs = other ? as_proxy(*other) : nullptr;
  return Object::boolean(theirs != nullptr && *theirs == proxy(call));
}

// --- list ---

Answer list_iadd(Call& call) { return invoke(proxy(call), "extend", call.args); }
Answer list_imul(Call& call) {
  invoke(proxy(call), "__imul__", call.args);
  return Object::none();
}
Answer list_reversed(Call& call) {
  return Object::list(taken(typed<mp::ManagedList>(call).reversed()));
}
Answer list_to_list(Call& call) {
  if (std::any_cast<Object>(call.target) != nullptr) return forward(call);
  Object out = Object::list();
  taken(typed<mp::ManagedList>(call).iterate([&](const Object& item) {
    out.append(item);
    return true;
  }));
  return out;
}
Answer list_iterate_popping(Call& call) {
  const auto list = typed<mp::ManagedList>(call);
  Object out = Object::list();
  taken(list.iterate([&](const Object& item) {
    out.append(item);
    taken(list.pop());
    return true;
  }));
  return out;
}

// --- dict ---

Answer dict_iterate(Call& call) {
  return Object::list(taken(typed<mp::ManagedDict>(call).iterate()));
}
Answer dict_to_dict(Call& call) {
  if (std::any_cast<Object>(call.target) != nullptr) return forward(call);
  return taken(typed<mp::ManagedDict>(call).to_dict());
}

/// keys, values and items of a CPython server are lists already; a view would be its list.
Answer dict_view(Call& call) {
  Answer answer = forward(call);
  if (auto* value = std::get_if<Object>(&answer);
      value != nullptr && value->kind() == Kind::Tuple) {
    return Object::list({value->items().begin(), value->items().end()});
  }
  return answer;
}

// --- Namespace ---

mp::ManagedNamespace name_space(const Call& call) {
  if (const auto* own = std::any_cast<mp::ManagedNamespace>(call.target)) return *own;
  return typed<mp::ManagedNamespace>(call);
}

Answer get_attribute(Call& call) {
  auto value = name_space(call).getattr(call.text(0, "name"));
  if (!value) raise_proxy_error(value.error());
  return *std::move(value);
}
Answer set_attribute(Call& call) {
  check_sendable(call.need(1, "value"));
  const auto done = name_space(call).setattr(call.text(0, "name"), call.need(1, "value"));
  if (!done) raise_proxy_error(done.error());
  return Object::none();
}
Answer delete_attribute(Call& call) {
  const auto done = name_space(call).delattr(call.text(0, "name"));
  if (!done) raise_proxy_error(done.error());
  return Object::none();
}

// --- Value, Array ---

Answer value_get(Call& call) { return invoke(proxy(call), "get", {}); }
Answer value_set(Call& call) { return invoke(proxy(call), "set", call.args); }
Answer array_to_list(Call& call) {
  return Object::list(taken(typed<mp::ManagedArray>(call).to_vector()));
}

// --- synchronization ---

/// AcquirerProxy's acquire(blocking=True, timeout=None): a timeout is sent only when there is one.
Answer acquire(Call& call) {
  const Object* blocking = call.find(0, "blocking");
  const Object* timeout = call.find(1, "timeout");
  std::vector<Object> args = {blocking == nullptr ? Object::boolean(true) : *blocking};
  if (timeout != nullptr && !timeout->is_none()) args.push_back(*timeout);
  return invoke(proxy(call), "acquire", std::move(args));
}
Answer wait(Call& call) {
  const Object* timeout = call.find(0, "timeout");
  return invoke(proxy(call), "wait", {timeout == nullptr ? Object::none() : *timeout});
}
Answer notify(Call& call) {
  return invoke(proxy(call), "notify", {Object::integer(call.integer(0, "n", 1))});
}
Answer barrier_attribute(Call& call) {
  return invoke(proxy(call), "__getattribute__",
                {Object::str(call.operation.substr(call.operation.rfind('.') + 1))});
}

#define MP_EVERY_PROXY(type)                                                              \
  {"manager." type "._getvalue", get_value}, {"manager." type ".__str__", str},           \
      {"manager." type ".__repr__", repr}, {"manager." type ".type_name", type_name},     \
      {"manager." type ".copy_proxy", copy_proxy}, {"manager." type ".equals", equals}, { \
    "manager." type ".new", make                                                          \
  }
#define MP_QUEUE(type)                                                               \
  {"manager." type ".new", make}, {"manager." type ".put", forward},                 \
      {"manager." type ".get", forward}, {"manager." type ".put_nowait", forward},   \
      {"manager." type ".get_nowait", forward}, {"manager." type ".qsize", forward}, \
      {"manager." type ".empty", forward}, {"manager." type ".full", forward},       \
      {"manager." type ".task_done", forward}, {                                     \
    "manager." type ".join", forward                                                 \
  }
#define MP_ACQUIRER(type)                                                  \
  {"manager." type ".new", make}, {"manager." type ".acquire", acquire}, { \
    "manager." type ".release", forward                                    \
  }

constexpr Operation kOperations[] = {
    MP_EVERY_PROXY("list"),
    {"manager.list.__len__", forward},
    {"manager.list.__getitem__", forward},
    {"manager.list.__setitem__", forward},
    {"manager.list.__delitem__", forward},
    {"manager.list.__contains__", forward},
    {"manager.list.__add__", forward},
    {"manager.list.__mul__", forward},
    {"manager.list.__rmul__", forward},
    {"manager.list.__iadd__", list_iadd},
    {"manager.list.__imul__", list_imul},
    {"manager.list.__reversed__", list_reversed},
    {"manager.list.append", forward},
    {"manager.list.extend", forward},
    {"manager.list.insert", forward},
    {"manager.list.pop", forward},
    {"manager.list.remove", forward},
    {"manager.list.index", forward},
    {"manager.list.count", forward},
    {"manager.list.reverse", forward},
    {"manager.list.sort", forward},
    {"manager.list.to_list", list_to_list},
    {"manager.list.iterate_popping", list_iterate_popping},
    MP_EVERY_PROXY("dict"),
    {"manager.dict.__len__", forward},
    {"manager.dict.__getitem__", forward},
    {"manager.dict.__setitem__", forward},
    {"manager.dict.__delitem__", forward},
    {"manager.dict.__contains__", forward},
    {"manager.dict.__iter__", dict_iterate},
    {"manager.dict.get", forward},
    {"manager.dict.pop", forward},
    {"manager.dict.popitem", forward},
    {"manager.dict.setdefault", forward},
    {"manager.dict.update", forward},
    {"manager.dict.clear", forward},
    {"manager.dict.copy", forward},
    {"manager.dict.keys", dict_view},
    {"manager.dict.values", dict_view},
    {"manager.dict.items", dict_view},
    {"manager.dict.to_dict", dict_to_dict},
    MP_EVERY_PROXY("Namespace"),
    {"manager.Namespace.__getattr__", get_attribute},
    {"manager.Namespace.__setattr__", set_attribute},
    {"manager.Namespace.__delattr__", delete_attribute},
    MP_EVERY_PROXY("Value"),
    {"manager.Value.get", value_get},
    {"manager.Value.set", value_set},
    {"manager.Value.value", value_get},
    {"manager.Value.value.set", value_set},
    MP_EVERY_PROXY("Array"),
    {"manager.Array.__len__", forward},
    {"manager.Array.__getitem__", forward},
    {"manager.Array.__setitem__", forward},
    {"manager.Array.to_list", array_to_list},
    MP_QUEUE("Queue"),
    {"manager.Queue.type_name", type_name},
    {"manager.Queue.copy_proxy", copy_proxy},
    MP_QUEUE("JoinableQueue"),
    MP_ACQUIRER("Lock"),
    MP_ACQUIRER("RLock"),
    MP_ACQUIRER("Semaphore"),
    MP_ACQUIRER("BoundedSemaphore"),
    MP_ACQUIRER("Condition"),
    {"manager.Condition.wait", wait},
    {"manager.Condition.notify", notify},
    {"manager.Condition.notify_all", forward},
    {"manager.Event.new", make},
    {"manager.Event.is_set", forward},
    {"manager.Event.set", forward},
    {"manager.Event.clear", forward},
    {"manager.Event.wait", wait},
    {"manager.Barrier.new", make},
    {"manager.Barrier.wait", wait},
    {"manager.Barrier.reset", forward},
    {"manager.Barrier.abort", forward},
    {"manager.Barrier.parties", barrier_attribute},
    {"manager.Barrier.n_waiting", barrier_attribute},
    {"manager.Barrier.broken", barrier_attribute},
};

}  // namespace

Live made_proxy(const mp::Manager& manager, const std::string& type_id, std::vector<Object> args,
                const std::vector<std::pair<std::string, Object>>& kwargs) {
  for (const Object& argument : args) check_sendable(argument);
  auto made = manager.create(type_id, std::move(args), keywords(kwargs));
  if (!made) raise_proxy_error(made.error());
  if (type_id == "Namespace") return Live(mp::ManagedNamespace(*std::move(made)));
  return Live(*std::move(made));
}

std::span<const Operation> proxy_operations() { return kOperations; }

}  // namespace adapter
