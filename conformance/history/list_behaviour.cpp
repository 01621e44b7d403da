// manager.list and manager.Value.
#include "history/method_table.hpp"
#include "model/list_model.hpp"

namespace mpspec {
namespace {

using L = ListModel;
using C = Call;

ListModel initial_list(const SharedObject& object) {
  ListModel model;
  if (!object.args.empty()) model.extend(object.args[0]);
  return model;
}

ModelResult sort(ListModel& model, const Call& call) {
  if (!model.sort_is_defined()) throw HistoryError("Python leaves open what sort() does here");
  return model.sort(truthy(value_or(call, 0, "reverse", false)));
}

ModelResult contents(ListModel& model, const Call&) { return model.value(); }

const MethodTable<ListModel>& list_methods() {
  static const MethodTable<ListModel> table = {
      {"__getitem__",
       {[](L& l, const C& c) { return l.getitem(needed(c, 0, "")); }, Reads::always}},
      {"__setitem__",
       {[](L& l, const C& c) { return l.setitem(needed(c, 0, ""), needed(c, 1, "")); }}},
      {"__delitem__", {[](L& l, const C& c) { return l.delitem(needed(c, 0, "")); }}},
      {"__len__",
       {[](L& l, const C&) -> ModelResult { return Value(l.items().size()); }, Reads::always}},
      {"__contains__",
       {[](L& l, const C& c) { return l.contains(needed(c, 0, "")); }, Reads::always}},
      {"append", {[](L& l, const C& c) { return l.append(needed(c, 0, "")); }}},
      // How much an iterable that fails half-way has added is not asked here.
      {"extend", {[](L& l, const C& c) { return l.extend(needed(c, 0, "")); }, Reads::never}},
      {"insert", {[](L& l, const C& c) { return l.insert(needed(c, 0, ""), needed(c, 1, "")); }}},
      {"pop", {[](L& l, const C& c) { return l.pop(value_or(c, 0, "index", -1)); }}},
      {"remove", {[](L& l, const C& c) { return l.remove(needed(c, 0, "")); }}},
      {"count", {[](L& l, const C& c) { return l.count(needed(c, 0, "")); }, Reads::always}},
      {"index",
       {[](L& l, const C& c) {
          return l.index(needed(c, 0, ""), value_or(c, 1, "start", {}), value_or(c, 2, "stop", {}));
        },
        Reads::always}},
      {"reverse", {[](L& l, const C&) { return l.reverse(); }}},
      {"sort", {sort, Reads::never}},
      {"copy", {contents, Reads::always}},
      {"_getvalue", {contents, Reads::always}},
      {"__imul__", {[](L& l, const C& c) { return l.imul(needed(c, 0, "")); }}},
  };
  return table;
}

/// A managed Value keeps whatever is assigned; its typecode means nothing.
struct Register {
  Value content;
  [[nodiscard]] Value value() const { return content; }
};

ModelResult assign(Register& cell, const Call& call) {
  cell.content = needed(call, 0, "value");
  return Value();
}
ModelResult read(Register& cell, const Call&) { return cell.content; }

}  // namespace

Behaviours list_behaviours() {
  return {std::make_shared<TableBehaviour<ListModel>>(initial_list, list_methods())};
}

Behaviours managed_value_behaviours() {
  const auto initial = [](const SharedObject& object) {
    const Value* content = constructor_argument(object, 1, "value");
    if (content == nullptr) throw HistoryError("a manager.Value is made of a typecode and a value");
    return Register{*content};
  };
  const MethodTable<Register> table = {{"set", {assign}},
                                       {"value.set", {assign}},
                                       {"get", {read, Reads::always}},
                                       {"value", {read, Reads::always}},
                                       {"_getvalue", {read, Reads::always}}};
  return {std::make_shared<TableBehaviour<Register>>(initial, table)};
}

}  // namespace mpspec
