// How an operation is described: a name of spec/adapter/operations.md and a function.
#pragma once

#include <any>
#include <initializer_list>
#include <map>
#include <mp/clock.hpp>
#include <mp/error.hpp>
#include <mp/object.hpp>
#include <mp/result.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "values.hpp"

namespace adapter {

class Actor;

/// A live object of the library, or a kept value (an mp::Object); handles are cheap to copy.
using Live = std::any;

/// A value, a live object, or several (Pipe.new).
using Answer = std::variant<mp::Object, Live, std::vector<Live>>;

/// One call of an operation, with its arguments by position or name.
class Call {
 public:
  Actor& actor;
  std::string_view operation;  // "TYPE.method"
  const Live* target = nullptr;
  std::vector<mp::Object> args;
  std::vector<std::pair<std::string, mp::Object>> kwargs;
  const nlohmann::json* request = nullptr;  // absent inside programs

  /// The object the operation works on. Raises when it is of another type.
  template <class T>
  const T& object() const {
    const T* found = target == nullptr ? nullptr : std::any_cast<T>(target);
    if (found == nullptr) throw Raised{"AttributeError", "the object has no such operation", {}};
    return *found;
  }

  [[nodiscard]] const mp::Object* find(std::size_t position, std::string_view name) const;
  /// Raises TypeError when it is missing or of the wrong type.
  [[nodiscard]] const mp::Object& need(std::size_t position, std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::size_t position, std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::size_t position, std::string_view name,
                                     std::int64_t otherwise) const;
  [[nodiscard]] bool flag(std::size_t position, std::string_view name, bool otherwise) const;
  [[nodiscard]] std::string text(std::size_t position, std::string_view name) const;
  [[nodiscard]] std::string byte_text(std::size_t position, std::string_view name) const;
  /// Python's timeout in seconds; absent or None waits for ever.
  [[nodiscard]] mp::Timeout timeout(std::size_t position, std::string_view name) const;
  /// block=True, timeout=None: without blocking the timeout does not count.
  [[nodiscard]] mp::Timeout patience(std::size_t block_position = 0) const;
};

using Handler = Answer (*)(Call&);
struct Operation {
  std::string_view name;
  Handler handler;
};

std::span<const Operation> actor_operations();
std::span<const Operation> process_operations();
std::span<const Operation> sync_operations();
std::span<const Operation> value_operations();
std::span<const Operation> array_operations();
std::span<const Operation> queue_operations();
std::span<const Operation> pipe_operations();
std::span<const Operation> shared_memory_operations();
std::span<const Operation> manager_operations();
std::span<const Operation> proxy_operations();

/// The operation of that name, or nullptr.
const Operation* find_operation(std::string_view name);
std::vector<std::string> operation_names();

/// Python's name for an error code, where it is not the usual one.
using ErrorNames = std::initializer_list<std::pair<mp::ErrorCode, const char*>>;

[[noreturn]] void raise(const mp::Error& error, ErrorNames names = {});

template <class T>
T unwrap(mp::Result<T> result, ErrorNames names = {}) {
  if (!result) raise(result.error(), names);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// acquire's answer: True, or False when it timed out.
inline mp::Object acquired(const mp::Result<void>& result, ErrorNames names = {}) {
  if (!result && result.error().code != mp::ErrorCode::TimedOut) raise(result.error(), names);
  return mp::Object::boolean(result.has_value());
}

}  // namespace adapter
