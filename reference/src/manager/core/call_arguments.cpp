#include "manager/core/call_arguments.hpp"

#include "manager/objects/iterate.hpp"
#include "manager/objects/python_text.hpp"

namespace mp::manager {
namespace {

std::string after(std::string_view method, std::string_view stars) {
  std::string text(method);
  return text.append("() argument after ").append(stars).append(" must be ");
}

}  // namespace

Call CallArguments::call(SessionId session, ClientId client, Clock::time_point now) const {
  return {session,         client, now, method_, positional_, named_ ? &*named_ : nullptr,
          carries_proxies_};
}

Attempt<CallArguments> unpack_arguments(Host& host, std::string_view method,
                                        const Request& request) {
  CallArguments unpacked;
  unpacked.method_ = method;
  unpacked.carries_proxies_ = request.carries_proxies;
  if (request.args.kind() == Kind::Tuple) {
    unpacked.positional_ = request.args.items();
  } else {
    Attempt<std::vector<Object>> items = iterate(host, request.args);
    if (!items) {
      return type_error(after(method, "*") + "an iterable, not " + python_type_name(request.args));
    }
    unpacked.items_ = *std::move(items);
    unpacked.positional_ = unpacked.items_;
  }
  const bool is_dict = request.kwargs.kind() == Kind::Dict;
  if (is_dict && request.kwargs.as_dict().empty()) return unpacked;
  const Attempt<Object> named = is_dict ? request.kwargs : to_dict(host, request.kwargs);
  if (!named) {
    return type_error(after(method, "**") + "a mapping, not " + python_type_name(request.kwargs));
  }
  const DictView dict = named->as_dict();
  if (dict.empty()) return unpacked;
  for (const DictView::Item item : dict) {
    if (item.key.kind() != Kind::Str) return type_error("keywords must be strings");
  }
  unpacked.named_ = dict;
  return unpacked;
}

}  // namespace mp::manager
