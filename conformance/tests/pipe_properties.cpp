// PIPE: any messages, in any order of operations, agree with two queues.
#include <array>

#include "model/fifo.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {
namespace {

/// What is on its way to each of the two ends.
struct PipeModel {
  std::array<FifoModel, 2> inbox;
};

/// Each end is used by one actor.
struct EndCall : ModelledCall<PipeModel> {
  explicit EndCall(std::string method, Args args = {})
      : ModelledCall(std::move(method), std::move(args)) {
    actor_ = object_ = *gen::in_range<std::size_t>(0, 2);
  }
};

struct Send : EndCall {
  Send() : EndCall("send", {*gen::any()}) {}
  ModelResult model(PipeModel& state) const override {
    return state.inbox.at(1 - object_).put(args_[0]);
  }
};

struct Recv : EndCall {
  Recv() : EndCall("recv") {}
  void checkPreconditions(const PipeModel& state) const override {
    RC_PRE(!state.inbox.at(object_).empty());
  }
  ModelResult model(PipeModel& state) const override { return state.inbox.at(object_).get(); }
};

struct Poll : EndCall {
  Poll() : EndCall("poll") {}
  ModelResult model(PipeModel& state) const override {
    return Value(!state.inbox.at(object_).empty());
  }
};

class PipeProperties : public Conformance {
 protected:
  void transfer(const Object& from, const Args& args, const Object& to,
                const std::string& expected) {
    RC_ASSERT(main().call(from, "send_bytes", args) == Outcome(Value()));
    RC_ASSERT(main().call(to, "recv_bytes") == Outcome(bytes(expected)));
  }
};

TEST_F(PipeProperties, PIPE_002_AnySequenceAgreesWithTheModel) {
  check_property(reusing(
      [&] {
        const auto [a, b] = main().make_pipe();
        return Subject{{&main(), &main().spawn({b}).actor}, {a, b}};
      },
      [](Subject& subject) {
        PipeModel left = check_sequence(PipeModel(), subject,
                                        rc::state::gen::execOneOfWithArgs<Send, Recv, Poll>());
        for (std::size_t end : {0, 1}) {
          while (!left.inbox.at(end).empty()) {
            const Outcome expected = to_outcome(left.inbox.at(end).get());
            RC_ASSERT(subject.actors[end]->call(subject.objects[end], "recv") == expected);
          }
        }
      }));
}

TEST_F(PipeProperties, PIPE_003_AnyValueCanBeSent) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({b});
  check_property([&, here = a, there = b](const Value& message) {
    RC_ASSERT(main().call(here, "send", {message}) == Outcome(Value()));
    RC_ASSERT(child.actor.call(there, "recv") == Outcome(message));
  });
}

TEST_F(PipeProperties, PIPE_020_AnyBytesCanBeSent) {
  const auto [a, b] = main().make_pipe();
  check_property([&, from = a, to = b](const std::string& message) {
    transfer(from, {bytes(message)}, to, message);
  });
}

TEST_F(PipeProperties, PIPE_021_AnyPartOfABuffer) {
  const auto [a, b] = main().make_pipe();
  check_property([&, from = a, to = b](const std::string& buffer) {
    const auto offset = *gen::in_range<std::size_t>(0, buffer.size() + 1);
    const auto size = *gen::in_range<std::size_t>(0, buffer.size() - offset + 1);
    transfer(from, {bytes(buffer), offset, size}, to, buffer.substr(offset, size));
    transfer(from, {bytes(buffer), offset}, to, buffer.substr(offset));
  });
}

TEST_F(PipeProperties, PIPE_022_AnyBadPartIsRefused) {
  const auto [a, b] = main().make_pipe();
  check_property([&, from = a, to = b](const std::string& buffer) {
    const auto length = static_cast<int>(buffer.size());
    const int offset = *gen::in_range(-5, length + 5);
    const int size = *gen::in_range(-5, length + 5);
    RC_PRE(offset < 0 || size < 0 || offset > length || offset + size > length);
    RC_ASSERT(main().call(from, "send_bytes", {bytes(buffer), offset, size}).error() ==
              "ValueError");
    RC_ASSERT(main().call(to, "poll") == Outcome(false));
  });
}

TEST_F(PipeProperties, PIPE_024_AnyMessageIntoAnyBuffer) {
  const auto [a, b] = main().make_pipe();
  check_property([&, from = a, to = b](const std::string& message) {
    const auto before = *gen::in_range<std::size_t>(0, 10);
    const auto behind = *gen::in_range<std::size_t>(0, 10);
    const std::string buffer = std::string(before, '\0') + message + std::string(behind, '\0');
    RC_ASSERT(main().call(from, "send_bytes", {bytes(message)}) == Outcome(Value()));
    RC_ASSERT(main().call(to, "recv_bytes_into", {buffer.size(), before}) ==
              Outcome(tuple({message.size(), bytes(buffer)})));
  });
}

}  // namespace
}  // namespace mpspec
