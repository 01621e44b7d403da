#include "manager/client/results.hpp"

#include <algorithm>

#include "mp/pickle.hpp"

namespace mp::manager {
namespace {

Error unexpected(const Object& object) {
  return Error{ErrorCode::Malformed, "the server's reply is a " + std::string(type_name(object))};
}

bool is_sequence(const Object& object) {
  return object.kind() == Kind::List || object.kind() == Kind::Tuple;
}

std::vector<Object> copy_of(std::span<const Object> items) { return {items.begin(), items.end()}; }

/// What is left of an iterator: behind the position in its state.
Result<std::vector<Object>> iterator_items(const Object& iterator) {
  const std::span<const Object> args = iterator.args().items();
  if (args.size() != 1 || !is_sequence(args[0])) return unexpected(iterator);
  std::vector<Object> items = copy_of(args[0].items());
  const auto size = static_cast<std::int64_t>(items.size());
  const Object* state = iterator.state();
  const bool positioned = state != nullptr && state->kind() == Kind::Int && state->fits_int64();
  if (iterator.is_instance_of("builtins", "reversed")) {
    const std::int64_t left = positioned ? state->as_int64() + 1 : size;
    items.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(left, 0, size)));
    std::reverse(items.begin(), items.end());
  } else if (positioned) {
    items.erase(items.begin(),
                items.begin() + std::clamp<std::int64_t>(state->as_int64(), 0, size));
  }
  return items;
}

}  // namespace

Result<void> to_void(const Result<Object>& result) {
  if (!result) return result.error();
  return {};
}

Result<bool> to_bool(const Result<Object>& result) {
  if (!result) return result.error();
  if (result->kind() != Kind::Bool) return unexpected(*result);
  return result->as_bool();
}

Result<std::size_t> to_size(const Result<Object>& result) {
  if (!result) return result.error();
  const bool is_size =
      result->kind() == Kind::Int && result->fits_int64() && result->as_int64() >= 0;
  if (!is_size) return unexpected(*result);
  return static_cast<std::size_t>(result->as_int64());
}

Result<std::vector<Object>> to_items(const Result<Object>& result) {
  if (!result) return result.error();
  if (is_sequence(*result)) return copy_of(result->items());
  const bool is_iterator =
      result->kind() == Kind::Opaque && (result->is_instance_of("builtins", "iter") ||
                                         result->is_instance_of("builtins", "reversed"));
  if (!is_iterator) return unexpected(*result);
  return iterator_items(*result);
}

Result<Object> deep_copy(const Object& object) {
  if (object.kind() < Kind::ByteArray) return object;
  MP_TRY_ASSIGN(const std::string pickled, pickle::dumps(object));
  return pickle::loads(pickled);
}

Object timeout_object(Timeout timeout) {
  if (timeout == kForever) return Object();
  return Object::real(std::chrono::duration<double>(std::max(timeout, kPoll)).count());
}

}  // namespace mp::manager
