// Lock.*, RLock.*: the locks of the library.
#include <mp/lock.hpp>
#include <mp/rlock.hpp>

#include "operation.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Object;

template <class L>
Answer make(Call&) {
  return Live(unwrap(L::create()));
}

template <class L>
Answer acquire(Call& call) {
  return acquired(call.object<L>().acquire(call.patience()));
}

template <class L>
Answer release(Call& call) {
  unwrap(call.object<L>().release());
  return Object::none();
}

Answer with_release(Call& call) {
  const auto& lock = call.object<mp::Lock>();
  const Object entered = acquired(lock.acquire());
  unwrap(lock.release());
  return entered;
}

constexpr Operation kOperations[] = {
    {"Lock.new", make<mp::Lock>},          {"Lock.acquire", acquire<mp::Lock>},
    {"Lock.release", release<mp::Lock>},   {"Lock.with_release", with_release},
    {"RLock.new", make<mp::RLock>},        {"RLock.acquire", acquire<mp::RLock>},
    {"RLock.release", release<mp::RLock>},
};

}  // namespace

std::span<const Operation> sync_operations() { return kOperations; }

}  // namespace adapter
