#include "manager/objects/python_text.hpp"

#include <algorithm>
#include <vector>

#include "manager/protocol/token.hpp"

namespace mp::manager {
namespace {

std::string proxy_repr(const ProxyParts& parts) {
  return "<" + parts.class_name + " object, typeid '" + parts.token.type_id + "' at 0x" +
         parts.token.ident + ">";
}

/// The repr of a container of proxies, which the value library would show as calls.
class ProxyRepr {
 public:
  Attempt<std::string> show(const Object& object) {
    if (const auto parts = proxy_parts_of(object)) return proxy_repr(*parts);
    if (!is_container(object)) return attempt(repr(object));
    const bool is_dict = object.kind() == Kind::Dict;
    const std::string_view brackets = is_dict ? "{}" : object.kind() == Kind::List ? "[]" : "()";
    const void* identity = identity_of(object);
    if (identity == nullptr) return std::string(brackets);
    if (std::find(open_.begin(), open_.end(), identity) != open_.end()) {
      return std::string(1, brackets[0]) + "..." + brackets[1];
    }
    if (open_.size() >= kNestingMax) {
      return raise("RecursionError", "maximum recursion depth exceeded");
    }
    open_.push_back(identity);
    std::string text(1, brackets[0]);
    if (is_dict) {
      MP_TRY(append_dict(text, object.as_dict()));
    } else {
      MP_TRY(append_items(text, object));
    }
    open_.pop_back();
    return text + brackets[1];
  }

 private:
  static bool is_container(const Object& object) {
    return object.kind() == Kind::List || object.kind() == Kind::Tuple ||
           object.kind() == Kind::Dict;
  }
  static const void* identity_of(const Object& object) {
    if (object.kind() != Kind::Dict) return object.items().empty() ? nullptr : &object.items()[0];
    const DictView dict = object.as_dict();
    return dict.empty() ? nullptr : &(*dict.begin()).key;
  }

  Attempt<void> append_items(std::string& text, const Object& object) {
    std::string_view separator;
    for (const Object& item : object.items()) {
      MP_TRY_ASSIGN(const std::string shown, show(item));
      text.append(separator).append(shown);
      separator = ", ";
    }
    if (object.kind() == Kind::Tuple && object.items().size() == 1) text += ',';
    return {};
  }
  Attempt<void> append_dict(std::string& text, const DictView& dict) {
    std::string_view separator;
    for (const DictView::Item item : dict) {
      MP_TRY_ASSIGN(const std::string key, show(item.key));
      MP_TRY_ASSIGN(const std::string value, show(item.value));
      text.append(separator).append(key).append(": ").append(value);
      separator = ", ";
    }
    return {};
  }

  std::vector<const void*> open_;
};

}  // namespace

std::string python_type_name(const Object& object) {
  if (const auto parts = proxy_parts_of(object)) return parts->class_name;
  return std::string(type_name(object));
}

Attempt<std::string> python_repr(const Object& object) { return ProxyRepr().show(object); }

}  // namespace mp::manager
