#include "live.hpp"

#include <mp/dynamic_array.hpp>
#include <mp/dynamic_value.hpp>
#include <mp/joinable_queue.hpp>
#include <mp/lock.hpp>
#include <mp/pickle.hpp>
#include <mp/process.hpp>
#include <mp/queue.hpp>
#include <mp/rlock.hpp>
#include <mp/shareable_list.hpp>
#include <mp/shared_memory.hpp>
#include <mp/simple_queue.hpp>

#include "actor.hpp"
#include "proxies.hpp"
#include "server_program.hpp"

namespace adapter {

std::string live_type_name(const Live& live) {
  const auto is = [&]<class T>(std::type_identity<T>) { return live.type() == typeid(T); };
  if (is(std::type_identity<mp::Process>())) return "Process";
  if (is(std::type_identity<mp::Lock>())) return "Lock";
  if (is(std::type_identity<mp::RLock>())) return "RLock";
  if (is(std::type_identity<mp::Queue>())) return "Queue";
  if (is(std::type_identity<mp::JoinableQueue>())) return "JoinableQueue";
  if (is(std::type_identity<mp::SimpleQueue>())) return "SimpleQueue";
  if (is(std::type_identity<LiveConnection>())) return "Connection";
  if (is(std::type_identity<mp::DynamicValue>())) return "Value";
  if (is(std::type_identity<mp::DynamicRawValue>())) return "RawValue";
  if (is(std::type_identity<mp::DynamicArray>())) return "Array";
  if (is(std::type_identity<mp::DynamicRawArray>())) return "RawArray";
  if (is(std::type_identity<mp::SharedMemory>())) return "SharedMemory";
  if (is(std::type_identity<mp::ShareableList>())) return "ShareableList";
  if (is(std::type_identity<mp::Manager>())) return "Manager";
  if (is(std::type_identity<ServedManager>())) return "Manager";
  if (const auto* proxy = as_proxy(live)) return "manager." + proxy->type_id();
  return "object";
}

std::string packed(const mp::Object& object) {
  if (contains_marker(object)) {
    throw Raised{
        "RuntimeError",
        "such an object reaches other processes only by being handed to a child at its start",
        {}};
  }
  return unwrap(mp::pickle::dumps(object), {{mp::ErrorCode::TooLarge, "RecursionError"}});
}

mp::Object unpacked(mp::BytesView bytes) {
  return unwrap(mp::pickle::loads(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

mp::Object Actor::resolve(const std::string& name) const {
  const auto live = find(name);
  if (!live) throw Raised{"AdapterError", "there is no object " + name, {}};
  if (const auto* value = std::any_cast<mp::Object>(&*live)) return *value;
  if (const auto* proxy = as_proxy(*live)) return proxy->to_object();
  return marker(name);
}

}  // namespace adapter
