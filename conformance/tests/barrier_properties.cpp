// BARRIER: rounds, aborts and resets in any order agree with a model.
#include <algorithm>
#include <map>

#include "model/barrier_model.hpp"
#include "tests/support/barriers.hpp"

namespace mpspec {
namespace {

constexpr std::size_t kParties = 3;
constexpr int kBarrierRuns = 15;

enum class Step { arrive, abort, reset };

std::ostream& operator<<(std::ostream& out, Step step) {
  constexpr const char* kText[] = {"barrier.wait()", "barrier.abort()", "barrier.reset()"};
  return out << kText[static_cast<int>(step)];
}

/// Steps on a barrier and its model: the actors that wait are not the main process, which therefore
/// can always look.
class Rehearsal {
 public:
  Rehearsal(Adapter& adapter, const std::vector<Actor*>& actors, const Object& barrier)
      : adapter_(adapter), actors_(actors), barrier_(barrier) {}

  void take(Step step) {
    if (step == Step::arrive) arrive();
    if (step == Step::abort) interrupt("abort", model_.abort());
    if (step == Step::reset) interrupt("reset", model_.reset());
    RC_ASSERT(comes_to_wait(adapter_, adapter_.main(), barrier_, model_.waiting().size()));
    RC_ASSERT(adapter_.main().call(barrier_, "broken") == Outcome(Value(model_.broken())));
    for (const auto& [caller, pending] : waiting_) RC_ASSERT(!pending.ready());
  }

 private:
  /// The first actor that does not wait calls wait.
  void arrive() {
    std::size_t caller = 0;
    while (model_.waiting().contains(caller)) ++caller;
    const BarrierModel::Arrival arrival = model_.wait(caller);
    waiting_.emplace(caller, actors_[caller]->begin(barrier_, "wait"));
    if (arrival == BarrierModel::Arrival::fails) expect_failures({caller});
    if (arrival == BarrierModel::Arrival::completes) expect_indices(model_.complete());
  }
  void interrupt(const std::string& method, const BarrierModel::Callers& failing) {
    RC_ASSERT(adapter_.main().call(barrier_, method) == Outcome(Value()));
    expect_failures(failing);
  }
  void expect_failures(const BarrierModel::Callers& callers) {
    for (const std::size_t caller : callers)
      RC_ASSERT(take_outcome(caller).error() == "BrokenBarrierError");
  }
  void expect_indices(const BarrierModel::Callers& callers) {
    std::vector<long long> indices;
    for (const std::size_t caller : callers)
      indices.push_back(as_int(take_outcome(caller).value()));
    std::sort(indices.begin(), indices.end());
    for (std::size_t i = 0; i < indices.size(); ++i)
      RC_ASSERT(indices[i] == static_cast<long long>(i));
  }
  Outcome take_outcome(std::size_t caller) {
    const Outcome outcome = waiting_.at(caller).wait();
    waiting_.erase(caller);
    return outcome;
  }

  Adapter& adapter_;
  std::vector<Actor*> actors_;
  Object barrier_;
  BarrierModel model_{kParties};
  std::map<std::size_t, Pending> waiting_;
};

class BarrierProperties : public Conformance {
 protected:
  void check(rc::Gen<Step> step) {
    // A round that failed may leave actors waiting: the next one gets a barrier and actors anew.
    std::vector<Actor*> actors;
    Object barrier;
    bool clean = false;
    check_property(
        [&] {
          const auto steps = *rc::gen::resize(30, rc::gen::container<std::vector<Step>>(step));
          if (!std::exchange(clean, false)) {
            barrier = main().make("Barrier", {kParties});
            actors.clear();
            for (std::size_t i = 0; i < kParties; ++i)
              actors.push_back(&main().spawn({barrier}).actor);
          }
          Rehearsal rehearsal(adapter(), actors, barrier);
          for (const Step next : steps) rehearsal.take(next);
          rehearsal.take(Step::reset);
          clean = true;
        },
        kBarrierRuns);
  }
};

TEST_F(BarrierProperties, BARRIER_003_RoundAfterRound) { check(rc::gen::just(Step::arrive)); }

TEST_F(BarrierProperties, BARRIER_009_RoundsAbortsAndResets) {
  check(rc::gen::weightedElement<Step>({{6, Step::arrive}, {1, Step::abort}, {2, Step::reset}}));
}

}  // namespace
}  // namespace mpspec
