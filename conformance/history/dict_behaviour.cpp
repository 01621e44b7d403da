// manager.dict and manager.Namespace.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "history/method_table.hpp"
#include "model/dict_model.hpp"
#include "model/namespace_model.hpp"

namespace mpspec {
namespace {

/// A text that two keys share if and only if Python takes them for one; nothing for a key of which
/// that cannot be said.
std::optional<std::string> key_text(const Value& key);

std::optional<std::string> texts_of(const std::vector<Value>& items, bool ordered) {
  std::vector<std::string> texts;
  for (const Value& item : items) {
    auto text = key_text(item);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  if (!ordered) std::sort(texts.begin(), texts.end());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::optional<std::string> key_text(const Value& key) {
  if (const auto* flag = key.get_if<bool>()) return *flag ? "1" : "0";
  if (const auto* number = key.get_if<double>()) {
    if (std::isnan(*number)) return std::nullopt;
    if (std::isfinite(*number) && std::trunc(*number) == *number) return BigInt(*number).str();
    return to_python(key);
  }
  if (const auto* items = key.get_if<Tuple>()) {
    const auto texts = texts_of(items->items, true);
    return texts ? std::optional("(" + *texts + ")") : std::nullopt;
  }
  if (const auto* items = key.get_if<FrozenSet>()) {
    const auto texts = texts_of(items->items, false);
    return texts ? std::optional("frozenset({" + *texts + "})") : std::nullopt;
  }
  const bool plain = key.is<None>() || key.is<BigInt>() || key.is<Str>() || key.is<Bytes>();
  return plain ? std::optional(to_python(key)) : std::nullopt;
}

std::optional<std::string> dict_part(const SharedObject&, const Call& call) {
  static constexpr std::string_view kOfOneKey[] = {
      "__getitem__", "__setitem__", "__delitem__", "__contains__", "get", "pop", "setdefault"};
  const bool of_one_key = std::any_of(std::begin(kOfOneKey), std::end(kOfOneKey),
                                      [&](std::string_view name) { return name == call.method; });
  if (!of_one_key || call.args.empty()) return std::nullopt;
  const auto text = key_text(call.args[0]);
  return text ? std::optional("[" + *text + "]") : std::nullopt;
}

DictModel initial_dict(const SharedObject& object) {
  DictModel dict;
  if (!object.args.empty()) dict.update(object.args[0]);
  for (const auto& [name, value] : object.kwargs) dict.setitem(name, value);
  return dict;
}

ModelResult pop(DictModel& dict, const Call& call) {
  const Value* fallback = argument(call, 1, "default");
  return fallback == nullptr ? dict.pop(needed(call, 0, "key"))
                             : dict.pop(needed(call, 0, "key"), *fallback);
}

ModelResult update(DictModel& dict, const Call& call) {
  ModelResult result = call.args.empty() ? ModelResult(Value()) : dict.update(call.args[0]);
  if (std::holds_alternative<ModelError>(result)) return result;
  for (const auto& [name, value] : call.kwargs) dict.setitem(name, value);
  return result;
}

const Value& key_of(const Call& call) { return needed(call, 0, "key"); }
ModelResult contents(DictModel& dict, const Call&) { return dict.value(); }

const MethodTable<DictModel>& dict_methods() {
  using D = DictModel;
  using C = Call;
  static const MethodTable<DictModel> table = {
      {"__getitem__", {[](D& d, const C& c) { return d.getitem(key_of(c)); }, Reads::always}},
      {"__setitem__",
       {[](D& d, const C& c) { return d.setitem(key_of(c), needed(c, 1, "value")); }}},
      {"__delitem__", {[](D& d, const C& c) { return d.delitem(key_of(c)); }}},
      {"__contains__", {[](D& d, const C& c) { return d.contains(key_of(c)); }, Reads::always}},
      {"__len__", {[](D& d, const C&) -> ModelResult { return Value(d.size()); }, Reads::always}},
      {"get",
       {[](D& d, const C& c) { return d.get(key_of(c), value_or(c, 1, "default", Value())); },
        Reads::always}},
      {"pop", {pop}},
      {"popitem", {[](D& d, const C&) { return d.popitem(); }}},
      {"setdefault", {[](D& d, const C& c) {
         return d.setdefault(key_of(c), value_or(c, 1, "default", Value()));
       }}},
      // The pairs before a wrong one take effect.
      {"update", {update, Reads::never}},
      {"clear", {[](D& d, const C&) { return d.clear(); }}},
      {"keys", {[](D& d, const C&) -> ModelResult { return d.keys(); }, Reads::always}},
      {"values", {[](D& d, const C&) -> ModelResult { return d.values(); }, Reads::always}},
      {"items", {[](D& d, const C&) -> ModelResult { return d.items(); }, Reads::always}},
      {"copy", {contents, Reads::always}},
      {"_getvalue", {contents, Reads::always}},
  };
  return table;
}

/// NamespaceModel, whose attributes can be listed.
struct Attributes : NamespaceModel {
  DictModel listed;

  [[nodiscard]] Value value() const { return listed.value(); }
  ModelResult changed(const Call& call, ModelResult result) {
    if (std::holds_alternative<ModelError>(result)) return result;
    call.method == "__delattr__" ? listed.delitem(call.args[0])
                                 : listed.setitem(call.args[0], call.args[1]);
    return result;
  }
};

std::optional<std::string> attribute_part(const SharedObject&, const Call& call) {
  return "." + to_python(needed(call, 0, "name"));
}

}  // namespace

Behaviours dict_behaviours() {
  return {std::make_shared<TableBehaviour<DictModel>>(initial_dict, dict_methods(), dict_part)};
}

Behaviours namespace_behaviours() {
  using N = Attributes;
  const auto initial = [](const SharedObject& object) {
    N attributes;
    for (const auto& [name, value] : object.kwargs) {
      attributes.changed({0, "", "__setattr__", {name, value}}, attributes.set(name, value));
    }
    return attributes;
  };
  const MethodTable<N> table = {
      {"__getattr__",
       {[](N& n, const Call& c) { return n.get(needed(c, 0, "name")); }, Reads::always}},
      {"__setattr__", {[](N& n, const Call& c) {
         return n.changed(c, n.set(needed(c, 0, "name"), needed(c, 1, "value")));
       }}},
      {"__delattr__",
       {[](N& n, const Call& c) { return n.changed(c, n.del(needed(c, 0, "name"))); }}},
  };
  return {std::make_shared<TableBehaviour<N>>(initial, table, attribute_part)};
}

}  // namespace mpspec
