#include "mp/barrier.hpp"

#include "sync/barrier_parties.hpp"

namespace mp {

Result<Barrier> Barrier::create(int parties, Action action, Timeout timeout) {
  if (parties < 1) return Error{ErrorCode::InvalidArgument, "parties must be > 0"};
  if (parties > kBarrierPartiesMax) return Error{ErrorCode::TooLarge, "too many parties"};
  MP_TRY_ASSIGN(auto state, sync::BarrierParties::create(static_cast<std::uint32_t>(parties)));
  return Barrier(std::move(state), std::move(action), timeout);
}

Result<int> Barrier::wait(Timeout timeout) const {
  return parties_->wait(action_, Deadline::after(timeout));
}

void Barrier::abort() const { parties_->abort(); }

void Barrier::reset() const { parties_->reset(); }

int Barrier::parties() const { return parties_->party_count(); }

int Barrier::n_waiting() const { return parties_->waiting(); }

bool Barrier::broken() const { return parties_->is_broken(); }

Result<void> Barrier::pack(Packer& packer) const {
  if (action_) {
    return Error{ErrorCode::InvalidArgument,
                 "a Barrier with an action, a function of this process, cannot be passed on"};
  }
  packer.number(static_cast<std::uint64_t>(timeout_.count()));
  return parties_->pack(packer);
}

Result<Barrier> Barrier::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const std::uint64_t timeout, unpacker.number());
  MP_TRY_ASSIGN(auto parties, sync::BarrierParties::unpack(unpacker));
  return Barrier(std::move(parties), {}, Timeout(static_cast<Timeout::rep>(timeout)));
}

}  // namespace mp
