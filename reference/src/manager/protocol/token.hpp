#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mp/object.hpp"

namespace mp::manager {

/// The wire form of a reference: which object of which server. `address` is as Python has it.
struct Token {
  std::string type_id;
  Object address;
  std::string ident;
};

/// A Token as CPython pickles it, and back; nothing for any other object.
Object token_object(const Token& token);
std::optional<Token> token_of(const Object& object);

/// What the pickle of a proxy says: the class (a Global; AutoProxy is a function), the token, and
/// for an AutoProxy the exposed methods.
struct ProxyParts {
  std::string class_name;
  Token token;
  std::vector<std::string> exposed;
};
Object proxy_object(const ProxyParts& parts);
std::optional<ProxyParts> proxy_parts_of(const Object& object);
/// The class of Python's proxies for a typeid of SyncManager; kAutoProxy for any other.
inline constexpr std::string_view kAutoProxy = "AutoProxy";
std::string proxy_class_of(std::string_view type_id);
/// The str items of a tuple or list, as the methods of an object travel.
std::vector<std::string> names_of(const Object& sequence);

/// Whether the object is the wire form of a proxy.
bool is_proxy(const Object& object);

/// The bytes that every pickle of a proxy contains: what has not, carries none.
inline constexpr std::string_view kProxyMark = "RebuildProxy";

/// Calls `visit` with every proxy inside `object`, itself included. Every container is entered
/// once, however often it is shared.
void for_each_proxy(const Object& object, const std::function<void(const Object& proxy)>& visit);

}  // namespace mp::manager
