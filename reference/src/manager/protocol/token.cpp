#include "manager/protocol/token.hpp"

#include <unordered_set>
#include <utility>

namespace mp::manager {
namespace {

constexpr std::string_view kModule = "multiprocessing.managers";

Object text(std::string_view value) { return Object::str(value); }

/// Walks a value without recursion: it may be as deep as pickles go and may contain itself.
class Walk {
 public:
  explicit Walk(const std::function<void(const Object&)>& visit) : visit_(visit) {}

  void run(const Object& root) {
    look(root);
    while (!pending_.empty()) {
      const Object next = std::move(pending_.back());
      pending_.pop_back();
      enter(next);
    }
  }

 private:
  /// Only what can contain something is entered.
  void look(const Object& object) {
    switch (object.kind()) {
      case Kind::List:
      case Kind::Tuple:
      case Kind::Dict:
      case Kind::Set:
      case Kind::FrozenSet:
      case Kind::Opaque:
        pending_.push_back(object);
        break;
      default:
        break;
    }
  }

  /// A container is known by where it keeps its first part, which no other one shares.
  bool is_new(const void* inside) { return seen_.insert(inside).second; }

  void enter(const Object& object) {
    if (object.kind() == Kind::Opaque) return enter_opaque(object);
    if (object.kind() == Kind::Dict) return enter_dict(object.as_dict());
    const std::span<const Object> items = object.items();
    if (items.empty() || !is_new(items.data())) return;
    for (const Object& item : items) look(item);
  }

  void enter_dict(const DictView& dict) {
    if (dict.empty() || !is_new(&(*dict.begin()).key)) return;
    for (const DictView::Item item : dict) {
      look(item.key);
      look(item.value);
    }
  }

  void enter_opaque(const Object& object) {
    if (is_proxy(object)) visit_(object);
    if (!is_new(&object.callable())) return;
    look(object.callable());
    look(object.args());
    look(object.kwargs());
    for (const OpaqueStep& step : object.steps()) {
      for (const Object& value : step.values()) look(value);
    }
  }

  const std::function<void(const Object&)>& visit_;
  std::vector<Object> pending_;
  std::unordered_set<const void*> seen_;
};

std::vector<std::string> exposed_of(const Object& kwargs) {
  if (kwargs.kind() != Kind::Dict) return {};
  const Object* exposed = kwargs.as_dict().find_str("exposed");
  return exposed == nullptr ? std::vector<std::string>{} : names_of(*exposed);
}

constexpr std::pair<std::string_view, std::string_view> kProxyClasses[] = {
    {"list", "ListProxy"},
    {"dict", "DictProxy"},
    {"Namespace", "NamespaceProxy"},
    {"Value", "ValueProxy"},
    {"Array", "ArrayProxy"},
    {"Lock", "AcquirerProxy"},
    {"RLock", "AcquirerProxy"},
    {"Semaphore", "AcquirerProxy"},
    {"BoundedSemaphore", "AcquirerProxy"},
    {"Condition", "ConditionProxy"},
    {"Event", "EventProxy"},
    {"Barrier", "BarrierProxy"},
    {"Iterator", "IteratorProxy"},
    {"Pool", "PoolProxy"},
};

}  // namespace

std::string proxy_class_of(std::string_view type_id) {
  for (const auto& [row, name] : kProxyClasses) {
    if (row == type_id) return std::string(name);
  }
  return std::string(kAutoProxy);
}

std::vector<std::string> names_of(const Object& sequence) {
  std::vector<std::string> names;
  if (sequence.kind() != Kind::Tuple && sequence.kind() != Kind::List) return names;
  for (const Object& name : sequence.items()) {
    if (name.kind() == Kind::Str) names.emplace_back(name.as_str());
  }
  return names;
}

Object token_object(const Token& token) {
  Object object = Object::instance(Object::global(kModule, "Token"));
  object.add_build(Object::tuple_of(text(token.type_id), token.address, text(token.ident)));
  return object;
}

std::optional<Token> token_of(const Object& object) {
  if (object.kind() != Kind::Opaque || !object.is_instance_of(kModule, "Token")) return {};
  const Object* state = object.state();
  if (state == nullptr || state->kind() != Kind::Tuple || state->items().size() != 3) return {};
  const std::span<const Object> parts = state->items();
  if (parts[0].kind() != Kind::Str || parts[2].kind() != Kind::Str) return {};
  return Token{std::string(parts[0].as_str()), parts[1], std::string(parts[2].as_str())};
}

Object proxy_object(const ProxyParts& parts) {
  Object kwargs = Object::dict();
  if (!parts.exposed.empty()) {
    std::vector<Object> names;
    for (const std::string& name : parts.exposed) names.push_back(text(name));
    const Result<bool> added =
        kwargs.as_dict().set(text("exposed"), Object::tuple(std::move(names)));
    MP_ASSERT(added.has_value());
  }
  return Object::call(Object::global(kModule, "RebuildProxy"),
                      Object::tuple_of(Object::global(kModule, parts.class_name),
                                       token_object(parts.token), text("pickle"), kwargs));
}

bool is_proxy(const Object& object) {
  return object.kind() == Kind::Opaque && object.is_instance_of(kModule, "RebuildProxy");
}

std::optional<ProxyParts> proxy_parts_of(const Object& object) {
  if (!is_proxy(object) || object.args().items().size() != 4) return {};
  const std::span<const Object> args = object.args().items();
  std::optional<Token> token = token_of(args[1]);
  if (!token || args[0].kind() != Kind::Global) return {};
  return ProxyParts{std::string(args[0].name()), *std::move(token), exposed_of(args[3])};
}

void for_each_proxy(const Object& object, const std::function<void(const Object& proxy)>& visit) {
  Walk(visit).run(object);
}

}  // namespace mp::manager
