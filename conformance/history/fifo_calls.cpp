#include "history/fifo_calls.hpp"

#include <algorithm>

#include "history/method_table.hpp"

namespace mpspec {
namespace {

using Kind = FifoCall::Kind;

[[noreturn]] void refuse(const Call& call) {
  throw HistoryError("no model says that " + call_text(call) + " comes to " + outcome_text(call));
}

bool failed_with(const Call& call, std::string_view type) {
  const auto* error = call.seen ? std::get_if<ModelError>(&*call.seen) : nullptr;
  return error != nullptr && error->type == type;
}

/// The value that the caller was given; an error is none.
const Value* given(const Call& call) {
  return call.seen ? std::get_if<Value>(&*call.seen) : nullptr;
}

}  // namespace

std::int64_t FifoItems::number(const Value& item) {
  std::string text = to_python(item);
  const auto [known, is_new] =
      numbers_.emplace(std::move(text), static_cast<std::int64_t>(texts_.size()));
  if (is_new) texts_.push_back(known->first);
  return known->second;
}

FifoCall FifoItems::read_put(const Call& call) {
  if (failed_with(call, "Full")) return {Kind::full};
  if (call.seen && given(call) == nullptr) refuse(call);
  return {Kind::put, number(needed(call, 0, "obj"))};
}

FifoCall FifoItems::read_get(const Call& call) {
  if (!call.seen) return {Kind::get_any};
  if (failed_with(call, "Empty")) return {Kind::empty};
  if (given(call) == nullptr) refuse(call);
  return {Kind::get, number(*given(call))};
}

FifoCall FifoItems::read(const Call& call) {
  if (call.method == "put" || call.method == "put_nowait") return read_put(call);
  if (call.method == "get" || call.method == "get_nowait") return read_get(call);
  if (call.method != "qsize" && call.method != "empty" && call.method != "full") {
    throw HistoryError("no model says what " + call_text(call) + " does");
  }
  const Value* value = given(call);
  if (!call.seen) return {Kind::size};  // whatever it was, it changed nothing
  if (value == nullptr || !(value->is<bool>() || value->is<BigInt>())) refuse(call);
  const Kind kind = call.method == "qsize"   ? Kind::size
                    : call.method == "empty" ? Kind::is_empty
                                             : Kind::is_full;
  return {kind, as_int(*value)};
}

long long maxsize_of(const SharedObject& queue) {
  const Value* given = constructor_argument(queue, 0, "maxsize");
  return given == nullptr ? 0 : std::max(0LL, as_int(*given));
}

}  // namespace mpspec
