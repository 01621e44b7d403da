#include <charconv>
#include <utility>

#include "wire/object/utf8.hpp"
#include "wire/pickle/byte_order.hpp"
#include "wire/pickle/decoder.hpp"
#include "wire/pickle/python2_names.hpp"

namespace mp::pickle {

using detail::Access;
using detail::as;
using detail::OpaqueNode;
using detail::Tag;

namespace {

bool is_callable(const Object& object) {
  return object.kind() == Kind::Global || object.kind() == Kind::Opaque;
}

}  // namespace

// Names

bool Decoder::global() {
  std::string_view module, name;
  if (!take_line(module) || !take_line(name)) return false;
  if (!detail::is_utf8(module) || !detail::is_utf8(name))
    return fail("'utf-8' codec can't decode the name");
  if (!afford_bytes(sizeof(detail::Blob) + module.size()) ||
      !afford_bytes(sizeof(detail::Blob) + name.size()))
    return false;
  return push_global(Object::str(module), Object::str(name), /*as_objects=*/false);
}

bool Decoder::stack_global() {
  if (!need(2)) return false;
  Object name = stack_.pop_back();
  Object module = stack_.pop_back();
  if (module.kind() != Kind::Str || name.kind() != Kind::Str)
    return fail("STACK_GLOBAL requires str");
  return push_global(std::move(module), std::move(name), /*as_objects=*/true);
}

bool Decoder::push_global(Object&& module, Object&& name, bool as_objects) {
  if (protocol_ < 3) {
    const auto [new_module, new_name] = to_python3(module.as_str(), name.as_str());
    if (new_module != module.as_str() || new_name != name.as_str()) {
      constexpr std::size_t kNamesBytes = 256;  // those in the table are short
      if (!afford_bytes(kNamesBytes) || !drop(std::exchange(module, Object::str(new_module))) ||
          !drop(std::exchange(name, Object::str(new_name))))
        return false;
    }
  }
  if (!afford_node<detail::GlobalNode>()) return false;
  auto* node = detail::new_node<detail::GlobalNode>(Tag::Global);
  node->module = std::move(module);
  node->name = std::move(name);
  node->as_objects = as_objects;
  return push(Access::adopt(node));
}

// Calls

bool Decoder::reduce() {
  if (!need(2)) return false;
  Object args = stack_.pop_back();
  Object callable = stack_.pop_back();
  if (!is_callable(callable))
    return fail("'" + std::string(type_name(callable)) + "' object is not callable");
  if (args.kind() != Kind::Tuple) return fail("argument list must be a tuple");
  return call(std::move(callable), std::move(args));
}

/// A value, if the callable is a builtin that values are made of.
bool Decoder::call(Object&& callable, Object&& args) {
  Object result;
  const Native native = call_native(callable, args, result);
  if (native == Native::Failed) return false;
  if (native == Native::NotKnown)
    return push_opaque(Construction::Call, std::move(callable), std::move(args), Object::none());
  const auto* global = as<detail::GlobalNode>(callable);
  if (global->as_objects) detail::set_names_native(as<detail::Blob>(global->module));
  return drop(std::move(callable)) && drop(std::move(args)) && push(std::move(result));
}

bool Decoder::newobj() {
  if (!need(2)) return false;
  Object args = stack_.pop_back();
  Object cls = stack_.pop_back();
  if (!is_callable(cls)) return fail("class argument must be a type");
  if (args.kind() != Kind::Tuple) return fail("arguments must be a tuple");
  return push_opaque(Construction::New, std::move(cls), std::move(args), Object::none());
}

bool Decoder::newobj_ex() {
  if (!need(3)) return false;
  Object kwargs = stack_.pop_back();
  Object args = stack_.pop_back();
  Object cls = stack_.pop_back();
  if (!is_callable(cls)) return fail("class argument must be a type");
  if (args.kind() != Kind::Tuple) return fail("arguments must be a tuple");
  if (kwargs.kind() != Kind::Dict) return fail("keyword arguments must be a dict");
  return push_opaque(Construction::NewEx, std::move(cls), std::move(args), std::move(kwargs));
}

/// MARK args INST module name: an instance as Python 2's protocol 0 has it.
bool Decoder::inst() {
  if (!global()) return false;
  Object cls = stack_.pop_back();
  std::size_t first = 0;
  if (!take_mark(first) || !tuple_of(stack_.size() - first)) return false;
  Object args = stack_.pop_back();
  return instantiate(std::move(cls), std::move(args));
}

/// MARK cls args OBJ: the same with the class on the stack.
bool Decoder::obj() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  if (stack_.size() == first) return fail("stack underflow");
  if (!tuple_of(stack_.size() - first - 1)) return false;
  Object args = stack_.pop_back();
  Object cls = stack_.pop_back();
  if (!is_callable(cls)) return fail("class argument must be a type");
  return instantiate(std::move(cls), std::move(args));
}

/// Without arguments the class's __init__ is not called.
bool Decoder::instantiate(Object&& cls, Object&& args) {
  if (!args.items().empty()) return call(std::move(cls), std::move(args));
  return push_opaque(Construction::New, std::move(cls), std::move(args), Object::none());
}

bool Decoder::push_opaque(Construction construction, Object&& callable, Object&& args,
                          Object&& kwargs) {
  if (!afford_node<OpaqueNode>()) return false;
  auto* node = detail::new_node<OpaqueNode>(Tag::Opaque);
  Object result = Access::adopt(node);
  node->construction = construction;
  for (const Object* part : {&callable, &args, &kwargs})
    if (!nest(node, *part)) return false;
  node->callable = std::move(callable);
  node->args = std::move(args);
  node->kwargs = std::move(kwargs);
  return push(std::move(result));
}

// What follows a call

bool Decoder::build() {
  if (!need(2)) return false;
  Object state = stack_.pop_back();
  Object& target = stack_.back();
  if (target.kind() != Kind::Opaque)
    return fail("'" + std::string(type_name(target)) + "' object takes no state");
  if (!changes(target) || !nest(as<Container>(target), state)) return false;
  if (!afford(budget_.make_room(as<OpaqueNode>(target)->steps, 1)) || !afford_node<Object>())
    return false;
  target.add_build(std::move(state));
  return true;
}

/// A MARK, or a value. Picklers drop values when something turned out to contain itself, and when
/// a function was called for what it does to its argument.
bool Decoder::pop() {
  if (!marks_.empty() && marks_.back() == stack_.size()) {
    marks_.pop_back();
    return true;
  }
  return need(1) && drop_value(stack_.pop_back());
}

bool Decoder::pop_mark() {
  std::size_t first = 0;
  if (!take_mark(first)) return false;
  while (stack_.size() > first)
    if (!drop_value(stack_.pop_back())) return false;
  return true;
}

bool Decoder::drop_value(Object&& object) {
  const bool is_lost = object.kind() == Kind::Opaque &&
                       Access::node(object)->refs.load(std::memory_order_relaxed) == 1;
  OpaqueNode* const known = is_lost ? find_fetched_next(object) : nullptr;
  if (known != nullptr) known->fresh_args = !known->args.is(object.args());
  if (is_lost && known == nullptr) {
    // Nothing holds the object, so that it was made for the effect. The one effect that is known
    // is that of a state setter: function(obj, state), with obj below on the stack.
    Object* target = stack_.empty() ? nullptr : &stack_.back();
    const std::span<const Object> args = object.args().items();
    if (target == nullptr || target->kind() != Kind::Opaque || args.size() != 2 ||
        !args[0].is(*target) || object.construction() != Construction::Call ||
        !object.steps().empty())
      return fail("would lose an object whose making may have had an effect");
    auto* node = as<OpaqueNode>(*target);
    if (!changes(*target) || !nest(node, object.callable()) || !nest(node, args[1])) return false;
    if (!afford(budget_.make_room(node->steps, 1)) || !afford_bytes(2 * sizeof(Object)) ||
        !afford_node<Object>())
      return false;
    target->add_call(object.callable(), args[1]);
  }
  return drop(std::move(object));
}

/// The object has been met again among its own arguments and stands in the memo: the copy at hand
/// goes, and the memo's, which is the result, follows.
OpaqueNode* Decoder::find_fetched_next(const Object& object) const {
  std::size_t number = 0;
  const Object* known = next_get(number) ? memo_.get(number) : nullptr;
  const bool is_same = known != nullptr && known->kind() == Kind::Opaque &&
                       known->construction() == object.construction() &&
                       known->callable().is(object.callable()) &&
                       known->args().items().size() == object.args().items().size();
  return is_same ? as<OpaqueNode>(*known) : nullptr;
}

/// The number of a GET that comes next.
bool Decoder::next_get(std::size_t& number) const {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (rest.size() < 2) return false;
  switch (static_cast<Opcode>(rest.front())) {
    case Opcode::BINGET:
      number = load_little<std::uint8_t>(at_ + 1);
      return true;
    case Opcode::LONG_BINGET:
      if (rest.size() < 5) return false;
      number = load_little<std::uint32_t>(at_ + 1);
      return true;
    case Opcode::GET:
      return std::from_chars(at_ + 1, end_, number).ec == std::errc();
    default:
      return false;
  }
}

}  // namespace mp::pickle
