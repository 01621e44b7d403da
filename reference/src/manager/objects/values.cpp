#include "manager/objects/values.hpp"

#include <algorithm>

#include "manager/objects/arguments.hpp"
#include "manager/objects/arithmetic.hpp"
#include "manager/objects/iterate.hpp"
#include "manager/objects/python_text.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr std::string_view kModule = "multiprocessing.managers";

constexpr Method kNamespaceMethods[] = {
    reading<&NamespaceReferent::get_attribute>("__getattribute__"),
    method<&NamespaceReferent::set_attribute>("__setattr__"),
    method<&NamespaceReferent::delete_attribute>("__delattr__"),
};
constexpr ReferentType kNamespace = {"Namespace", kNamespaceMethods};

constexpr Method kValueMethods[] = {
    reading<&ValueReferent::get>("get"),
    method<&ValueReferent::set>("set"),
    method<&ValueReferent::add>("add"),
    method<&ValueReferent::compare_and_set>("compare_and_set"),
};
constexpr ReferentType kValue = {"Value", kValueMethods};

constexpr Method kIteratorMethods[] = {
    taking<&IteratorReferent::next>("__next__"),
    {"send", nullptr},
    {"throw", nullptr},
    {"close", nullptr},
};
constexpr ReferentType kIterator = {"Iterator", kIteratorMethods};

/// An instance of a class of that module with these attributes, as CPython pickles it.
Object instance_with(std::string_view class_name, const Object& attributes) {
  Object instance = Object::instance(Object::global(kModule, class_name));
  if (!attributes.as_dict().empty()) instance.add_build(attributes);
  return instance;
}

Attempt<void> expect_name(const Object& name) {
  if (name.kind() == Kind::Str) return {};
  return type_error("attribute name must be string, not '" + python_type_name(name) + "'");
}

Raise no_attribute(const Object& name) {
  return raise("AttributeError",
               "'Namespace' object has no attribute '" + std::string(name.as_str()) + "'");
}

}  // namespace

const ReferentType& NamespaceReferent::type() const { return kNamespace; }

Attempt<std::unique_ptr<Referent>> NamespaceReferent::make(Host& host, ObjectNumber number,
                                                           const Call& call) {
  if (!call.args.empty()) return type_error("Namespace() takes no positional arguments");
  std::unique_ptr<NamespaceReferent> made(new NamespaceReferent(host, number));
  if (call.kwargs != nullptr) {
    for (const DictView::Item item : *call.kwargs) {
      made->references_.stored(item.value, call.carries_proxies);
      MP_TRY(attempt(made->attributes_.set(item.key, item.value)));
    }
  }
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> NamespaceReferent::restore(Host& host, ObjectNumber number,
                                                     SavedState& state) {
  std::unique_ptr<NamespaceReferent> made(new NamespaceReferent(host, number));
  made->attributes_ = DictView(state.dict());
  for (const DictView::Item item : made->attributes_) {
    if (item.key.kind() != Kind::Str) state.reject();
  }
  made->references_.restore(state);
  return made;
}

Object NamespaceReferent::save() const {
  return Object::tuple_of(attributes_.object(), references_.save());
}

Attempt<std::string> NamespaceReferent::repr() const {
  std::vector<std::string> shown;
  for (const DictView::Item item : attributes_) {
    const std::string_view name = item.key.as_str();
    if (name.starts_with('_')) continue;
    MP_TRY_ASSIGN(const std::string value, python_repr(item.value));
    shown.push_back(std::string(name) + '=' + value);
  }
  std::sort(shown.begin(), shown.end());
  std::string text = "Namespace(";
  std::string_view separator;
  for (const std::string& part : shown) {
    text.append(separator).append(part);
    separator = ", ";
  }
  return text + ')';
}

Outcome NamespaceReferent::get_value() const {
  return returned(instance_with("Namespace", attributes_.object()));
}

Outcome NamespaceReferent::get_attribute(const Call& call) {
  MP_TRY(expect_positional(call, "__getattribute__", 1, 1));
  const Object& name = call.args[0];
  MP_TRY(expect_name(name));
  if (const Object* found = attributes_.find_str(name.as_str())) return returned(*found);
  if (name.is_str("__dict__")) return returned(attributes_.object());
  if (name.is_str("__class__")) return returned(Object::global(kModule, "Namespace"));
  return no_attribute(name);
}

Outcome NamespaceReferent::set_attribute(const Call& call) {
  MP_TRY(expect_positional(call, "__setattr__", 2, 2));
  const Object& name = call.args[0];
  MP_TRY(expect_name(name));
  references_.stored(call.args[1], call.carries_proxies);
  if (const Object* old = attributes_.find_str(name.as_str())) references_.removed(*old);
  MP_TRY(attempt(attributes_.set(name, call.args[1])));
  return returned();
}

Outcome NamespaceReferent::delete_attribute(const Call& call) {
  MP_TRY(expect_positional(call, "__delattr__", 1, 1));
  const Object& name = call.args[0];
  MP_TRY(expect_name(name));
  MP_TRY_ASSIGN(const std::optional<Object> taken, attempt(attributes_.take(name)));
  if (!taken) return no_attribute(name);
  references_.removed(*taken);
  return returned();
}

const ReferentType& ValueReferent::type() const { return kValue; }

Attempt<std::unique_ptr<Referent>> ValueReferent::make(Host& host, ObjectNumber number,
                                                       const Call& call) {
  constexpr std::string_view names[] = {"typecode", "value", "lock"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Value.__init__", names, 2));
  std::unique_ptr<ValueReferent> made(new ValueReferent(host, number));
  made->typecode_ = *given[0];
  made->value_ = *given[1];
  made->references_.stored(made->value_, call.carries_proxies);
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> ValueReferent::restore(Host& host, ObjectNumber number,
                                                 SavedState& state) {
  std::unique_ptr<ValueReferent> made(new ValueReferent(host, number));
  made->typecode_ = state.any();
  made->value_ = state.any();
  made->references_.restore(state);
  return made;
}

Object ValueReferent::save() const {
  return Object::tuple_of(typecode_, value_, references_.save());
}

Attempt<std::string> ValueReferent::repr() const {
  MP_TRY_ASSIGN(const std::string typecode, python_repr(typecode_));
  MP_TRY_ASSIGN(const std::string value, python_repr(value_));
  return "Value(" + typecode + ", " + value + ")";
}

Outcome ValueReferent::get_value() const {
  Object attributes = Object::dict();
  DictView dict = attributes.as_dict();
  MP_TRY(attempt(dict.set(Object::str("_typecode"), typecode_)));
  MP_TRY(attempt(dict.set(Object::str("_value"), value_)));
  return returned(instance_with("Value", attributes));
}

Outcome ValueReferent::get(const Call& call) {
  MP_TRY(expect_positional(call, "Value.get", 0, 0));
  return returned(value_);
}

Outcome ValueReferent::set(const Call& call) {
  constexpr std::string_view names[] = {"value"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Value.set", names, 1));
  assign(*given[0], call.carries_proxies);
  return returned();
}

void ValueReferent::assign(const Object& value, bool carries_proxies) {
  references_.stored(value, carries_proxies);
  references_.removed(value_);
  value_ = value;
}

/// value += delta; the new value.
Outcome ValueReferent::add(const Call& call) {
  constexpr std::string_view names[] = {"delta"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Value.add", names, 1));
  MP_TRY_ASSIGN(const Object sum, add_numbers(value_, *given[0]));
  assign(sum, false);
  return returned(sum);
}

/// value = desired if it is what is expected; whether it was.
Outcome ValueReferent::compare_and_set(const Call& call) {
  constexpr std::string_view names[] = {"expected", "value"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Value.compare_and_set", names, 2));
  MP_TRY_ASSIGN(const bool unchanged, is_unchanged(value_, *given[0]));
  if (unchanged) assign(*given[1], call.carries_proxies);
  return returned(Object::boolean(unchanged));
}

const ReferentType& IteratorReferent::type() const { return kIterator; }

Attempt<std::unique_ptr<Referent>> IteratorReferent::make(Host& host, ObjectNumber number,
                                                          const Call& call) {
  const bool no_names = call.kwargs == nullptr || call.kwargs->empty();
  if (call.args.size() != 1 || !no_names) {
    return value_error("Without callable, must have one non-keyword argument");
  }
  MP_TRY_ASSIGN(std::vector<Object> items, manager::iterate(host, call.args[0]));
  std::unique_ptr<IteratorReferent> made(new IteratorReferent(host, number));
  for (const Object& item : items) made->references_.stored(item, true);
  made->rest_.assign(std::make_move_iterator(items.rbegin()),
                     std::make_move_iterator(items.rend()));
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> IteratorReferent::restore(Host& host, ObjectNumber number,
                                                    SavedState& state) {
  std::unique_ptr<IteratorReferent> made(new IteratorReferent(host, number));
  const Object rest = state.tuple();
  made->rest_.assign(rest.items().begin(), rest.items().end());
  made->references_.restore(state);
  return made;
}

Object IteratorReferent::save() const {
  return Object::tuple_of(Object::tuple(rest_), references_.save());
}

Outcome IteratorReferent::get_value() const {
  std::vector<Object> items(rest_.rbegin(), rest_.rend());
  return returned(Object::call(Object::global("builtins", "iter"),
                               Object::tuple_of(Object::list(std::move(items)))));
}

Outcome IteratorReferent::next(const Call& call) {
  MP_TRY(expect_positional(call, "__next__", 0, 0));
  if (rest_.empty()) return raise_bare("builtins", "StopIteration");
  Object item = std::move(rest_.back());
  rest_.pop_back();
  references_.removed(item);
  return returned(std::move(item));
}

}  // namespace mp::manager
