#include "program.hpp"

#include <sched.h>
#include <time.h>

#include <algorithm>
#include <memory>

#include "actor.hpp"
#include "expression.hpp"

namespace adapter {
namespace {

using mp::Object;
using nlohmann::json;

std::int64_t stamp() { return mp::Clock::now().time_since_epoch().count(); }

/// What a running program shares among its statements.
struct Run {
  Actor& actor;
  Variables variables;
  bool record = false;
  json history = json::array();
};

/// Whether the innermost loop goes on.
enum class Flow { next, breaks };

class Statement {
 public:
  virtual ~Statement() = default;
  virtual Flow run(Run& run) = 0;
};
using Block = std::vector<std::unique_ptr<Statement>>;

Flow run_block(const Block& block, Run& run) {
  for (const auto& statement : block) {
    if (statement->run(run) == Flow::breaks) return Flow::breaks;
  }
  return Flow::next;
}

class Do : public Statement {
 public:
  Do(const json& node, int index, Run& run) : index_(index) {
    const json& request = node.at("do");
    const std::string name = request.at("op").get<std::string>();
    operation_ = find_operation(name);
    if (operation_ == nullptr || operation_->handler == nullptr)
      throw Raised{"AdapterError", "the reference has no " + name, {}};
    object_ = request.value("object", "");
    if (request.contains("as")) as_ = request["as"];
    for (const auto& argument : request.value("args", json::array()))
      args_.emplace_back(argument, run.actor, run.variables);
    if (const auto kwargs = request.find("kwargs"); kwargs != request.end()) {
      for (const auto& [key, value] : kwargs->items())
        kwargs_.emplace_back(key, Expression(value, run.actor, run.variables));
    }
    if (node.contains("let")) let_ = run.variables.slot(node["let"].get<std::string>());
    for (const auto& type : node.value("break_on", json::array()))
      break_on_.push_back(type.get<std::string>());
  }

  Flow run(Run& run) override {
    Call call{run.actor, operation_->name, nullptr, {}, {}, nullptr};
    std::optional<Live> target;
    if (!object_.empty()) {
      target = run.actor.find(object_);
      if (!target) throw Raised{"AdapterError", "there is no object " + object_, {}};
      call.target = &*target;
    }
    for (const Expression& argument : args_) call.args.push_back(argument.value());
    for (const auto& [key, value] : kwargs_) call.kwargs.emplace_back(key, value.value());
    const std::int64_t began = stamp();
    try {
      take(operation_->handler(call), began, run);
      return Flow::next;
    } catch (const Raised& raised) {
      if (run.record) run.history.push_back({index_, began, stamp(), {{"error", to_json(raised)}}});
      if (std::find(break_on_.begin(), break_on_.end(), raised.type) == break_on_.end()) throw;
      return Flow::breaks;
    }
  }

 private:
  void take(Answer answer, std::int64_t began, Run& run) {
    const std::int64_t ended = stamp();
    auto* value = std::get_if<Object>(&answer);
    if (value != nullptr && let_) run.variables.set(*let_, *value);
    if (value != nullptr && as_.is_null() && !run.record) return;
    json shown = run.actor.kept(std::move(answer), as_.is_null() ? nullptr : &as_);
    if (run.record) run.history.push_back({index_, began, ended, {{"ok", std::move(shown)}}});
  }

  int index_;
  const Operation* operation_ = nullptr;
  std::string object_;
  json as_;
  std::vector<Expression> args_;
  std::vector<std::pair<std::string, Expression>> kwargs_;
  std::optional<std::size_t> let_;
  std::vector<std::string> break_on_;
};

class Loop : public Statement {
 public:
  Loop(std::optional<std::int64_t> times, Block body, std::optional<std::size_t> index)
      : times_(times), body_(std::move(body)), index_(index) {}
  Flow run(Run& run) override {
    for (std::int64_t i = 0; !times_ || i < *times_; ++i) {
      if (index_) run.variables.set(*index_, Object::integer(i));
      if (run_block(body_, run) == Flow::breaks) break;
    }
    return Flow::next;
  }

 private:
  std::optional<std::int64_t> times_;
  Block body_;
  std::optional<std::size_t> index_;
};

class BreakIf : public Statement {
 public:
  BreakIf(Expression a, Expression b) : a_(std::move(a)), b_(std::move(b)) {}
  Flow run(Run&) override {
    const auto same = mp::equal(a_.value(), b_.value());
    return same && *same ? Flow::breaks : Flow::next;
  }

 private:
  Expression a_;
  Expression b_;
};

class Let : public Statement {
 public:
  Let(std::size_t slot, Expression value) : slot_(slot), value_(std::move(value)) {}
  Flow run(Run& run) override {
    run.variables.set(slot_, value_.value().copy());
    return Flow::next;
  }

 private:
  std::size_t slot_;
  Expression value_;
};

Object sum(const Object& a, const Object& b) {
  if (a.kind() == mp::Kind::Str && b.kind() == mp::Kind::Str)
    return Object::str(std::string(a.as_str()) + std::string(b.as_str()));
  std::int64_t total = 0;
  if (a.fits_int64() && b.fits_int64() &&
      !__builtin_add_overflow(a.as_int64(), b.as_int64(), &total))
    return Object::integer(total);
  const auto x = a.to_double();
  const auto y = b.to_double();
  if (x && y) return Object::real(*x + *y);
  throw Raised{"TypeError", "only numbers or two strings can be added", {}};
}

class Add : public Statement {
 public:
  Add(std::size_t slot, Expression a, Expression b)
      : slot_(slot), a_(std::move(a)), b_(std::move(b)) {}
  Flow run(Run& run) override {
    run.variables.set(slot_, sum(a_.value(), b_.value()));
    return Flow::next;
  }

 private:
  std::size_t slot_;
  Expression a_;
  Expression b_;
};

class Append : public Statement {
 public:
  Append(std::size_t slot, Expression value) : slot_(slot), value_(std::move(value)) {}
  Flow run(Run& run) override {
    auto& list = run.variables.at(slot_);
    if (!list) list = Object::list();
    if (list->kind() != mp::Kind::List)
      throw Raised{"TypeError", "only lists can be appended to", {}};
    list->append(value_.value().copy());
    return Flow::next;
  }

 private:
  std::size_t slot_;
  Expression value_;
};

class StartAt : public Statement {
 public:
  explicit StartAt(std::int64_t when) : when_(when) {}
  Flow run(Run&) override {
    const timespec until{when_ / 1'000'000'000, when_ % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
    return Flow::next;
  }

 private:
  std::int64_t when_;
};

class Yield : public Statement {
 public:
  Flow run(Run&) override {
    ::sched_yield();
    return Flow::next;
  }
};

class Compiler {
 public:
  explicit Compiler(Run& run) : run_(run) {}

  Block block(const json& nodes) {
    if (!nodes.is_array()) throw Raised{"AdapterError", "a program is a list of statements", {}};
    Block out;
    for (const auto& node : nodes) out.push_back(statement(node));
    return out;
  }

 private:
  Expression expression(const json& node) { return {node, run_.actor, run_.variables}; }
  std::size_t slot(const json& name) { return run_.variables.slot(name.get<std::string>()); }

  std::unique_ptr<Statement> statement(const json& node) {
    const int index = next_index_++;
    if (node.contains("do")) return std::make_unique<Do>(node, index, run_);
    if (node.contains("repeat")) {
      const auto counter =
          node.contains("index") ? std::optional(slot(node["index"])) : std::nullopt;
      return std::make_unique<Loop>(node["repeat"].get<std::int64_t>(), block(node.at("body")),
                                    counter);
    }
    if (node.contains("forever"))
      return std::make_unique<Loop>(std::nullopt, block(node["forever"]), std::nullopt);
    if (node.contains("break_if")) {
      return std::make_unique<BreakIf>(expression(node["break_if"].at(0)),
                                       expression(node["break_if"].at(1)));
    }
    if (node.contains("add")) {
      return std::make_unique<Add>(slot(node.at("let")), expression(node["add"].at(0)),
                                   expression(node["add"].at(1)));
    }
    if (node.contains("let"))
      return std::make_unique<Let>(slot(node["let"]), expression(node.at("be")));
    if (node.contains("append"))
      return std::make_unique<Append>(slot(node.at("to")), expression(node["append"]));
    if (node.contains("start_at"))
      return std::make_unique<StartAt>(node["start_at"].get<std::int64_t>());
    if (node.contains("yield")) return std::make_unique<Yield>();
    throw Raised{"AdapterError", "unknown statement: " + node.dump(), {}};
  }

  Run& run_;
  int next_index_ = 0;
};

}  // namespace

json run_program(Actor& actor, const json& request) {
  Run run{actor, {}, request.value("record", false)};
  const Block program = Compiler(run).block(request.at("program"));
  json reply;
  const std::int64_t began = stamp();
  try {
    run_block(program, run);
    reply["ok"] = to_json(run.variables.as_dict());
  } catch (const Raised& raised) {
    reply["error"] = to_json(raised);
  }
  reply["t"] = {began, stamp()};
  if (run.record) reply["history"] = std::move(run.history);
  return reply;
}

}  // namespace adapter
