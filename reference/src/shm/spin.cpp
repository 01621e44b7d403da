#include "shm/spin.hpp"

#include <algorithm>

namespace mp::shm {
namespace {

/// How much trust this thread has in looking again.
constexpr int kTrustMost = 8;
constinit thread_local int trust = kTrustMost;
constinit thread_local unsigned declined = 0;

/// Without trust, every so many waits try again: the world may have changed.
constexpr unsigned kTryAgain = 16;

}  // namespace

bool Spin::is_worth_it() { return trust > 0 || ++declined % kTryAgain == 0; }

bool Spin::succeeded() {
  trust = std::min(trust + 2, kTrustMost);
  return true;
}

bool Spin::failed() {
  trust = std::max(trust - 1, 0);
  return false;
}

}  // namespace mp::shm
