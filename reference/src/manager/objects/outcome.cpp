#include "manager/objects/outcome.hpp"

namespace mp::manager {
Raise raise(std::string_view builtin, std::string_view text) {
  return Raise::of(Object::exception("builtins", builtin, {Object::str(text)}));
}

Raise key_error(Object key) {
  return Raise::of(Object::exception("builtins", "KeyError", {std::move(key)}));
}

Raise raise_bare(std::string_view module, std::string_view name) {
  return Raise::of(Object::exception(module, name));
}

Raise from_wire(const Error& error) {
  MP_ASSERT(error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::TooLarge);
  const bool too_deep = error.code == ErrorCode::TooLarge;
  return raise(too_deep ? "RecursionError" : "TypeError", error.message);
}

}  // namespace mp::manager
