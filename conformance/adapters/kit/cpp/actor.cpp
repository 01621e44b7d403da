#include "actor.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace mpspec::kit {
namespace {

const std::set<std::string> kScalars = {"int",   "float", "complex", "str",       "bytes",
                                        "array", "range", "slice",   "bytearray", "exception"};
const std::set<std::string> kContainers = {"tuple", "dict", "set", "frozenset"};

/// The connection of this process's actor. What is forked from here must not hold it open.
int g_connection = -1;

void close_in_forked_child() {
  if (g_connection >= 0) ::close(std::exchange(g_connection, -1));
}

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (path.size() < sizeof address.sun_path) {
    path.copy(address.sun_path, path.size());
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return descriptor;
  }
  std::fprintf(stderr, "cannot connect to %s: %s\n", path.c_str(), std::strerror(errno));
  std::_Exit(2);
}

[[noreturn]] void signal_self(int number) {
  if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
  ::raise(number);
  for (;;) ::pause();  // it does not kill: there is no answer all the same
}

Answer actor_operation(Actor& actor, const std::string& name, const Value& args) {
  const auto text = [&](std::size_t i) { return to_text(args.at(i)); };
  const auto number = [&](std::size_t i) { return static_cast<int>(to_int(args.at(i))); };
  if (name == "echo") return args.at(0);
  if (name == "pid") return Value(::getpid());
  if (name == "objects") return Value(actor.names());
  if (name == "drop") return actor.drop(text(0)), Value();
  if (name == "is_same") {
    const Kept one = actor.find(text(0)), other = actor.find(text(1));
    const auto *a = std::get_if<Object>(&one), *b = std::get_if<Object>(&other);
    return Value(a != nullptr && b != nullptr ? a->same_as(*b) : text(0) == text(1));
  }
  if (name == "return") throw Leave{0};
  if (name == "exit") {
    const Value code = args.empty() ? Value() : args[0];
    if (code.is_string()) std::fprintf(stderr, "%s\n", code.get<std::string>().c_str());
    throw Leave{code.is_null() ? 0 : code.is_string() ? 1 : static_cast<int>(to_int(code))};
  }
  if (name == "os_exit") std::_Exit(number(0));
  if (name == "raise") {
    std::fprintf(stderr, "%s: %s\n", text(0).c_str(), text(1).c_str());
    throw Leave{1};
  }
  if (name == "signal") signal_self(number(0));
  ::signal(number(0), SIG_IGN);  // ignore_signal, the last one
  return Value();
}

}  // namespace

std::int64_t stamp() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Value error_fields(const Error& error) {
  const std::string message = error.what();
  const Value args = message.empty() ? Value::array() : Value::array({message});
  return {{"type", error.type()}, {"args", args}, {"message", message}};
}

void Inbox::put(Value request) {
  const std::lock_guard guard(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_one();
}

void Inbox::close() {
  const std::lock_guard guard(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::optional<Value> Inbox::take() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] { return closed_ || !requests_.empty(); });
  if (requests_.empty()) return std::nullopt;
  Value request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

Actor::Actor(const Table& table, int number, Objects objects)
    : table_(table),
      connection_(connect_to(std::getenv("MPSPEC_SOCKET"))),
      objects_(std::move(objects)) {
  static const int kRegistered = ::pthread_atfork(nullptr, nullptr, close_in_forked_child);
  static_cast<void>(kRegistered);
  g_connection = connection_;
  send(table_.hello(number));
}

int Actor::run() {
  std::thread([this] { read_requests(); }).detach();  // it ends with the connection
  int code = 0;
  try {
    work_on(main_inbox_);
  } catch (const Leave& leave) {
    code = leave.code;
  }
  ::shutdown(connection_, SHUT_RDWR);
  return code;
}

void Actor::read_requests() {
  std::string buffer;
  char chunk[65536];
  for (;;) {
    const ssize_t n = ::recv(connection_, chunk, sizeof chunk, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    buffer.append(chunk, static_cast<std::size_t>(n));
    for (std::size_t end; (end = buffer.find('\n')) != std::string::npos;
         buffer.erase(0, end + 1)) {
      Value request = Value::parse(buffer.substr(0, end));
      const std::string thread = request.value("thread", "");
      auto& inbox = inboxes_[thread];
      if (!inbox) {
        inbox = std::make_unique<Inbox>();
        if (!thread.empty()) std::thread([this, &mine = *inbox] { work_on(mine); }).detach();
      }
      (thread.empty() ? main_inbox_ : *inbox).put(std::move(request));
    }
  }
  main_inbox_.close();
  for (const auto& [name, inbox] : inboxes_) inbox->close();
}

void Actor::work_on(Inbox& inbox) {
  while (const auto request = inbox.take()) send(reply_to(*request));
}

void Actor::send(const Value& message) {
  const std::string line = message.dump(-1, ' ', false, Value::error_handler_t::replace) + "\n";
  const std::lock_guard guard(writing_);
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t n = ::send(connection_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the suite is gone, and read_requests() ends the actor
    sent += static_cast<std::size_t>(n);
  }
}

Kept Actor::find(const std::string& name) {
  const std::lock_guard guard(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) throw Error("AdapterError", "no object named " + name);
  return found->second;
}

void Actor::keep(const std::string& name, Kept kept) {
  const std::lock_guard guard(mutex_);
  objects_.insert_or_assign(name, std::move(kept));
}

void Actor::drop(const std::string& name) {
  const Kept last = find(name);  // destroyed after the lock is released
  const std::lock_guard guard(mutex_);
  objects_.erase(name);
}

std::vector<std::string> Actor::names() {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, kept] : objects_) names.push_back(name);
  return names;
}

Value Actor::resolve(const Value& value, const FindVariable& variable) {
  if (value.is_array()) {
    Value items = Value::array();
    for (const Value& item : value) items.push_back(resolve(item, variable));
    return items;
  }
  if (!value.is_object()) return value;
  if (value.size() != 1) throw Error("AdapterError", "a value has exactly one key");
  const std::string kind = value.begin().key();
  const Value& body = value.begin().value();
  if (kind == "var" && variable) return variable(body.get<std::string>());
  if (kind == "ref") {
    const Kept kept = find(body.get<std::string>());
    const Value* plain = std::get_if<Value>(&kept);
    return plain != nullptr ? *plain : value;
  }
  if (kContainers.contains(kind)) return {{kind, resolve(body, variable)}};
  if (!kScalars.contains(kind)) throw Error("AdapterError", "no value: " + value.dump());
  return value;
}

Call Actor::make_call(const Operation& operation, const Value& request, const Kept* target,
                      const FindVariable& variable) {
  std::map<std::string, Value, std::less<>> arguments;
  const auto& parameters = operation.parameters;
  const Value args = request.value("args", Value::array());
  if (args.size() > parameters.size())
    throw Error("TypeError", "takes at most " + std::to_string(parameters.size()) + " arguments");
  for (std::size_t i = 0; i < args.size(); ++i)
    arguments[parameters[i]] = resolve(args[i], variable);
  const Value kwargs = request.value("kwargs", Value::object());
  for (const auto& [name, value] : kwargs.items()) {
    const bool known = std::find(parameters.begin(), parameters.end(), name) != parameters.end();
    if (!known || arguments.contains(name)) throw Error("TypeError", "unexpected argument " + name);
    arguments[name] = resolve(value, variable);
  }
  return {*this, target, std::move(arguments)};
}

Done Actor::call(const Value& request, const FindVariable& variable) {
  const std::string op = request.at("op");
  std::int64_t began = stamp();
  try {
    std::optional<Kept> target;
    if (request.contains("object")) target = find(request["object"].get<std::string>());
    if (op.starts_with("actor.")) {
      const Value args = resolve(request.value("args", Value::array()), variable);
      began = stamp();
      Answer answer = actor_operation(*this, op.substr(6), args);
      return {began, stamp(), std::move(answer), {}};
    }
    const Operation& operation = *table_.find(op);
    Call call = make_call(operation, request, target ? &*target : nullptr, variable);
    began = stamp();
    Answer answer = operation.function(call);
    return {began, stamp(), std::move(answer), {}};
  } catch (const Error& error) {
    return {began, stamp(), Value(), error};
  } catch (const Value::exception& error) {
    return {began, stamp(), Value(), Error("AdapterError", error.what())};
  } catch (const std::exception& error) {
    return {began, stamp(), Value(), Error("RuntimeError", error.what())};
  }
}

Value Actor::outcome(const Value& request, Done& done) {
  if (done.error) return {{"error", error_fields(*done.error)}};
  const auto as = request.find("as");
  if (auto* several = std::get_if<std::vector<Object>>(&done.answer)) {
    Value references = Value::array();
    for (std::size_t i = 0; as != request.end() && i < std::min(several->size(), as->size()); ++i) {
      keep((*as)[i], (*several)[i]);
      references.push_back({{"ref", (*as)[i]}});
    }
    return {{"ok", references}};
  }
  auto* object = std::get_if<Object>(&done.answer);
  if (as != request.end()) {
    keep(*as, object != nullptr ? Kept(*object) : Kept(std::get<Value>(done.answer)));
    return {{"ok", {{"ref", *as}}}};
  }
  return {
      {"ok", object != nullptr ? Value{{"proxy", object->type()}} : std::get<Value>(done.answer)}};
}

Value Actor::reply_to(const Value& request) {
  const Value id = request.at("id");
  const std::string op = request.at("op");
  Value reply;
  if (op == "actor.program") {
    reply = run_program(*this, request);
  } else if (table_.find(op) == nullptr) {
    reply = {{"unsupported", "this backend has no " + op}};
  } else {
    Done done = call(request);
    reply = outcome(request, done);
    reply["t"] = {done.began, done.ended};
  }
  reply["id"] = id;
  return reply;
}

}  // namespace mpspec::kit
