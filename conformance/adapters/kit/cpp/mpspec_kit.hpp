// The C++ kit for adapters of mpspec: an adapter is a table of operations, the kit the rest.
//
//   int main() {
//     kit::Table table("mine", "1.0");
//     kit::add_fork_processes(table);
//     table.make<Lock>("Lock.new", "", [](kit::Call&) { return std::make_shared<Lock>(); });
//     table.on<Lock>("Lock.acquire", "block timeout",
//                    [](Lock& lock, kit::Call& call) { return lock.acquire(call.patience()); });
//     return kit::serve(table);
//   }
//
// The hello lists what the table has, so it promises nothing that is not there. The protocol is in
// spec/adapter/README.md, the names and arguments of all operations in spec/adapter/operations.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace mpspec::kit {

/// A Python value in the protocol's JSON. A backend that stores any value stores its dump(): that
/// is as good a pickle as any.
using Value = nlohmann::json;

/// What an operation fails with: the name of Python's exception, and its text. Any operation may
/// throw it; any other std::exception is answered as RuntimeError.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string type, const std::string& message = "");
  [[nodiscard]] const std::string& type() const { return type_; }

 private:
  std::string type_;
};

// Parts of values. Each to_... fails with TypeError for another kind, to_int with OverflowError
// beyond 64 bits.
std::int64_t to_int(const Value& value);
double to_double(const Value& value);
std::string to_text(const Value& value);
std::string to_bytes(const Value& value);  // of bytes or bytearray
Value of_int(std::int64_t number);
Value of_double(double number);
Value of_bytes(std::string_view bytes);
Value of_tuple(Value items);  // of a JSON array
/// What a backend of bytes stores for a value; fails with RuntimeError where the value has a live
/// object in it, which lies in this process only. unpickled() makes the value of it again.
std::string pickled(const Value& value);
Value unpickled(std::string_view bytes);
/// Python's ==.
bool equal(const Value& one, const Value& other);

/// A live object of the backend, shared by those who hold it.
class Object {
 public:
  template <class T>
  Object(std::shared_ptr<T> object, std::string type)
      : object_(std::move(object)), class_(&typeid(T)), type_(std::move(type)) {}
  template <class T>
  [[nodiscard]] T* get() const {
    return *class_ == typeid(T) ? static_cast<T*>(object_.get()) : nullptr;
  }
  /// The same, to share it; nullptr when it is no T.
  template <class T>
  [[nodiscard]] std::shared_ptr<T> share() const {
    return *class_ == typeid(T) ? std::static_pointer_cast<T>(object_) : nullptr;
  }
  /// TYPE as in the operations.
  [[nodiscard]] const std::string& type() const { return type_; }
  [[nodiscard]] bool same_as(const Object& other) const { return object_ == other.object_; }

 private:
  std::shared_ptr<void> object_;
  const std::type_info* class_;
  std::string type_;
};

/// What a name stands for: an object, or a value that was kept.
using Kept = std::variant<Value, Object>;
/// What an operation gives: a value, an object, or several (Pipe.new).
using Answer = std::variant<Value, Object, std::vector<Object>>;

class Actor;

/// How long an operation may wait; nothing: for ever.
using Patience = std::optional<std::chrono::nanoseconds>;

/// One call of an operation. Arguments are asked for by their names; None counts as left out.
class Call {
 public:
  Call(Actor& actor, const Kept* target, std::map<std::string, Value, std::less<>> arguments)
      : actor_(actor), target_(target), arguments_(std::move(arguments)) {}

  [[nodiscard]] bool has(std::string_view name) const;
  /// Fails with TypeError when it was left out.
  [[nodiscard]] const Value& need(std::string_view name) const;
  [[nodiscard]] Value get(std::string_view name, Value otherwise) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] bool flag(std::string_view name, bool otherwise) const;
  /// Python's timeout in seconds; a negative one is none at all.
  [[nodiscard]] Patience timeout(std::string_view name = "timeout") const;
  /// `timeout`, or no time at all when the argument `block` is false.
  [[nodiscard]] Patience patience() const;
  /// The object that an argument refers to; nothing when it refers to none.
  [[nodiscard]] std::optional<Object> object(std::string_view name) const;
  /// The object the operation works on.
  template <class T>
  [[nodiscard]] T& target() const;
  [[nodiscard]] Actor& actor() const { return actor_; }

 private:
  Actor& actor_;
  const Kept* target_;
  std::map<std::string, Value, std::less<>> arguments_;
};

using Function = std::function<Answer(Call&)>;

struct Operation {
  std::vector<std::string> parameters;
  Function function;
};

/// The table of operations. `parameters` are the names of an operation's arguments in their order,
/// separated by spaces: more arguments, or others, are answered with TypeError.
class Table {
 public:
  Table(std::string name, std::string version)
      : name_(std::move(name)), version_(std::move(version)) {}

  /// function(Call&) gives a value, an Object, several, or nothing.
  template <class F>
  void add(const std::string& operation, const std::string& parameters, F function);
  /// function(Call&) gives a shared_ptr<T>.
  template <class T, class F>
  void make(const std::string& operation, const std::string& parameters, F function);
  /// function(T&, Call&) works on the request's object.
  template <class T, class F>
  void on(const std::string& operation, const std::string& parameters, F function);
  void feature(std::string name) { features_.push_back(std::move(name)); }

  [[nodiscard]] const Operation* find(const std::string& operation) const;
  [[nodiscard]] Value hello(int actor) const;

 private:
  void insert(const std::string& operation, const std::string& parameters, Function function);

  std::string name_;
  std::string version_;
  std::map<std::string, Operation> operations_;
  std::vector<std::string> features_ = {"threads"};
};

/// Process.new, start, join, is_alive, terminate, kill, exitcode and pid by fork, for backends that
/// have locks but no processes of their own. A child has all memory that its parent had. The
/// feature is `fork`; another start method fails with ValueError.
void add_fork_processes(Table& table);

/// Runs actor 0 until the suite ends it; main returns what this does.
int serve(const Table& table);

// ---- templates ---------------------------------------------------------------------------------

template <class T>
T& Call::target() const {
  const Object* found = target_ == nullptr ? nullptr : std::get_if<Object>(target_);
  T* object = found == nullptr ? nullptr : found->get<T>();
  if (object == nullptr) throw Error("AttributeError", "the object has no such operation");
  return *object;
}

template <class T>
Answer answer_of(T&& result) {
  using Plain = std::decay_t<T>;
  if constexpr (std::is_constructible_v<Object, T> || std::is_same_v<Plain, std::vector<Object>> ||
                std::is_same_v<Plain, Answer>) {
    return Answer(std::forward<T>(result));
  } else if constexpr (std::is_floating_point_v<Plain>) {
    return Answer(of_double(result));
  } else if constexpr (std::is_integral_v<Plain> && !std::is_same_v<Plain, bool>) {
    return Answer(of_int(static_cast<std::int64_t>(result)));
  } else {
    return Answer(Value(std::forward<T>(result)));
  }
}

template <class F>
void Table::add(const std::string& operation, const std::string& parameters, F function) {
  insert(operation, parameters, [function](Call& call) -> Answer {
    if constexpr (std::is_void_v<std::invoke_result_t<F, Call&>>) {
      function(call);
      return Value();
    } else {
      return answer_of(function(call));
    }
  });
}

template <class T, class F>
void Table::make(const std::string& operation, const std::string& parameters, F function) {
  const std::string type = operation.substr(0, operation.rfind('.'));
  insert(operation, parameters, [function, type](Call& call) -> Answer {
    return Object(std::shared_ptr<T>(function(call)), type);
  });
}

template <class T, class F>
void Table::on(const std::string& operation, const std::string& parameters, F function) {
  add(operation, parameters, [function](Call& call) { return function(call.target<T>(), call); });
}

}  // namespace mpspec::kit
