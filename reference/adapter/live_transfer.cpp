#include "live_transfer.hpp"

#include <algorithm>
#include <mp/barrier.hpp>
#include <mp/condition.hpp>
#include <mp/dynamic_array.hpp>
#include <mp/dynamic_value.hpp>
#include <mp/event.hpp>
#include <mp/joinable_queue.hpp>
#include <mp/lock.hpp>
#include <mp/managed_values.hpp>
#include <mp/pickle.hpp>
#include <mp/process.hpp>
#include <mp/queue.hpp>
#include <mp/rlock.hpp>
#include <mp/semaphore.hpp>
#include <mp/shareable_list.hpp>
#include <mp/shared_memory.hpp>
#include <mp/simple_queue.hpp>

#include "live.hpp"
#include "server_program.hpp"

namespace adapter {
namespace {

using mp::Packer;
using mp::Result;
using mp::Unpacker;

/// One type of object: how it is recognised, packed and unpacked.
struct Type {
  bool (*is)(const Live&);
  Result<void> (*pack)(Packer&, const Live&);
  Result<Live> (*unpack)(Unpacker&);
};

template <class T>
bool holds(const Live& live) {
  return live.type() == typeid(T);
}

template <class T>
constexpr Type transferable() {
  return {holds<T>,
          [](Packer& packer, const Live& live) {
            return mp::Transfer<T>::pack(packer, *std::any_cast<T>(&live));
          },
          [](Unpacker& unpacker) -> Result<Live> {
            MP_TRY_ASSIGN(T object, mp::Transfer<T>::unpack(unpacker));
            return Live(std::move(object));
          }};
}

constexpr Type connection() {
  return {holds<LiveConnection>,
          [](Packer& packer, const Live& live) {
            return (*std::any_cast<LiveConnection>(&live))->pack(packer);
          },
          [](Unpacker& unpacker) -> Result<Live> {
            MP_TRY_ASSIGN(mp::Connection end, mp::Connection::unpack(unpacker));
            return Live(std::make_shared<mp::Connection>(std::move(end)));
          }};
}

/// Whoever runs its server, the child is a client.
constexpr Type served_manager() {
  return {holds<ServedManager>,
          [](Packer& packer, const Live& live) {
            return std::any_cast<ServedManager>(&live)->manager.pack(packer);
          },
          transferable<mp::Manager>().unpack};
}

/// A kept value, as its pickle.
constexpr Type value() {
  return {holds<mp::Object>,
          [](Packer& packer, const Live& live) -> Result<void> {
            MP_TRY_ASSIGN(const auto bytes, mp::pickle::dumps(*std::any_cast<mp::Object>(&live)));
            packer.bytes(mp::bytes_view(bytes));
            return {};
          },
          [](Unpacker& unpacker) -> Result<Live> {
            MP_TRY_ASSIGN(const mp::Bytes bytes, unpacker.bytes());
            MP_TRY_ASSIGN(mp::Object object, mp::pickle::loads(mp::text_view(bytes)));
            return Live(std::move(object));
          }};
}

/// A type's number in a parcel is its place here.
constexpr Type kTypes[] = {
    transferable<mp::Lock>(),
    transferable<mp::RLock>(),
    transferable<mp::Semaphore>(),
    transferable<mp::BoundedSemaphore>(),
    transferable<mp::Condition>(),
    transferable<mp::Event>(),
    transferable<mp::Barrier>(),
    transferable<mp::DynamicValue>(),
    transferable<mp::DynamicRawValue>(),
    transferable<mp::DynamicArray>(),
    transferable<mp::DynamicRawArray>(),
    transferable<mp::Queue>(),
    transferable<mp::JoinableQueue>(),
    transferable<mp::SimpleQueue>(),
    transferable<mp::SharedMemory>(),
    transferable<mp::ShareableList>(),
    transferable<mp::Process>(),
    transferable<mp::Proxy>(),
    transferable<mp::ManagedNamespace>(),
    transferable<mp::Manager>(),
    served_manager(),
    connection(),
    value(),
};

}  // namespace

Result<void> LiveObjects::pack(Packer& packer) const {
  packer.number(objects.size());
  for (const auto& [name, live] : objects) {
    const Type* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                    [&](const Type& candidate) { return candidate.is(live); });
    if (type == std::end(kTypes)) {
      return mp::Error{mp::ErrorCode::InvalidArgument, name + " cannot be passed on"};
    }
    packer.bytes(mp::bytes_view(name));
    packer.number(static_cast<std::uint64_t>(type - std::begin(kTypes)));
    MP_TRY(type->pack(packer, live));
  }
  return {};
}

Result<LiveObjects> LiveObjects::unpack(Unpacker& unpacker) {
  LiveObjects result;
  MP_TRY_ASSIGN(std::uint64_t count, unpacker.number());
  for (; count > 0; --count) {
    MP_TRY_ASSIGN(const mp::Bytes name, unpacker.bytes());
    MP_TRY_ASSIGN(const std::uint64_t number, unpacker.number());
    if (number >= std::size(kTypes)) {
      return mp::Error{mp::ErrorCode::Malformed, "an object of an unknown type"};
    }
    MP_TRY_ASSIGN(result.objects[std::string(mp::text_view(name))],
                  kTypes[number].unpack(unpacker));
  }
  return result;
}

}  // namespace adapter
