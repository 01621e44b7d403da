#include "actor.hpp"

#include <pthread.h>
#include <unistd.h>

#include <mp/process.hpp>
#include <stdexcept>

#include "live.hpp"
#include "program.hpp"
#include "proxies.hpp"
#include "settings.hpp"

namespace adapter {
namespace {

using nlohmann::json;

/// The socket of this process's actor. Whatever is forked from here, a child actor or a manager's
/// server, must not hold the connection open, or the suite would never see it end.
LineSocket* g_socket = nullptr;

void abandon_in_forked_child() {
  if (g_socket != nullptr) std::exchange(g_socket, nullptr)->abandon();
}

/// A proxy that came as a value becomes one that can be used; everything else stays a value.
Live live_from(mp::Object value) {
  if (!mp::Proxy::is_proxy(value)) return Live(std::move(value));
  auto proxy = mp::Proxy::from_object(value);
  if (!proxy) raise_proxy_error(proxy.error());
  return Live(*std::move(proxy));
}

std::int64_t stamp() { return mp::Clock::now().time_since_epoch().count(); }

}  // namespace

void Inbox::put(json request) {
  const std::lock_guard guard(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_one();
}

void Inbox::close() {
  const std::lock_guard guard(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::optional<json> Inbox::take() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] { return closed_ || !requests_.empty(); });
  if (requests_.empty()) return std::nullopt;
  json request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

Actor::Actor(std::string socket_path, int number, Objects objects)
    : socket_path_(std::move(socket_path)), socket_(socket_path_), objects_(std::move(objects)) {
  static const int kRegistered = ::pthread_atfork(nullptr, nullptr, abandon_in_forked_child);
  static_cast<void>(kRegistered);
  g_socket = &socket_;
  say_hello(number);
}

void Actor::say_hello(int number) {
  socket_.write({{"hello",
                  {{"protocol", 1},
                   {"actor", number},
                   {"pid", ::getpid()},
                   {"backend", {{"name", settings().name}, {"version", MP_ADAPTER_VERSION}}},
                   {"operations", operation_names()},
                   {"features", {"threads", "fork", "spawn", "manager-wire"}}}}});
}

void Actor::run_in_this_process(const std::string& socket_path, int number, Objects objects) {
  // Before the hello: the parent may drop its own proxies as soon as it has seen that.
  static_cast<void>(mp::adopt_inherited_proxies());
  auto* actor = new Actor(socket_path, number, std::move(objects));
  const Ending ending = actor->serve();
  actor->socket_.end();  // the process may live on, waiting for its children
  switch (ending.how) {
    case Ending::How::returns:
      return;
    case Ending::How::exits:
      if (ending.message.empty()) throw mp::SystemExit(ending.status);
      throw mp::SystemExit(ending.message);
    case Ending::How::raises:
      throw std::runtime_error(ending.message);
  }
}

Ending Actor::serve() {
  std::thread reader([this] { read_requests(); });
  reader.detach();  // it ends with the connection, or with the process
  Ending ending;
  try {
    work_on(main_inbox_);
  } catch (const Stop& stop) {
    ending = stop.ending;
  }
  Objects dropped;
  {
    const std::lock_guard guard(mutex_);
    dropped.swap(objects_);
  }
  return ending;
}

void Actor::read_requests() {
  while (auto request = socket_.read()) {
    const std::string thread = request->value("thread", "");
    if (thread.empty()) {
      main_inbox_.put(std::move(*request));
      continue;
    }
    auto& inbox = inboxes_[thread];
    if (!inbox) {
      inbox = std::make_unique<Inbox>();
      std::thread([this, &mine = *inbox] { work_on(mine); }).detach();
    }
    inbox->put(std::move(*request));
  }
  main_inbox_.close();
  for (const auto& [name, inbox] : inboxes_) inbox->close();
}

void Actor::work_on(Inbox& inbox) {
  while (const auto request = inbox.take()) answer(*request);
}

void Actor::answer(const json& request) {
  const json id = request.value("id", json());
  const std::string name = request.value("op", "");
  if (name != "actor.program" && find_operation(name) == nullptr) {
    socket_.write({{"id", id}, {"unsupported", "the reference has no " + name}});
    return;
  }
  const std::int64_t began = stamp();
  json reply;
  try {
    reply = name == "actor.program" ? run_program(*this, request) : perform(request);
  } catch (const Raised& raised) {
    reply = {{"error", to_json(raised)}, {"t", json::array({began, stamp()})}};
  } catch (const json::exception& error) {
    reply = {{"error", to_json(Raised{"AdapterError", error.what(), {}})},
             {"t", json::array({began, stamp()})}};
  }
  reply["id"] = id;
  socket_.write(reply);
}

json Actor::perform(const json& request) {
  const Operation& operation = *find_operation(request["op"].get_ref<const std::string&>());
  const auto resolve_name = [this](const std::string& name) { return resolve(name); };
  Call call{*this, operation.name, nullptr, {}, {}, &request};
  std::optional<Live> target;
  if (const auto object = request.find("object"); object != request.end()) {
    target = find(object->get<std::string>());
    if (!target) throw Raised{"AdapterError", "there is no object " + object->dump(), {}};
    call.target = &*target;
  }
  if (const auto args = request.find("args"); args != request.end()) {
    for (const auto& argument : *args) call.args.push_back(from_json(argument, resolve_name));
  }
  if (const auto kwargs = request.find("kwargs"); kwargs != request.end()) {
    for (const auto& [key, value] : kwargs->items())
      call.kwargs.emplace_back(key, from_json(value, resolve_name));
  }
  const std::int64_t began = stamp();
  try {
    Answer result = operation.handler(call);
    const std::int64_t ended = stamp();
    const auto as = request.find("as");
    return {{"ok", kept(std::move(result), as == request.end() ? nullptr : &*as)},
            {"t", json::array({began, ended})}};
  } catch (const Raised& raised) {
    return {{"error", to_json(raised)}, {"t", json::array({began, stamp()})}};
  }
}

std::optional<Live> Actor::find(const std::string& name) const {
  const std::lock_guard guard(mutex_);
  const auto found = objects_.find(name);
  return found == objects_.end() ? std::nullopt : std::optional<Live>(found->second);
}

void Actor::keep(const std::string& name, Live object) {
  const std::lock_guard guard(mutex_);
  std::swap(objects_[name], object);
}

bool Actor::drop(const std::string& name) {
  Live dropped;  // destroyed after the lock is released: dropping a proxy talks to its server
  const std::lock_guard guard(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return false;
  std::swap(dropped, found->second);
  objects_.erase(found);
  return true;
}

std::vector<std::string> Actor::names() const {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, object] : objects_) names.push_back(name);
  return names;
}

void Actor::abandon_objects() {
  // Another thread may have held the mutex when this process was forked; then the copies stay until
  // its end.
  const std::unique_lock guard(mutex_, std::try_to_lock);
  if (guard.owns_lock()) objects_.clear();
}

json Actor::kept(Answer answer, const json* as) {
  if (auto* several = std::get_if<std::vector<Live>>(&answer)) {
    json references = json::array();
    for (std::size_t i = 0;
         as != nullptr && as->is_array() && i < several->size() && i < as->size(); ++i) {
      const std::string name = (*as)[i].get<std::string>();
      keep(name, std::move((*several)[i]));
      references.push_back({{"ref", name}});
    }
    return references;
  }
  if (as != nullptr) {
    const std::string name = as->get<std::string>();
    if (auto* value = std::get_if<mp::Object>(&answer)) {
      keep(name, live_from(std::move(*value)));
    } else {
      keep(name, std::get<Live>(std::move(answer)));
    }
    return {{"ref", name}};
  }
  if (const auto* value = std::get_if<mp::Object>(&answer)) return to_json(*value);
  return {{"proxy", live_type_name(std::get<Live>(answer))}};
}

}  // namespace adapter
