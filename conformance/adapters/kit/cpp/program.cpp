// actor.program: statements compiled once, so that a step costs little more than its operation.
#include <sched.h>
#include <time.h>

#include <algorithm>

#include "actor.hpp"

namespace mpspec::kit {
namespace {

struct Unsupported {
  std::string operation;
};

/// A sum of two integers of at most 64 bits, of two numbers, or of two texts.
Value sum(const Value& one, const Value& other) {
  if (one.is_string() && other.is_string())
    return one.get<std::string>() + other.get<std::string>();
  const bool exact = !(one.is_object() && one.contains("float")) &&
                     !(other.is_object() && other.contains("float"));
  if (!exact) return of_double(to_double(one) + to_double(other));
  std::int64_t result = 0;
  if (__builtin_add_overflow(to_int(one), to_int(other), &result))
    throw Error("OverflowError", "the kit adds integers of at most 64 bits");
  return of_int(result);
}

void wait_until(std::int64_t when) {
  const timespec until{when / 1'000'000'000, when % 1'000'000'000};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

class Program {
 public:
  Program(Actor& actor, const Value& request)
      : actor_(actor),
        record_(request.value("record", false)),
        variable_([this](const std::string& name) { return find(name); }),
        steps_(compile_all(request.at("program"))) {}

  void run() {
    for (const Step& step : steps_)
      if (step()) return;
  }
  [[nodiscard]] Value variables() const {
    Value pairs = Value::array();
    for (const auto& [name, value] : variables_) pairs.push_back({name, value});
    return {{"dict", pairs}};
  }
  [[nodiscard]] bool recorded() const { return record_; }
  [[nodiscard]] const Value& history() const { return history_; }

 private:
  using Step = std::function<bool()>;  // true: leave the innermost loop
  using Steps = std::vector<Step>;

  Value find(const std::string& name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end()) throw Error("AdapterError", "no variable named " + name);
    return found->second;
  }

  Steps compile_all(const Value& statements) {
    Steps steps;
    for (const Value& statement : statements) steps.push_back(compile(statement));
    return steps;
  }

  Step compile(const Value& statement) {
    const int position = next_position_++;
    const auto value = [this](const Value& text) {
      return [this, text] { return actor_.resolve(text, variable_); };
    };
    if (statement.contains("do")) return compile_do(position, statement);
    if (statement.contains("repeat")) {
      return loop(statement["repeat"].get<std::int64_t>(), compile_all(statement.at("body")),
                  statement.value("index", ""));
    }
    if (statement.contains("forever")) return loop({}, compile_all(statement["forever"]), "");
    if (statement.contains("break_if")) {
      const auto left = value(statement["break_if"].at(0)),
                 right = value(statement["break_if"].at(1));
      return [=] { return equal(left(), right()); };
    }
    if (statement.contains("start_at")) {
      return [when = statement["start_at"].get<std::int64_t>()] { return wait_until(when), false; };
    }
    if (statement.contains("yield")) return [] { return ::sched_yield(), false; };
    if (statement.contains("append")) {
      const auto item = value(statement["append"]);
      return [this, item, to = statement.at("to").get<std::string>()] {
        Value added = item();
        variables_.try_emplace(to, Value::array()).first->second.push_back(std::move(added));
        return false;
      };
    }
    const std::string name = statement.at("let");
    if (statement.contains("add")) {
      const auto left = value(statement["add"].at(0)), right = value(statement["add"].at(1));
      return [this, left, right, name] { return variables_[name] = sum(left(), right()), false; };
    }
    return [this, name, new_value = value(statement.at("be"))] {
      return variables_[name] = new_value(), false;
    };
  }

  Step compile_do(int position, const Value& statement) {
    const Value& request = statement["do"];
    const std::string op = request.at("op");
    if (actor_.table().find(op) == nullptr) throw Unsupported{op};
    const auto break_on = statement.value("break_on", std::vector<std::string>());
    return [this, position, request, break_on, let = statement.value("let", "")] {
      Done done = actor_.call(request, variable_);
      Value outcome = actor_.outcome(request, done);
      if (record_) history_.push_back({position, done.began, done.ended, outcome});
      if (!done.error) {
        if (!let.empty()) variables_[let] = outcome["ok"];
        return false;
      }
      const std::string& type = done.error->type();
      if (std::find(break_on.begin(), break_on.end(), type) == break_on.end()) throw *done.error;
      return true;
    };
  }

  Step loop(std::optional<std::int64_t> rounds, Steps body, std::string index) {
    return [this, rounds, body = std::move(body), index = std::move(index)] {
      for (std::int64_t i = 0; !rounds || i < *rounds; ++i) {
        if (!index.empty()) variables_[index] = i;
        for (const Step& step : body)
          if (step()) return false;
      }
      return false;
    };
  }

  Actor& actor_;
  bool record_;
  Value history_ = Value::array();
  std::map<std::string, Value> variables_;
  FindVariable variable_;
  int next_position_ = 0;
  Steps steps_;
};

}  // namespace

Value run_program(Actor& actor, const Value& request) {
  Value reply;
  std::int64_t began = stamp();
  try {
    Program program(actor, request);
    began = stamp();
    try {
      program.run();
      reply["ok"] = program.variables();
    } catch (const Error& error) {
      reply["error"] = error_fields(error);
    }
    if (program.recorded()) reply["history"] = program.history();
  } catch (const Unsupported& missing) {
    return {{"unsupported", "this backend has no " + missing.operation}};
  } catch (const Value::exception& error) {
    reply["error"] = error_fields(Error("AdapterError", error.what()));
  }
  reply["t"] = {began, stamp()};
  return reply;
}

}  // namespace mpspec::kit
