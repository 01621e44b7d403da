#include "manager/client/process_state.hpp"

#include <pthread.h>

#include "manager/client/channel.hpp"
#include "manager/protocol/handshake.hpp"
#include "mp/authkey.hpp"
#include "process/spawn.hpp"

namespace mp {

std::string current_authkey() { return manager::ProcessState::get().authkey(); }

void set_current_authkey(std::string authkey) {
  manager::ProcessState::get().set_authkey(std::move(authkey));
}

namespace manager {
namespace {

constexpr std::size_t kKeySize = 32;

const process::Inherited kAuthkey("authkey", current_authkey, set_current_authkey);

std::string random_key() {
  const Result<Nonce> nonce = make_nonce();
  MP_ASSERT(nonce.has_value());  // a kernel without randomness cannot run this
  return std::string(nonce->data(), kKeySize);
}

template <class T>
void forget_expired(std::vector<std::weak_ptr<T>>& pointers) {
  std::erase_if(pointers, [](const std::weak_ptr<T>& pointer) { return pointer.expired(); });
}

}  // namespace

ProcessState& ProcessState::get() {
  // Never destroyed: threads and static objects may end later.
  static ProcessState* state = new ProcessState;
  return *state;
}

ProcessState::ProcessState() : authkey_(random_key()) {
  const int registered =
      ::pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
  MP_ASSERT(registered == 0);
}

std::string ProcessState::authkey() {
  const std::lock_guard lock(mutex_);
  return authkey_;
}

void ProcessState::set_authkey(std::string authkey) {
  const std::lock_guard lock(mutex_);
  authkey_ = std::move(authkey);
}

std::shared_ptr<const Endpoint> ProcessState::endpoint(const Address& address,
                                                       const std::string& authkey) {
  const std::lock_guard lock(mutex_);
  forget_expired(endpoints_);
  for (const auto& known : endpoints_) {
    const std::shared_ptr<const Endpoint> endpoint = known.lock();
    if (endpoint && endpoint->address == address && endpoint->authkey == authkey) return endpoint;
  }
  auto made = std::make_shared<const Endpoint>(address, authkey);
  endpoints_.push_back(made);
  return made;
}

std::shared_ptr<const Endpoint> ProcessState::endpoint(const Address& address) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& known : endpoints_) {
      const std::shared_ptr<const Endpoint> endpoint = known.lock();
      if (endpoint && endpoint->address == address) return endpoint;
    }
  }
  return endpoint(address, authkey());
}

void ProcessState::add(Channel& channel) {
  const std::lock_guard lock(mutex_);
  channels_.insert(&channel);
}

void ProcessState::remove(Channel& channel) {
  const std::lock_guard lock(mutex_);
  channels_.erase(&channel);
}

void ProcessState::add(const std::shared_ptr<Reference>& reference) {
  const std::lock_guard lock(mutex_);
  if (references_.size() == references_.capacity()) forget_expired(references_);
  references_.push_back(reference);
}

std::vector<std::shared_ptr<Reference>> ProcessState::references() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Reference>> living;
  for (const auto& known : references_) {
    if (std::shared_ptr<Reference> reference = known.lock()) living.push_back(std::move(reference));
  }
  return living;
}

void ProcessState::before_fork() { get().mutex_.lock(); }

void ProcessState::after_fork_in_parent() { get().mutex_.unlock(); }

void ProcessState::after_fork_in_child() {
  ProcessState& state = get();
  // Closing, not shutting down: the parent goes on using its connections.
  for (Channel* channel : state.channels_) channel->forget();
  state.mutex_.unlock();
}

}  // namespace manager
}  // namespace mp
