// Input: records, each what a hostile server that knows the key says next (hostile_server.hpp). The
// highest bit of the first one's kind says which proxies are used.
// Property: whatever it says, every operation of every proxy ends with a value or an error, once
// the server has closed the connection; nothing crashes, leaks or waits for more.
#include <thread>

#include "fuzz/support/byte_source.hpp"
#include "fuzz/support/hostile_server.hpp"
#include "mp/manager.hpp"

namespace mp::fuzz {
namespace {

using namespace std::chrono_literals;

/// Everything a proxy can be asked; what comes of it is the server's business.
void use(const Proxy& proxy) {
  static_cast<void>(proxy.get_value());
  static_cast<void>(proxy.str());
  if (const auto made = proxy.call_for_proxy("__iter__")) static_cast<void>(made->call("__next__"));
  const Result<Object> stored = proxy.call("pop");
  if (stored && Proxy::is_proxy(*stored)) static_cast<void>(Proxy::from_object(*stored));
}

void use_containers(const Manager& manager) {
  if (const auto list = manager.list()) {
    static_cast<void>(list->len());
    static_cast<void>(list->to_vector());
    static_cast<void>(list->reversed());
    static_cast<void>(list->iterate([](const Object&) { return true; }));
    use(*list);
  }
  if (const auto dict = manager.dict()) {
    static_cast<void>(dict->contains(Object::str("k")));
    static_cast<void>(dict->popitem());
    static_cast<void>(dict->keys());
    static_cast<void>(dict->items());
    static_cast<void>(dict->iterate());
    use(*dict);
  }
  if (const auto space = manager.name_space()) static_cast<void>(space->getattr("x"));
  if (const auto array = manager.array('i', Object::list())) {
    static_cast<void>(array->len());
    static_cast<void>(array->to_vector());
  }
}

void use_synchronisation(const Manager& manager) {
  if (const auto queue = manager.queue(1)) {
    static_cast<void>(queue->put(Object::integer(1), 1ms));
    static_cast<void>(queue->get(1ms));
    static_cast<void>(queue->qsize());
  }
  if (const auto lock = manager.lock()) {
    static_cast<void>(lock->acquire());
    static_cast<void>(lock->release());
  }
  if (const auto event = manager.event()) static_cast<void>(event->wait(1ms));
  if (const auto barrier = manager.barrier(2)) {
    static_cast<void>(barrier->wait(1ms));
    static_cast<void>(barrier->parties());
  }
}

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  const std::vector<Record> script = parse_records(as_text(data, size));
  const bool containers = !script.empty() && script.front().kind >= 0x80;
  HostileServer server(script);
  // A thread's end closes its connections.
  std::thread([&] {
    const auto manager = mp::Manager::connect(server.address(), HostileServer::kKey);
    if (!manager) return;
    containers ? use_containers(*manager) : use_synchronisation(*manager);
    static_cast<void>(manager->number_of_objects());
    static_cast<void>(manager->debug_info());
  }).join();
  return 0;
}
