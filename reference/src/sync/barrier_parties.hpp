#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"
#include "sync/barrier_state.hpp"

namespace mp::sync {

/// A barrier as its parties see it.
class BarrierParties {
 public:
  static Result<std::shared_ptr<BarrierParties>> create(std::uint32_t party_count);

  Result<void> pack(Packer& packer) const { return packer.shared(state_.get()); }
  static Result<std::shared_ptr<BarrierParties>> unpack(Unpacker& unpacker);

  /// Errors: BrokenBarrier
  Result<int> wait(const std::function<void()>& action, const Deadline& deadline);
  void abort();
  void reset();

  int party_count() const { return static_cast<int>(state_->party_count); }
  int waiting() const;
  bool is_broken() const { return state_->broken.load() != 0; }

 private:
  using PlaceWord = std::atomic<std::uint64_t>;

  /// What a party that came has to do next.
  struct Arrival {
    enum class Kind { Wait, Act, Passed, Broken, TryAgain };
    Kind kind;
    int index = 0;
    std::size_t place = 0;    ///< where to wait
    std::uint32_t round = 0;  ///< whose action to run
  };

  explicit BarrierParties(std::shared_ptr<BarrierState> state);

  class Locked;
  Arrival arrive(bool has_action);
  std::optional<std::size_t> take_place();
  void leave(std::size_t place);
  Result<int> wait_in(std::size_t place, int index, const Deadline& deadline);
  void break_round_of(std::size_t place);
  Result<int> act(const std::function<void()>& action, const Arrival& arrival);
  bool finish_act(std::uint32_t round, RoundEnd end);
  void break_if_a_party_died();
  bool has_dead_party() const;
  void end_round(RoundEnd end);
  void finish_ending();

  std::shared_ptr<BarrierState> state_;
  std::span<PlaceWord> places_;
  std::span<Presence> presences_;
};

}  // namespace mp::sync
