// Calls of queues by what they say: which item came or went.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "history/history.hpp"

namespace mpspec {

/// What a call of a queue says.
struct FifoCall {
  enum class Kind {
    put,       // `item` went in
    get,       // `item` came out
    get_any,   // a get of which nobody was told what came out
    full,      // put found no room
    empty,     // get found nothing
    size,      // qsize() was `item`
    is_empty,  // empty() was `item`
    is_full    // full() was `item`
  };
  Kind kind;
  /// Items that are the same value have the same number.
  std::int64_t item = 0;

  [[nodiscard]] bool reads() const {
    return kind != Kind::put && kind != Kind::get && kind != Kind::get_any;
  }
};

/// Numbers the items of queues, so that they are compared once.
class FifoItems {
 public:
  /// Throws HistoryError for what is no operation of a queue, or no outcome of one.
  FifoCall read(const Call& call);
  [[nodiscard]] const std::string& text(std::int64_t item) const {
    return texts_[static_cast<std::size_t>(item)];
  }

 private:
  std::int64_t number(const Value& item);
  FifoCall read_put(const Call& call);
  FifoCall read_get(const Call& call);

  std::unordered_map<std::string, std::int64_t> numbers_;
  std::vector<std::string> texts_;
};

/// The bound a queue was made with; zero for none.
long long maxsize_of(const SharedObject& queue);

}  // namespace mpspec
