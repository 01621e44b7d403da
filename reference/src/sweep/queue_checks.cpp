#include "sweep/queue_checks.hpp"

#include <map>
#include <utility>

namespace mp::sweep {
namespace {

std::string describe(const Texts& texts) {
  std::string all = "[";
  for (const std::string& text : texts) {
    all += text.substr(0, 8) + "(" + std::to_string(text.size()) + ") ";
  }
  return all + "]";
}

}  // namespace

void put(const Queue& queue, const std::string& text) {
  require(queue.put(bytes_view(text), kPatience), "a message is put");
}

std::string get(const Queue& queue) {
  return std::string(text_view(require(queue.get(kPatience), "a message comes")));
}

Texts drain(const Queue& queue) {
  Texts texts;
  while (true) {
    const Result<Bytes> message = queue.get_nowait();
    if (!message) {
      require(message.error().code == ErrorCode::Empty, "a queue that gives nothing is empty");
      require(queue.empty() && queue.qsize() == 0, "an empty queue counts no message");
      return texts;
    }
    texts.emplace_back(text_view(*message));
  }
}

Queue queue_of(const Texts& contents, std::int64_t maxsize) {
  const Queue queue = require(Queue::create(maxsize), "a queue is made");
  for (const std::string& text : contents) put(queue, text);
  return queue;
}

World world_around(const Queue& queue, const Texts& before, const Texts& after) {
  World world;
  world.inspect = [queue, before, after] {
    const std::size_t counted = queue.qsize();
    const Texts seen = drain(queue);
    require(seen == before || seen == after,
            "the operation happened wholly or not at all, but there is " + describe(seen));
    require(counted == before.size() || counted == after.size(), "its messages are counted");
  };
  world.work = put_and_get(queue);
  world.conclude = [queue] { require(drain(queue).empty(), "every message was got once"); };
  return world;
}

std::function<void(int)> put_and_get(const Queue& queue) {
  return [queue](int survivor) {
    constexpr int kMessages = 12;
    // Of each survivor, the number of its message that was got last.
    std::map<char, int> latest{{'0', -1}, {'1', -1}};
    for (int n = 0; n < kMessages; ++n) {
      put(queue, std::to_string(survivor) + std::to_string(n));
      const std::string text = get(queue);
      require(text.size() >= 2 && latest.contains(text[0]), "a message arrives as it was put");
      const int number = std::stoi(text.substr(1));
      require(number > std::exchange(latest[text[0]], number),
              "messages of one producer keep order");
    }
  };
}

}  // namespace mp::sweep
