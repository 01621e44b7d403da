// What all cases of Pipe need.
#pragma once

#include <utility>

#include "tests/support/conformance.hpp"

namespace mpspec {

/// The two connections of a pipe; (receiving, sending) when it has one direction.
using Ends = std::pair<Object, Object>;

class PipeFixture : public Conformance {
 protected:
  void send(Actor& actor, const Object& end, const Value& message) {
    EXPECT_THAT(actor.call(end, "send", {message}), Returns(Value()));
  }
  void expect_recv(Actor& actor, const Object& end, const Value& message) {
    EXPECT_THAT(actor.call(end, "recv"), Returns(message));
  }
  void close(Actor& actor, const Object& end) {
    EXPECT_THAT(actor.call(end, "close"), Returns(Value()));
  }
  /// A child that has the second end alone, and its parent the first: a child is given both,
  /// because one made by fork has them anyway, and closes what it does not need.
  Child spawn_peer(const Ends& ends) {
    const Child child = main().spawn({ends.first, ends.second});
    close(child.actor, ends.first);
    close(main(), ends.second);
    return child;
  }
  void finish(const Child& child) {
    child.actor.release();
    EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  }
  /// The message that shows that the pipe still works.
  void expect_usable(const Object& to, const Object& from) {
    send(main(), from, "still usable");
    expect_recv(main(), to, "still usable");
    EXPECT_THAT(main().call(to, "poll"), Returns(false));
  }
};

}  // namespace mpspec
