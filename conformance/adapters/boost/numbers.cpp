// Value and Array, RawValue and RawArray: numbers in a mapped region, the first two with an
// interprocess_recursive_mutex. Boost has no slices and no indices below zero.
#include <cstring>
#include <variant>

#include "shared.hpp"

namespace boost_adapter {
namespace {

using Any = std::variant<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                         std::uint32_t, std::int64_t, std::uint64_t, float, double, char>;

/// A zero of the typecode's type.
Any zero_of(const kit::Value& typecode) {
  static const std::map<std::string, Any> kTypes = {
      {"b", std::int8_t{}},  {"B", std::uint8_t{}},  {"h", std::int16_t{}}, {"H", std::uint16_t{}},
      {"i", std::int32_t{}}, {"I", std::uint32_t{}}, {"l", std::int64_t{}}, {"L", std::uint64_t{}},
      {"q", std::int64_t{}}, {"Q", std::uint64_t{}}, {"f", float{}},        {"d", double{}},
      {"c", char{}}};
  const auto found = kTypes.find(kit::to_text(typecode));
  if (found == kTypes.end()) throw kit::Error("TypeError", "no such typecode");
  return found->second;
}

/// An integer of any size modulo 2**64, as an assignment to an unsigned type takes it.
std::uint64_t modulo(const kit::Value& value) {
  if (!value.is_object()) return static_cast<std::uint64_t>(kit::to_int(value));
  if (!value.contains("int")) throw kit::Error("TypeError", "an integer is needed");
  const std::string digits = value["int"];
  const bool negative = digits.front() == '-';
  std::uint64_t sum = 0;
  for (const char digit : digits.substr(negative ? 1 : 0))
    sum = sum * 10 + static_cast<unsigned>(digit - '0');
  return negative ? 0 - sum : sum;
}

template <class T>
T number_from(const kit::Value& value) {
  if constexpr (std::is_same_v<T, char>) {
    const std::string bytes =
        value.is_object() && value.contains("bytes") ? kit::to_bytes(value) : "";
    if (bytes.size() != 1) throw kit::Error("TypeError", "one character is needed, as bytes");
    return bytes[0];
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(kit::to_double(value));
  } else {
    return static_cast<T>(modulo(value));
  }
}

template <class T>
kit::Value value_of(T number) {
  if constexpr (std::is_same_v<T, char>) return kit::of_bytes({&number, 1});
  if constexpr (std::is_floating_point_v<T>) return kit::of_double(number);
  if constexpr (std::is_same_v<T, std::uint64_t>)
    if (number > INT64_MAX) return {{"int", std::to_string(number)}};
  return kit::of_int(static_cast<std::int64_t>(number));
}

/// Numbers of one type in memory that children share.
class Numbers {
 public:
  Numbers(const kit::Value& typecode, std::int64_t count)
      : zero_(zero_of(typecode)),
        size_(std::visit([](auto zero) { return sizeof zero; }, zero_)),
        count_(count),
        region_(ipc::anonymous_shared_memory(
            size_ * static_cast<std::size_t>(std::max<std::int64_t>(count, 1)))) {}

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] kit::Value get(std::int64_t index) const {
    return std::visit(
        [&](auto number) {
          std::memcpy(&number, at(index), sizeof number);
          return value_of(number);
        },
        zero_);
  }
  void set(std::int64_t index, const kit::Value& value) {
    std::visit(
        [&](auto number) {
          number = number_from<decltype(number)>(value);
          std::memcpy(at(index), &number, sizeof number);
        },
        zero_);
  }
  [[nodiscard]] kit::Value list() const {
    kit::Value items = kit::Value::array();
    for (std::int64_t i = 0; i < count_; ++i) items.push_back(get(i));
    return items;
  }

 private:
  [[nodiscard]] char* at(std::int64_t index) const {
    if (index < 0 || index >= count_) throw kit::Error("IndexError", "index out of range");
    return static_cast<char*>(region_.get_address()) + static_cast<std::size_t>(index) * size_;
  }

  Any zero_;
  std::size_t size_;
  std::int64_t count_;
  ipc::mapped_region region_;
};

/// Numbers with a lock: one of their own, one that was given, or none.
struct Guarded {
  Numbers numbers;
  std::shared_ptr<AnyLock> lock;
  kit::Value type;  // of the lock

  template <class F>
  auto held(F function) {
    struct Held {
      AnyLock* lock;
      explicit Held(AnyLock* it) : lock(it) {
        if (lock != nullptr) lock->acquire(std::nullopt);
      }
      ~Held() {
        if (lock != nullptr) lock->release();
      }
    };
    const Held hold(lock.get());
    return function(numbers);
  }
  [[nodiscard]] AnyLock& need_lock() const {
    if (!lock) throw kit::Error("AttributeError", "there is no lock");
    return *lock;
  }
  [[nodiscard]] kit::Object lock_object() const {
    static_cast<void>(need_lock());
    if (type == "Lock") return {std::static_pointer_cast<Lock>(lock), type};
    return {std::static_pointer_cast<RLock>(lock), type};
  }
};

std::int64_t index_of(kit::Call& call) {
  const kit::Value& index = call.need("index");
  if (index.is_object() && index.contains("slice"))
    throw kit::Error("TypeError", "there are no slices");
  if (index.is_object() && index.contains("int")) return -1;  // of more than 64 bits
  return kit::to_int(index);
}

/// The elements of an initial value: of a list or tuple, or the characters of bytes.
kit::Value elements_of(const kit::Value& initial) {
  if (initial.is_array()) return initial;
  if (initial.contains("tuple")) return initial["tuple"];
  kit::Value elements = kit::Value::array();
  for (const char c : kit::to_bytes(initial)) elements.push_back(kit::of_bytes({&c, 1}));
  return elements;
}

Numbers filled(const kit::Value& typecode, const kit::Value& size_or_items) {
  if (size_or_items.is_number_integer()) {
    const std::int64_t size = kit::to_int(size_or_items);
    if (size < 0) throw kit::Error("ValueError", "a size is not negative");
    return {typecode, size};
  }
  const kit::Value elements = elements_of(size_or_items);
  Numbers numbers(typecode, static_cast<std::int64_t>(elements.size()));
  for (std::size_t i = 0; i < elements.size(); ++i)
    numbers.set(static_cast<std::int64_t>(i), elements[i]);
  return numbers;
}

Numbers single(kit::Call& call) {
  Numbers numbers(call.need("typecode"), 1);
  if (call.has("value")) numbers.set(0, call.need("value"));
  return numbers;
}

Guarded guarded(Numbers numbers, kit::Call& call) {
  if (const auto given = call.object("lock")) {
    if (auto lock = given->share<Lock>()) return {std::move(numbers), lock, "Lock"};
    if (auto lock = given->share<RLock>()) return {std::move(numbers), lock, "RLock"};
    throw kit::Error("TypeError", "lock is a Lock, an RLock, True or False");
  }
  if (!call.flag("lock", true)) return {std::move(numbers), nullptr, nullptr};
  return {std::move(numbers), std::make_shared<RLock>(), "RLock"};
}

void add_lock_of(kit::Table& table, const std::string& type) {
  table.on<Guarded>(type + ".get_lock", "",
                    [](Guarded& it, kit::Call&) { return it.lock_object(); });
  table.on<Guarded>(type + ".acquire", "block timeout", [](Guarded& it, kit::Call& call) {
    return it.need_lock().acquire(call.patience());
  });
  table.on<Guarded>(type + ".release", "",
                    [](Guarded& it, kit::Call&) { it.need_lock().release(); });
}

template <class T, class Access>
void add_items(kit::Table& table, const std::string& type, Access access) {
  table.on<T>(type + ".__len__", "", [access](T& it, kit::Call&) {
    return access(it, [](Numbers& numbers) { return numbers.count(); });
  });
  table.on<T>(type + ".__getitem__", "index", [access](T& it, kit::Call& call) {
    return access(it, [index = index_of(call)](Numbers& numbers) { return numbers.get(index); });
  });
  table.on<T>(type + ".__setitem__", "index value", [access](T& it, kit::Call& call) {
    access(it, [&](Numbers& numbers) { numbers.set(index_of(call), call.need("value")); });
  });
  table.on<T>(type + ".to_list", "", [access](T& it, kit::Call&) {
    return access(it, [](Numbers& numbers) { return numbers.list(); });
  });
}

}  // namespace

void add_numbers(kit::Table& table) {
  const auto raw = [](Numbers& numbers, auto function) { return function(numbers); };
  const auto held = [](Guarded& it, auto function) { return it.held(function); };

  table.make<Numbers>("RawValue.new", "typecode value",
                      [](kit::Call& call) { return std::make_shared<Numbers>(single(call)); });
  table.on<Numbers>("RawValue.value", "", [](Numbers& it, kit::Call&) { return it.get(0); });
  table.on<Numbers>("RawValue.value.set", "value",
                    [](Numbers& it, kit::Call& call) { it.set(0, call.need("value")); });
  table.make<Numbers>("RawArray.new", "typecode size_or_initializer", [](kit::Call& call) {
    return std::make_shared<Numbers>(
        filled(call.need("typecode"), call.need("size_or_initializer")));
  });
  add_items<Numbers>(table, "RawArray", raw);

  table.make<Guarded>("Value.new", "typecode value lock", [](kit::Call& call) {
    return std::make_shared<Guarded>(guarded(single(call), call));
  });
  table.on<Guarded>("Value.value", "", [](Guarded& it, kit::Call&) {
    return it.held([](Numbers& numbers) { return numbers.get(0); });
  });
  table.on<Guarded>("Value.value.set", "value", [](Guarded& it, kit::Call& call) {
    it.held([&](Numbers& numbers) { numbers.set(0, call.need("value")); });
  });
  add_lock_of(table, "Value");
  table.make<Guarded>("Array.new", "typecode size_or_initializer lock", [](kit::Call& call) {
    return std::make_shared<Guarded>(
        guarded(filled(call.need("typecode"), call.need("size_or_initializer")), call));
  });
  add_items<Guarded>(table, "Array", held);
  add_lock_of(table, "Array");
}

}  // namespace boost_adapter
