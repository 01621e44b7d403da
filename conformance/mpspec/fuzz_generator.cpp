#include <algorithm>
#include <array>
#include <iterator>
#include <random>

#include "mpspec/fuzz_exchange.hpp"
#include "wire/handshake.hpp"
#include "wire/pickle_writer.hpp"
#include "wire/raw_connection.hpp"

namespace mpspec {
namespace {

using What = FuzzStep::What;

struct Type {
  const char* name;
  std::vector<const char*> methods;
};

const std::vector<Type>& types() {
  static const std::vector<Type> kTypes = {
      {"list",
       {"append", "extend", "insert", "pop", "remove", "index", "count", "reverse", "sort",
        "__len__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__add__"}},
      {"dict",
       {"__setitem__", "__getitem__", "__delitem__", "__contains__", "__len__", "get", "pop",
        "popitem", "setdefault", "update", "keys", "values", "items", "copy", "clear", "__iter__"}},
      {"Namespace", {"__setattr__", "__getattribute__", "__delattr__"}},
      {"Value", {"get", "set"}},
      {"Array", {"__len__", "__getitem__", "__setitem__"}},
      {"Queue", {"put", "get", "put_nowait", "get_nowait", "qsize", "empty", "full"}},
      {"JoinableQueue", {"put", "get", "task_done", "join", "qsize"}},
      {"Lock", {"acquire", "release"}},
      {"RLock", {"acquire", "release"}},
      {"Event", {"is_set", "set", "clear", "wait"}},
      {"Condition", {"acquire", "release", "wait", "notify", "notify_all"}},
      {"Semaphore", {"acquire", "release"}},
      {"BoundedSemaphore", {"acquire", "release"}},
      {"Barrier", {"__getattribute__", "wait", "abort", "reset"}},
  };
  return kTypes;
}

class Generator {
 public:
  Generator(std::uint64_t seed, std::uint64_t number)
      : random_(seed * 0x9e3779b97f4a7c15U + number) {}

  FuzzExchange exchange() {
    for (std::size_t parts = 1 + below(3); parts > 0; --parts) {
      switch (below(8)) {
        case 0:
          break_handshake();
          break;
        case 1:
          break_frames();
          break;
        default:
          use_object();
      }
    }
    // Some connections stay open while it is looked whether others are served.
    if (chance(3)) add(What::close, kSession);
    return std::move(steps_);
  }

 private:
  static constexpr int kOnce = 0, kSession = 1, kStranger = 2;

  std::size_t below(std::size_t count) { return random_() % count; }
  bool chance(std::size_t of) { return below(of) == 0; }
  template <class Choices>
  const auto& one_of(const Choices& choices) {
    return *std::next(std::begin(choices), static_cast<std::ptrdiff_t>(below(std::size(choices))));
  }
  void add(What what, int connection, std::string bytes = {}) {
    steps_.push_back({what, connection, std::move(bytes)});
  }

  // Values

  Value number() {
    switch (below(4)) {
      case 0:
        return Value(one_of(std::array<long long, 8>{-1, 255, 256, 65535, -32769, 1LL << 31,
                                                     (1LL << 62), -(1LL << 62)}));
      case 1:
        return Value(BigInt(1) << static_cast<unsigned>(below(300)));
      default:
        return Value(static_cast<int>(below(5)));
    }
  }
  Value value(int depth = 0) {
    const auto several = [&] {
      std::vector<Value> made(below(5));
      for (Value& part : made) part = value(depth + 1);
      return made;
    };
    switch (below(depth < 4 ? 11 : 7)) {
      case 0:
        return Value();
      case 1:
        return Value(chance(2));
      case 2:
        return Value(0.25 * static_cast<double>(below(9)));
      case 3:
        return Value(std::string(one_of(std::array<std::size_t, 5>{0, 1, 7, 255, 256}), 'x'));
      case 4:
        return bytes(std::string(below(20), '\xff'));
      case 5:
      case 6:
        return number();
      case 7:
        return list(several());
      case 8:
        return dict({{"k", value(depth + 1)}, {number(), value(depth + 1)}});
      default:
        return tuple(several());
    }
  }
  /// A call that waits is given a short time: what matters is what comes after it.
  Value arguments(std::string_view method) {
    if (method == "acquire" || method == "get") return tuple({true, 0.01});
    if (method == "wait") return tuple({0.01});
    if (method == "put" && chance(2)) return tuple({value(), true, 0.01});
    if (method.starts_with("__getattr")) return tuple({one_of(kAttributes)});
    std::vector<Value> made(below(4));
    for (Value& part : made) part = value();
    return tuple(std::move(made));
  }
  Value constructor_arguments(const std::string& type) {
    if (type == "Value" || type == "Array")
      return tuple({type, "i", type == "Value" ? Value(3) : list({1, 2, 3})});
    if (type == "Barrier") return tuple({type, 2});
    if (type == "Semaphore" || type == "BoundedSemaphore") return tuple({type, 1});
    if (chance(4)) return tuple({type, value()});
    return tuple({type});
  }

  // Requests

  std::string request(Value ident, Value name, Value args) {
    const int protocol = chance(3) ? 2 + static_cast<int>(below(4)) : 4;
    const Value kwargs = chance(8) ? dict({{"timeout", number()}}) : dict();
    const Value whole = tuple({std::move(ident), std::move(name), std::move(args), kwargs});
    try {
      return write_pickle(whole, protocol);
    } catch (const PickleError&) {
      return write_pickle(whole);  // not every protocol has bytes
    }
  }
  void enter(int connection) {
    add(What::connect, connection);
    add(What::shake_hands, connection);
  }
  void say(int connection, std::string payload) {
    add(What::frame, connection, chance(3) ? damaged(std::move(payload)) : std::move(payload));
    if (!chance(4)) add(What::receive, connection);
  }
  void use_object() {
    const Type& type = one_of(types());
    enter(kOnce);
    add(What::frame, kOnce, request(Value(), "create", constructor_arguments(type.name)));
    add(What::receive, kOnce);
    const std::size_t object = objects_++;
    if (!in_session_ || chance(4)) {
      enter(kSession);
      add(What::frame, kSession, request(Value(), "accept_connection", tuple({"thread"})));
      add(What::receive, kSession);
      in_session_ = true;
    }
    for (std::size_t calls = 1 + below(8); calls > 0; --calls) {
      const char* method = chance(10) ? one_of(kAlways) : one_of(type.methods);
      say(kSession, request(ident_placeholder(object), method, arguments(method)));
    }
    if (!chance(3)) return;
    enter(kOnce);
    const Value ident = ident_placeholder(object);
    say(kOnce, request(Value(), one_of(kFunctions), chance(4) ? value() : tuple({ident})));
  }

  // What no client does

  void break_handshake() {
    add(What::connect, kStranger);
    const std::array<std::string, 6> words = {std::string(kWelcome),
                                              std::string(kFailure),
                                              std::string(kChallenge) + std::string(20, 'c'),
                                              std::string(16, 'm'),
                                              std::string(300, 'x'),
                                              ""};
    for (std::size_t count = below(4); count > 0; --count) {
      if (chance(3))
        add(What::send, kStranger, random_bytes());
      else
        add(What::frame, kStranger, one_of(words));
      if (chance(2)) add(What::receive, kStranger);
    }
    if (chance(2)) add(What::close, kStranger);
  }
  void break_frames() {
    enter(kStranger);
    if (chance(2))
      add(What::frame, kStranger, request(Value(), "accept_connection", tuple({"thread"})));
    const std::string whole = frame(request(Value(), "dummy", tuple()));
    const std::array<std::string, 7> streams = {header(-5),
                                                header(0x7fffffff),
                                                long_header(~std::uint64_t{0}),
                                                long_header(std::uint64_t{1} << 40) + "x",
                                                whole.substr(0, below(whole.size())),
                                                whole + whole + whole,
                                                random_bytes()};
    add(What::send, kStranger, one_of(streams));
    if (chance(2)) add(What::receive, kStranger);
    if (chance(2)) add(What::close, kStranger);
  }
  std::string random_bytes() {
    std::string bytes(below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  /// A pickle in which something is not right. Numbers of the memo stay small: an unpickler may
  /// make room for as many as one number says, which says nothing about its server.
  std::string damaged(std::string pickle) {
    constexpr std::string_view kOpcodes =
        "(.012KNRabdehlostu}])\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94";
    for (std::size_t count = 1 + below(3); count > 0 && !pickle.empty(); --count) {
      const std::size_t at = below(pickle.size());
      switch (below(7)) {
        case 0:
          pickle[at] = static_cast<char>(random_());
          break;
        case 1:
          pickle.insert(at, 1, kOpcodes[below(kOpcodes.size())]);
          break;
        case 2:
          pickle.erase(at, 1 + below(4));
          break;
        case 3:
          pickle.insert(at, pickle.substr(below(pickle.size()), 1 + below(16)));
          break;
        case 4:
          pickle.resize(at);
          break;
        case 5:
          pickle.insert(at, std::string(one_of(std::array<std::size_t, 2>{50, 2000}), '('));
          break;
        default:
          pickle.insert(at, "cbuiltins\nlist\n)R");
      }
    }
    return pickle;
  }

  static constexpr std::array<const char*, 5> kAttributes = {"x", "parties", "n_waiting", "broken",
                                                             "__class__"};
  static constexpr std::array<const char*, 5> kAlways = {"#GETVALUE", "__str__", "__repr__",
                                                         "nothing", ""};
  /// Of the server itself; not `shutdown`.
  static constexpr std::array<const char*, 7> kFunctions = {
      "incref", "decref", "get_methods", "debug_info", "number_of_objects", "dummy", "nothing"};

  std::mt19937_64 random_;
  FuzzExchange steps_;
  std::size_t objects_ = 0;
  bool in_session_ = false;
};

}  // namespace

FuzzExchange make_exchange(std::uint64_t seed, std::uint64_t number) {
  return Generator(seed, number).exchange();
}

}  // namespace mpspec
