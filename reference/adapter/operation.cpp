#include "operation.hpp"

#include <cmath>

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Kind;
using mp::Object;

const char* usual_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::Empty:
      return "Empty";
    case ErrorCode::Full:
      return "Full";
    case ErrorCode::TimedOut:
      return "TimeoutError";
    case ErrorCode::Closed:
      return "ValueError";
    case ErrorCode::NotOwner:
      return "AssertionError";
    case ErrorCode::OutOfRange:
      return "IndexError";
    case ErrorCode::InvalidArgument:
      return "ValueError";
    case ErrorCode::AlreadyExists:
      return "FileExistsError";
    case ErrorCode::NotFound:
      return "FileNotFoundError";
    case ErrorCode::BrokenBarrier:
      return "BrokenBarrierError";
    case ErrorCode::Malformed:
      return "UnpicklingError";
    case ErrorCode::TooLarge:
      return "OverflowError";
    case ErrorCode::AuthenticationFailed:
      return "AuthenticationError";
    case ErrorCode::Remote:
      return "RemoteError";
    case ErrorCode::OwnerDied:
      return "OwnerDied";
    case ErrorCode::Disconnected:
      return "EOFError";
    case ErrorCode::System:
      return "OSError";
  }
  return "Exception";
}

[[noreturn]] void wrong_type(std::string_view name, const Object& value, const char* wanted) {
  throw Raised{
      "TypeError",
      std::string(name) + " must be " + wanted + ", not " + std::string(mp::type_name(value)),
      {}};
}

}  // namespace

void raise(const mp::Error& error, ErrorNames names) {
  const char* type = usual_name(error.code);
  for (const auto& [code, name] : names) {
    if (code == error.code) type = name;
  }
  Raised raised{type, error.message, {}};
  if (error.code != ErrorCode::Empty && error.code != ErrorCode::Full)
    raised.args = {Object::str(error.message)};
  throw raised;
}

const Object* Call::find(std::size_t position, std::string_view name) const {
  if (position < args.size()) return &args[position];
  for (const auto& [key, value] : kwargs) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Object& Call::need(std::size_t position, std::string_view name) const {
  const Object* found = find(position, name);
  if (found == nullptr) throw Raised{"TypeError", "missing argument " + std::string(name), {}};
  return *found;
}

std::int64_t Call::integer(std::size_t position, std::string_view name) const {
  const Object& value = need(position, name);
  if (value.kind() != Kind::Int && value.kind() != Kind::Bool) wrong_type(name, value, "an int");
  if (!value.fits_int64()) throw Raised{"OverflowError", std::string(name) + " is too large", {}};
  return value.as_int64();
}

std::int64_t Call::integer(std::size_t position, std::string_view name,
                           std::int64_t otherwise) const {
  const Object* value = find(position, name);
  return value == nullptr || value->is_none() ? otherwise : integer(position, name);
}

bool Call::flag(std::size_t position, std::string_view name, bool otherwise) const {
  const Object* value = find(position, name);
  return value == nullptr ? otherwise : mp::truth(*value);
}

std::string Call::text(std::size_t position, std::string_view name) const {
  const Object& value = need(position, name);
  if (value.kind() != Kind::Str) wrong_type(name, value, "a str");
  return std::string(value.as_str());
}

std::string Call::byte_text(std::size_t position, std::string_view name) const {
  const Object& value = need(position, name);
  if (value.kind() != Kind::Bytes && value.kind() != Kind::ByteArray &&
      value.kind() != Kind::Array) {
    wrong_type(name, value, "a bytes-like object");
  }
  return std::string(value.as_bytes());
}

mp::Timeout Call::timeout(std::size_t position, std::string_view name) const {
  const Object* value = find(position, name);
  if (value == nullptr || value->is_none()) return mp::kForever;
  const auto seconds = value->to_double();
  if (!seconds) wrong_type(name, *value, "a number");
  if (std::isnan(*seconds)) throw Raised{"ValueError", "the timeout is not a number", {}};
  if (*seconds <= 0) return mp::kPoll;
  if (*seconds > 9e9) throw Raised{"OverflowError", "the timeout is too large", {}};
  return std::chrono::duration_cast<mp::Timeout>(std::chrono::duration<double>(*seconds));
}

mp::Timeout Call::patience(std::size_t block_position) const {
  return flag(block_position, "block", true) ? timeout(block_position + 1, "timeout") : mp::kPoll;
}

namespace {

const std::map<std::string_view, const Operation*>& operations() {
  static const auto kOperations = [] {
    std::map<std::string_view, const Operation*> all;
    for (const auto table :
         {actor_operations(), process_operations(), sync_operations(), value_operations(),
          array_operations(), queue_operations(), pipe_operations(), shared_memory_operations(),
          manager_operations(), proxy_operations()}) {
      for (const Operation& operation : table) all[operation.name] = &operation;
    }
    return all;
  }();
  return kOperations;
}

}  // namespace

const Operation* find_operation(std::string_view name) {
  const auto found = operations().find(name);
  return found == operations().end() ? nullptr : found->second;
}

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const auto& [name, operation] : operations()) names.emplace_back(name);
  return names;
}

}  // namespace adapter
