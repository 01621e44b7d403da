#include "mp/manager.hpp"

#include <signal.h>

#include <mutex>

#include "manager/client/reference.hpp"
#include "manager/client/results.hpp"
#include "manager/client/server_process.hpp"
#include "manager/client/sessions.hpp"
#include "manager/protocol/address_object.hpp"
#include "mp/authkey.hpp"

namespace mp {

using manager::ProcessState;
using manager::ServerProcess;

struct Manager::State {
  std::shared_ptr<const manager::Endpoint> endpoint;
  std::unique_ptr<ServerProcess> process;  // empty after connect()
  Timeout shutdown_timeout = kPoll;
  std::mutex mutex;  // of shutting down
  bool is_shut_down = false;

  ~State() {
    if (process && process->is_ours()) static_cast<void>(shut_down());
    // In a forked child the process's folder and server are its parent's.
    if (process && !process->is_ours()) static_cast<void>(process.release());
  }
  Result<void> shut_down();
  Result<void> await_end();
};

Result<void> Manager::State::shut_down() {
  const std::lock_guard lock(mutex);
  if (is_shut_down) return {};
  manager::close_session(endpoint);
  // A server that does not answer any more is ended by signals.
  static_cast<void>(manager::ask_server(*endpoint, "shutdown", {}));
  MP_TRY(await_end());
  process->clean_up();
  is_shut_down = true;
  return {};
}

Result<void> Manager::State::await_end() {
  for (const int signal : {SIGTERM, SIGKILL}) {
    MP_TRY_ASSIGN(const bool ended, process->join(shutdown_timeout));
    if (ended) return {};
    process->signal(signal);
  }
  MP_TRY(process->join(kForever));
  return {};
}

Result<Manager> Manager::start(ManagerOptions options) {
  auto state = std::make_shared<State>();
  options.server.authkey = options.authkey.value_or(current_authkey());
  const std::string authkey = options.server.authkey;
  const bool shared_memory = options.server.shared_memory;
  MP_TRY_ASSIGN(state->process, ServerProcess::start(options.address, std::move(options.server)));
  state->endpoint = ProcessState::get().endpoint(state->process->address(), authkey);
  state->endpoint->may_share = shared_memory;
  state->shutdown_timeout = options.shutdown_timeout;
  return Manager(std::move(state));
}

Result<Manager> Manager::connect(const Address& address, std::string authkey,
                                 ConnectOptions options) {
  auto state = std::make_shared<State>();
  state->endpoint = ProcessState::get().endpoint(address, authkey);
  state->endpoint->may_share = options.shared_memory;
  MP_TRY(manager::ask_server(*state->endpoint, "dummy", {}));
  return Manager(std::move(state));
}

Result<Manager> Manager::connect(ManagerStoreOptions store, std::string authkey,
                                 std::optional<Address> address) {
  ManagerOptions options{.address = std::move(address), .authkey = std::move(authkey)};
  options.server.store = std::move(store);
  return start(std::move(options));
}

Result<void> Manager::pack(Packer& packer) const {
  if (packer.transport() != Transport::Inheritance) {
    return Error{ErrorCode::InvalidArgument,
                 "a Manager's key goes into no ticket; connect() to its address"};
  }
  packer.bytes(bytes_view(to_string(address())));
  packer.bytes(bytes_view(authkey()));
  return {};
}

Result<Manager> Manager::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const Bytes text, unpacker.bytes());
  MP_TRY_ASSIGN(const Bytes key, unpacker.bytes());
  MP_TRY_ASSIGN(const Address address, parse_address(text_view(text)));
  auto state = std::make_shared<State>();
  state->endpoint = ProcessState::get().endpoint(address, std::string(text_view(key)));
  return Manager(std::move(state));
}

const Address& Manager::address() const { return state_->endpoint->address; }
const std::string& Manager::authkey() const { return state_->endpoint->authkey; }

std::optional<pid_t> Manager::pid() const {
  return state_->process ? std::optional(state_->process->pid()) : std::nullopt;
}

Result<void> Manager::shutdown() {
  if (!state_->process || !state_->process->is_ours()) {
    return Error{ErrorCode::NotOwner, "only the process that started the server may shut it down"};
  }
  return state_->shut_down();
}

Result<std::size_t> Manager::number_of_objects() const {
  return manager::to_size(manager::ask_server(*state_->endpoint, "number_of_objects", {}));
}

Result<std::string> Manager::debug_info() const {
  MP_TRY_ASSIGN(const Object text, manager::ask_server(*state_->endpoint, "debug_info", {}));
  if (text.kind() != Kind::Str) return Error{ErrorCode::Malformed, "the reply is no text"};
  return std::string(text.as_str());
}

Result<Proxy> Manager::create(std::string_view type_id, std::vector<Object> args,
                              const Object& kwargs) const {
  args.insert(args.begin(), Object::str(type_id));
  MP_TRY_ASSIGN(const Object made,
                manager::ask_server(*state_->endpoint, "create", std::move(args), kwargs));
  const bool is_pair =
      made.kind() == Kind::Tuple && made.items().size() == 2 && made.items()[0].kind() == Kind::Str;
  if (!is_pair) return Error{ErrorCode::Malformed, "the reply names no object"};
  manager::ProxyParts parts{manager::proxy_class_of(type_id),
                            {std::string(type_id), manager::address_object(address()),
                             std::string(made.items()[0].as_str())},
                            {}};
  if (parts.class_name == manager::kAutoProxy) parts.exposed = manager::names_of(made.items()[1]);
  return Proxy(manager::Reference::owning(state_->endpoint, std::move(parts)));
}

namespace {

template <class Managed>
Result<Managed> typed(Result<Proxy> proxy) {
  if (!proxy) return std::move(proxy).error();
  return Managed(*std::move(proxy));
}

std::vector<Object> optional_argument(std::optional<Object> argument) {
  if (!argument) return {};
  return {*std::move(argument)};
}

}  // namespace

Result<ManagedList> Manager::list(std::optional<Object> iterable) const {
  return typed<ManagedList>(create("list", optional_argument(std::move(iterable))));
}
Result<ManagedDict> Manager::dict(std::optional<Object> mapping, const Object& keywords) const {
  return typed<ManagedDict>(create("dict", optional_argument(std::move(mapping)), keywords));
}
Result<ManagedNamespace> Manager::name_space(const Object& keywords) const {
  return typed<ManagedNamespace>(create("Namespace", {}, keywords));
}
Result<ManagedValue> Manager::value(std::string_view typecode, Object value) const {
  return typed<ManagedValue>(create("Value", {Object::str(typecode), std::move(value)}));
}
Result<ManagedArray> Manager::array(char typecode, Object sequence) const {
  return typed<ManagedArray>(
      create("Array", {Object::str(std::string_view(&typecode, 1)), std::move(sequence)}));
}
Result<ManagedQueue> Manager::queue(std::int64_t maxsize) const {
  return typed<ManagedQueue>(create("Queue", {Object::integer(maxsize)}));
}
Result<ManagedQueue> Manager::joinable_queue(std::int64_t maxsize) const {
  return typed<ManagedQueue>(create("JoinableQueue", {Object::integer(maxsize)}));
}
Result<ManagedAcquirer> Manager::lock() const { return typed<ManagedAcquirer>(create("Lock")); }
Result<ManagedAcquirer> Manager::rlock() const { return typed<ManagedAcquirer>(create("RLock")); }
Result<ManagedAcquirer> Manager::semaphore(std::int64_t value) const {
  return typed<ManagedAcquirer>(create("Semaphore", {Object::integer(value)}));
}
Result<ManagedAcquirer> Manager::bounded_semaphore(std::int64_t value) const {
  return typed<ManagedAcquirer>(create("BoundedSemaphore", {Object::integer(value)}));
}
Result<ManagedCondition> Manager::condition(std::optional<ManagedAcquirer> lock) const {
  std::optional<Object> argument;
  if (lock) argument = lock->to_object();
  return typed<ManagedCondition>(create("Condition", optional_argument(std::move(argument))));
}
Result<ManagedEvent> Manager::event() const { return typed<ManagedEvent>(create("Event")); }
Result<ManagedBarrier> Manager::barrier(std::int64_t parties, Timeout timeout) const {
  return typed<ManagedBarrier>(
      create("Barrier", {Object::integer(parties), Object(), manager::timeout_object(timeout)}));
}

}  // namespace mp
