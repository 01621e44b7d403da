#include "driver/actor.hpp"

#include <fmt/format.h>
#include <signal.h>

#include "driver/adapter.hpp"
#include "driver/request.hpp"
#include "driver/value_codec.hpp"

namespace mpspec {
namespace {

/// A program runs thousands of operations: it gets several operations' worth of time.
constexpr int kProgramPatience = 5;

std::string stem(const std::string& type) { return type.substr(type.rfind('.') + 1); }

}  // namespace

bool Pending::ready() const { return actor_->await(id_, Clock::now()).has_value(); }

std::optional<Outcome> Pending::wait_until(Clock::time_point when) const {
  return actor_->await(id_, when);
}

std::optional<Outcome> Pending::answered() const {
  const auto reply = actor_->replies_.find(id_);
  return reply == actor_->replies_.end() ? std::nullopt : std::optional(reply->second);
}

Outcome Pending::wait() const {
  if (auto outcome = actor_->await(id_, actor_->adapter_.deadline(kProgramPatience)))
    return *outcome;
  const std::string text = actor_->waiting_.at(id_).text;
  actor_->adapter_.stop(Verdict::hang, fmt::format("actor {}: {} has no answer by the deadline",
                                                   actor_->hello_.actor, text));
}

Actor::Actor(Adapter& adapter, LineConnection connection, Hello hello)
    : adapter_(adapter), connection_(std::move(connection)), hello_(std::move(hello)) {}

bool Actor::offers(std::string_view operation) const {
  return hello_.operations.contains(operation);
}

void Actor::check_offered(const std::string& operation) {
  if (adapter_.stopped()) throw *adapter_.stopped();
  if (!offers(operation)) adapter_.stop(Verdict::unsupported, operation);
}

void Actor::need_feature(const std::string& feature) {
  if (!hello_.features.contains(feature)) adapter_.stop(Verdict::unsupported, "feature " + feature);
}

void Actor::complain(const std::string& message) {
  adapter_.stop(Verdict::fail, fmt::format("the adapter broke the adapter protocol: actor {} {}",
                                           hello_.actor, message));
}

long long Actor::send(nlohmann::json request, const std::string& operation, std::string text) {
  check_offered(operation);
  const long long id = next_id_++;
  request["id"] = id;
  adapter_.note(fmt::format("actor {}: {}", hello_.actor, text));
  waiting_[id] = {request.value("thread", ""), std::move(text), Clock::now()};
  // A connection that is gone shows itself when the reply is awaited.
  connection_.send(request, adapter_.deadline());
  return id;
}

long long Actor::start(const std::string& operation, const std::string& object, const Args& args,
                       const Kwargs& kwargs, const std::vector<std::string>& keep_as,
                       const std::string& thread) {
  nlohmann::json request = request_fields(operation, object, args, kwargs);
  std::string text = request_text(operation, object, args, kwargs);
  if (keep_as.size() == 1) request["as"] = keep_as[0];
  if (keep_as.size() > 1) request["as"] = keep_as;
  if (!thread.empty()) request["thread"] = thread;
  for (auto name = keep_as.rbegin(); name != keep_as.rend(); ++name) {
    text.insert(0, *name + (name == keep_as.rbegin() ? " = " : ", "));
  }
  return send(std::move(request), operation, std::move(text));
}

Outcome Actor::perform(const std::string& operation, const std::string& object, const Args& args,
                       const Kwargs& kwargs, const std::vector<std::string>& keep_as) {
  const long long id = start(operation, object, args, kwargs, keep_as);
  const Waiting asked = waiting_.at(id);
  if (auto outcome = await(id, adapter_.deadline())) {
    adapter_.answered_after(Clock::now() - asked.sent, asked.text);
    return *outcome;
  }
  adapter_.stop(Verdict::hang, fmt::format("actor {}: {} has no answer by the deadline",
                                           hello_.actor, asked.text));
}

std::optional<Outcome> Actor::await(long long id, Clock::time_point deadline) {
  for (;;) {
    if (const auto reply = replies_.find(id); reply != replies_.end()) return reply->second;
    if (adapter_.stopped()) throw *adapter_.stopped();
    if (const auto line = connection_.receive(deadline)) {
      take(*line);
      continue;
    }
    switch (connection_.state()) {
      case LineConnection::State::open:
        // A reply that is already in the socket counts even when the deadline has passed.
        if (const auto line = connection_.receive(Clock::now())) {
          take(*line);
          continue;
        }
        return std::nullopt;
      case LineConnection::State::closed:
        adapter_.stop(
            Verdict::crash,
            fmt::format("actor {} (process {}) was gone while {} was under way{}", hello_.actor,
                        hello_.pid, waiting_.at(id).text, adapter_.output_tail()));
      default:
        complain(connection_.complaint());
    }
  }
}

void Actor::take(const nlohmann::json& line) {
  const auto id_field = line.find("id");
  if (id_field == line.end() || !id_field->is_number_integer())
    complain("sent a reply without an id");
  const long long id = id_field->get<long long>();
  const auto asked = waiting_.find(id);
  if (asked == waiting_.end())
    complain(fmt::format("answered request {}, which nobody waits for", id));
  for (auto earlier = waiting_.begin(); earlier != asked; ++earlier) {
    if (earlier->second.thread == asked->second.thread) {
      complain(fmt::format("answered request {} before request {} of the same thread", id,
                           earlier->first));
    }
  }
  const std::string& text = asked->second.text;
  if (line.contains("unsupported")) {
    complain(fmt::format("lists an operation in its hello that it does not support: {} ({})", text,
                         line["unsupported"].dump()));
  }
  try {
    Outcome outcome = outcome_from(line);
    if (const auto t = line.find("t"); t != line.end() && t->is_array() && t->size() == 2) {
      outcome.began = stamp_from((*t)[0]);
      outcome.ended = stamp_from((*t)[1]);
    }
    if (line.contains("history")) take_history(line["history"]);
    const std::string told = text + " -> " + to_text(outcome);
    adapter_.note(fmt::format("actor {}: {}", hello_.actor, told));
    log_own_times(outcome, told);
    replies_.emplace(id, std::move(outcome));
    waiting_.erase(asked);  // a case makes thousands of requests, and few of them wait at a time
  } catch (const ProtocolError& error) {
    complain(fmt::format("answered {} with a line that is no reply: {}", text, error.what()));
  } catch (const nlohmann::json::exception& error) {
    complain(fmt::format("answered {} with a line that is no reply: {}", text, error.what()));
  }
}

void Actor::log_own_times(const Outcome& outcome, const std::string& told) {
  if (!log_.is_open())
    log_.open(adapter_.settings().folder / fmt::format("actor-{}.log", hello_.actor));
  log_ << outcome.began.time_since_epoch().count() << ' '
       << outcome.ended.time_since_epoch().count() << ' ' << told << std::endl;
}

void Actor::take_history(const nlohmann::json& history) {
  history_.clear();
  for (const auto& entry : history) {
    if (!entry.is_array() || entry.size() != 4)
      throw ProtocolError("a history entry has four parts");
    Outcome outcome = outcome_from(entry[3]);
    outcome.began = stamp_from(entry[1]);
    outcome.ended = stamp_from(entry[2]);
    history_.emplace_back(int_from(entry[0]), std::move(outcome));
  }
}

Outcome Actor::call(const Object& object, const std::string& method, const Args& args,
                    const Kwargs& kwargs) {
  return perform(object.type + "." + method, object.name, args, kwargs);
}

Outcome Actor::call(const std::string& operation, const Args& args, const Kwargs& kwargs) {
  return perform(operation, "", args, kwargs);
}

void Actor::expect_unsupported(const std::string& operation) {
  const long long id = next_id_++;
  connection_.send({{"id", id}, {"op", operation}}, adapter_.deadline());
  const auto line = connection_.receive(adapter_.deadline());
  if (!line)
    adapter_.stop(ended() ? Verdict::crash : Verdict::hang,
                  "no answer to the unknown operation " + operation);
  if (!line->contains("unsupported") || line->value("id", 0LL) != id) {
    complain("answered the unknown operation " + operation + " otherwise than unsupported");
  }
}

Pending Actor::begin(const Object& object, const std::string& method, const Args& args,
                     const Kwargs& kwargs) {
  return {*this, start(object.type + "." + method, object.name, args, kwargs)};
}

Pending Actor::begin_on(const std::string& thread, const Object& object, const std::string& method,
                        const Args& args, const Kwargs& kwargs) {
  return {*this, start(object.type + "." + method, object.name, args, kwargs, {}, thread)};
}

void Actor::need(const Outcome& outcome, const std::string& what) {
  if (!outcome.ok()) adapter_.stop(Verdict::fail, what + " failed: " + to_text(outcome));
}

Object Actor::make(const std::string& type, const Args& args, const Kwargs& kwargs) {
  Object object{adapter_.fresh_name(stem(type)), type};
  need(perform(type + ".new", "", args, kwargs, {object.name}), type + ".new");
  return object;
}

Object Actor::make_in(const Object& manager, const std::string& type, const Args& args,
                      const Kwargs& kwargs) {
  Object object{adapter_.fresh_name(type), "manager." + type};
  need(perform(object.type + ".new", manager.name, args, kwargs, {object.name}),
       object.type + ".new");
  return object;
}

Outcome Actor::try_make(const std::string& type, const Args& args, const Kwargs& kwargs) {
  return perform(type + ".new", "", args, kwargs, {adapter_.fresh_name(stem(type))});
}

Outcome Actor::try_make_in(const Object& manager, const std::string& type, const Args& args,
                           const Kwargs& kwargs) {
  return perform("manager." + type + ".new", manager.name, args, kwargs,
                 {adapter_.fresh_name(type)});
}

Object Actor::keep(const Object& object, const std::string& method, const std::string& type,
                   const Args& args, const Kwargs& kwargs) {
  Object kept{adapter_.fresh_name(stem(type)), type};
  need(perform(object.type + "." + method, object.name, args, kwargs, {kept.name}),
       object.type + "." + method);
  return kept;
}

std::pair<Object, Object> Actor::make_pipe(bool duplex) {
  Object a{adapter_.fresh_name("connection"), "Connection"};
  Object b{adapter_.fresh_name("connection"), "Connection"};
  need(perform("Pipe.new", "", {duplex}, {}, {a.name, b.name}), "Pipe.new");
  return {a, b};
}

Pending Actor::begin_run(const Program& program) { return begin_run_on("", program); }

Pending Actor::begin_run_on(const std::string& thread, const Program& program) {
  for (const std::string& operation : program.operations()) check_offered(operation);
  nlohmann::json request = {{"op", "actor.program"}, {"program", program.statements()}};
  if (program.recorded()) request["record"] = true;
  if (!thread.empty()) request["thread"] = thread;
  std::string text = "program " + program.statements().dump();
  if (text.size() > 400) text = text.substr(0, 400) + "...";
  return {*this, send(std::move(request), "actor.program", std::move(text))};
}

Outcome Actor::run(const Program& program) { return begin_run(program).wait(); }

std::pair<Object, int> Actor::make_process(const std::vector<Object>& objects,
                                           const SpawnOptions& options) {
  const int number = adapter_.fresh_actor_number();
  List references;
  for (const Object& object : objects) references.items.push_back(object);
  Kwargs kwargs = {{"actor", number}, {"objects", references}};
  if (!options.name.empty()) kwargs.emplace_back("name", options.name);
  if (options.daemon) kwargs.emplace_back("daemon", *options.daemon);
  if (!options.method.empty()) kwargs.emplace_back("method", options.method);
  return {make("Process", {}, kwargs), number};
}

Child Actor::spawn(const std::vector<Object>& objects, const SpawnOptions& options) {
  auto [process, number] = make_process(objects, options);
  need(call(process, "start"), "Process.start");
  return {adapter_.accept(number), process};
}

void Actor::end(const std::string& operation, const Args& args) {
  start(operation, "", args, {});
  wait_for_end(LastWords::drop);
}

void Actor::signal(int number) {
  if (ended()) return;
  ::kill(hello_.pid, number);
}

void Actor::kill() {
  signal(SIGKILL);
  wait_for_end(LastWords::read);
}

void Actor::wait_for_end(LastWords words) {
  const auto deadline = adapter_.deadline();
  while (connection_.state() == LineConnection::State::open) {
    if (const auto line = connection_.receive(deadline)) {
      if (words == LastWords::read) take(*line);
      continue;
    }
    if (connection_.state() == LineConnection::State::open) {
      adapter_.stop(Verdict::hang,
                    fmt::format("actor {} did not end by the deadline", hello_.actor));
    }
  }
}

void Actor::release() { connection_.close(); }

}  // namespace mpspec
