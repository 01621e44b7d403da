#include "manager/protocol/exception_text.hpp"

namespace mp::manager {
namespace {

/// str() of an exception: nothing, its only argument, or all of them.
std::string arguments_text(const Object& exception) {
  const std::span<const Object> args = exception.args().items();
  if (args.empty()) return {};
  // str(KeyError(k)) is repr(k), so that a missing '' can be told from nothing.
  const bool plain = args.size() == 1 && args[0].kind() == Kind::Str &&
                     !exception.callable().is_global("builtins", "KeyError");
  if (plain) return std::string(args[0].as_str());
  return repr(args.size() == 1 ? args[0] : exception.args()).value_or("...");
}

bool is_exception(const Object& object) {
  return object.kind() == Kind::Opaque && object.callable().kind() == Kind::Global;
}

}  // namespace

std::string_view exception_name(const Object& exception) {
  if (!is_exception(exception)) return {};
  const std::string_view name = exception.callable().name();
  return name.substr(name.rfind('.') + 1);
}

std::string exception_text(const Object& exception) {
  if (!is_exception(exception)) return repr(exception).value_or("...");
  const Object& type = exception.callable();
  std::string text;
  if (type.module() != "builtins") text.append(type.module()).append(".");
  text.append(type.name());
  const std::string arguments = arguments_text(exception);
  if (!arguments.empty()) text.append(": ").append(arguments);
  return text;
}

}  // namespace mp::manager
