#include "client_work.hpp"

#include "mp/batch.hpp"

namespace mp::bench {
namespace {

Object text(const char* value) { return Object::str(value); }

}  // namespace

Operation dict_get(const Manager& manager) {
  const ManagedDict dict = must(manager.dict());
  must(dict.setitem(text("key"), Object::integer(1)));
  return [dict] { must(dict.getitem(text("key"))); };
}
Operation dict_set(const Manager& manager) {
  return [dict = must(manager.dict())] { must(dict.setitem(text("key"), Object::integer(1))); };
}
Operation list_get(const Manager& manager) {
  return [list = must(manager.list(Object::list({Object::integer(7)})))] {
    must(list.getitem(Object::integer(0)));
  };
}
Operation value_set(const Manager& manager) {
  return [value = must(manager.value("i", Object::integer(1)))] {
    must(value.set(Object::integer(2)));
  };
}
Operation namespace_get(const Manager& manager) {
  const ManagedNamespace space = must(manager.name_space());
  must(space.setattr("x", Object::integer(1)));
  return [space] { must(space.getattr("x")); };
}
Operation lock_pair(const Manager& manager) {
  const auto held = std::make_shared<bool>(false);
  return [lock = must(manager.lock()), held] {
    if (*held) {
      must(lock.release());
    } else {
      must(lock.acquire());
    }
    *held = !*held;
  };
}
Operation queue_pair(const Manager& manager) {
  const auto full = std::make_shared<bool>(false);
  return [queue = must(manager.queue()), full] {
    if (*full) {
      must(queue.get());
    } else {
      must(queue.put(text("item")));
    }
    *full = !*full;
  };
}

Operation dict_batch(const Manager& manager) {
  const ManagedDict dict = must(manager.dict());
  const auto batch = std::make_shared<Batch>();
  return [dict, batch] {
    for (int i = 0; i < kBatch; ++i) {
      batch->call(dict, "__setitem__", {text("key"), Object::integer(1)});
    }
    must(batch->run());
  };
}

}  // namespace mp::bench
