// One actor: reads requests, runs them on their threads, answers.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "line_socket.hpp"
#include "operation.hpp"

namespace adapter {

/// Requests for one thread, in order.
class Inbox {
 public:
  void put(nlohmann::json request);
  /// Nothing more will come.
  void close();
  /// The next request, or nothing once closed and empty.
  std::optional<nlohmann::json> take();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<nlohmann::json> requests_;
  bool closed_ = false;
};

/// The way the suite asked this actor to end, carried out once the loop is left.
struct Ending {
  enum class How { returns, exits, raises };
  How how = How::returns;
  int status = 0;
  std::string message;
};

class Actor {
 public:
  using Objects = std::map<std::string, Live>;

  /// Connects to the suite and says hello.
  Actor(std::string socket_path, int number, Objects objects);
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  /// The target of a process: answers requests until the suite closes the connection or asks for an
  /// end, and then ends as asked: returns, or throws. An actor lives as long as its process,
  /// because a thread may still be inside an operation.
  static void run_in_this_process(const std::string& socket_path, int number, Objects objects);

  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }

  // Objects by name; any thread.
  [[nodiscard]] std::optional<Live> find(const std::string& name) const;
  void keep(const std::string& name, Live object);
  bool drop(const std::string& name);
  [[nodiscard]] std::vector<std::string> names() const;
  /// What a reference stands for inside a value: a kept value itself, a proxy as a value, a marker
  /// for other objects.
  [[nodiscard]] mp::Object resolve(const std::string& name) const;

  /// In a forked child, of the parent's actor: lets go of everything that was not handed over, as
  /// connections stay open and referents alive as long as any process has them.
  void abandon_objects();

  /// Keeps an answer under the names of `as`; what the reply says.
  nlohmann::json kept(Answer answer, const nlohmann::json* as);

  /// Thrown by the operations that end the actor.
  struct Stop {
    Ending ending;
  };

 private:
  Ending serve();
  void read_requests();
  void work_on(Inbox& inbox);
  void answer(const nlohmann::json& request);
  nlohmann::json perform(const nlohmann::json& request);
  void say_hello(int number);

  std::string socket_path_;
  LineSocket socket_;
  mutable std::mutex mutex_;
  Objects objects_;
  Inbox main_inbox_;
  std::map<std::string, std::unique_ptr<Inbox>> inboxes_;  // the reader's
};

}  // namespace adapter
