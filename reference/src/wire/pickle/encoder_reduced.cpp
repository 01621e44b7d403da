#include <algorithm>
#include <tuple>
#include <vector>

#include "wire/object/utf8.hpp"
#include "wire/pickle/byte_order.hpp"
#include "wire/pickle/encoder.hpp"
#include "wire/pickle/python2_names.hpp"

// Objects that a pickle describes as a call: callable, arguments, REDUCE.

namespace mp::pickle {

using detail::Access;
using detail::as;

// Builtins without an opcode

void Encoder::save_complex(const Object& object) {
  const auto [real, imaginary] = object.as_complex();
  save_known("builtins", "complex");
  save_float(real);
  save_float(imaginary);
  writer_.put(Opcode::TUPLE2);
  memoize_unshared();
  finish_reduce(object);
}

void Encoder::save_bytearray(const Object& object) {
  const std::string_view content = object.as_bytes();
  if (protocol_ >= 5) {
    char header[9] = {static_cast<char>(Opcode::BYTEARRAY8)};
    store_little<std::uint64_t>(header + 1, content.size());
    writer_.put_contents({header, sizeof(header)}, content);
    memoize(Access::node(object));
    return;
  }
  save_known("builtins", "bytearray");
  if (content.empty()) {
    writer_.put(Opcode::EMPTY_TUPLE);
  } else {
    writer_.value_begins();
    write_bytes(content);
    memoize_unshared();
    writer_.put(Opcode::TUPLE1);
    memoize_unshared();
  }
  finish_reduce(object);
}

/// Before protocol 3 there are no bytes: a str of the same code points is encoded again.
void Encoder::write_old_bytes(std::string_view content) {
  if (content.empty()) {
    save_known("builtins", "bytes");
    writer_.put(Opcode::EMPTY_TUPLE);
    return writer_.put(Opcode::REDUCE);
  }
  std::string text;
  for (const char c : content) detail::append_character(text, static_cast<unsigned char>(c));
  save_known("_codecs", "encode");
  save(Object::str(text));
  if (latin1_) {
    get(*latin1_);
  } else {
    write_str("latin1");
    latin1_ = memoize_unshared();
  }
  writer_.put(Opcode::TUPLE2);
  memoize_unshared();
  writer_.put(Opcode::REDUCE);
}

/// Before protocol 4 a set is made from a list.
void Encoder::save_old_set(const Object& object, std::string_view type) {
  save_known("builtins", type);
  writer_.value_begins();
  writer_.put(Opcode::EMPTY_LIST);
  memoize_unshared();
  write_items(object.items(), Opcode::APPENDS, Opcode::APPEND);
  writer_.put(Opcode::TUPLE1);
  memoize_unshared();
  finish_reduce(object);
}

void Encoder::save_triple(const Object& object, std::string_view type) {
  save_known("builtins", type);
  for (const Object* part : {&object.start(), &object.stop(), &object.step()}) save(*part);
  writer_.put(Opcode::TUPLE3);
  memoize_unshared();
  finish_reduce(object);
}

void Encoder::save_array(const Object& object) {
  const char typecode = object.typecode();
  save_known("array", "array");
  save(Object::str({&typecode, 1}));
  const std::string_view content = object.as_bytes();
  save(content.size() == 1 ? detail::single_byte(content.front()) : Object::bytes(content));
  writer_.put(Opcode::TUPLE2);
  memoize_unshared();
  finish_reduce(object);
}

void Encoder::finish_reduce(const Object& object, bool always_remember) {
  writer_.put(Opcode::REDUCE);
  const Node* node = Access::node(object);
  if (!get_instead(node)) memoize(node, always_remember);
}

/// What is in the memo before it is complete contains itself: the copy just made goes.
bool Encoder::get_instead(const Node* node) {
  if (node->flags == 0 && node->refs.load(std::memory_order_relaxed) == 1) return false;
  const auto number = memo_.find(node);
  if (!number) return false;
  writer_.put(Opcode::POP);
  get(*number);
  return true;
}

// Globals

void Encoder::save_known(std::string_view module, std::string_view name) {
  writer_.value_begins();
  write_global(module, name, nullptr);
}

void Encoder::save_global(const Object& object) {
  const auto* node = as<detail::GlobalNode>(object);
  write_global(object.module(), object.name(), node->as_objects ? node : nullptr);
}

void Encoder::write_global(std::string_view module, std::string_view name,
                           const detail::GlobalNode* as_objects) {
  std::string key;
  key.append(module).append(1, '\n').append(name);
  if (const auto known = globals_.find(key); known != globals_.end()) return get(known->second);
  if (protocol_ < 4 && name.find('.') != name.npos) {
    write_attribute(module, name);
  } else if (protocol_ < 4) {
    write_global_line(module, name);
  } else {
    if (as_objects != nullptr)
      write_names(*as_objects);
    else
      write_names(module, name);
    writer_.put(Opcode::STACK_GLOBAL);
  }
  globals_.emplace(std::move(key), memoize_unshared());
}

/// A module's name is one string in CPython, that of a class or function its own.
void Encoder::write_names(std::string_view module, std::string_view name) {
  if (detail::find_singleton(detail::Tag::Str, module) != nullptr)
    save(Object::str(module));
  else
    write_module(module, nullptr);
  write_unshared(name);
}

/// As they came out of a pickle: what was one string stays one.
void Encoder::write_names(const detail::GlobalNode& node) {
  const auto* module = as<detail::Blob>(node.module);
  if (detail::names_native(module) && !memo_.find(module))
    write_module(module->view(), module);
  else
    save(node.module);
  save(node.name);
}

void Encoder::write_module(std::string_view module, const Node* str) {
  writer_.value_begins();
  const auto [known, is_new] = modules_.try_emplace(std::string(module));
  if (is_new) {
    write_str(module);
    known->second = memoize(str);
  } else {
    if (str != nullptr) memo_.add(str, known->second);
    get(known->second);
  }
}

/// A text of its own, unless it is one of those that exist once.
void Encoder::write_unshared(std::string_view text) {
  if (detail::find_singleton(detail::Tag::Str, text) != nullptr) return save(Object::str(text));
  writer_.value_begins();
  write_str(text);
  memoize_unshared();
}

void Encoder::write_global_line(std::string_view module, std::string_view name) {
  if (module.find('\n') != module.npos || name.find('\n') != name.npos) {
    failure_.set(ErrorCode::InvalidArgument,
                 "a name with a line feed needs pickle protocol 4 or higher");
    return;
  }
  if (protocol_ < 3) std::tie(module, name) = to_python2(module, name);
  writer_.put(Opcode::GLOBAL);
  writer_.put(module);
  writer_.put("\n");
  writer_.put(name);
  writer_.put("\n");
}

/// Protocols 2 and 3 know no dotted names: getattr(Outer, 'Inner').
void Encoder::write_attribute(std::string_view module, std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  save_known("builtins", "getattr");
  save_known(module, dotted.substr(0, dot));
  write_unshared(dotted.substr(dot + 1));
  writer_.put(Opcode::TUPLE2);
  memoize_unshared();
  writer_.put(Opcode::REDUCE);
}

// Opaque

void Encoder::save_opaque(const Object& object) {
  const auto& node = *as<detail::OpaqueNode>(object);
  save_construction(node);
  // A Call step names the object again, by its number.
  const bool named_again = std::ranges::any_of(
      node.steps, [](const OpaqueStep& step) { return step.what() == OpaqueStep::What::Call; });
  if (get_instead(&node)) return;  // its steps have been written where it was first met
  memoize(&node, named_again);
  for (const OpaqueStep& step : node.steps) save_step(object, step);
}

void Encoder::save_construction(const detail::OpaqueNode& node) {
  if (node.construction == Construction::NewEx && protocol_ < 4) return save_new_ex(node);
  save(node.callable);
  if (node.fresh_args)
    save_tuple(node.args, /*fresh=*/true);
  else
    save(node.args);
  switch (node.construction) {
    case Construction::Call:
      return writer_.put(Opcode::REDUCE);
    case Construction::New:
      return writer_.put(Opcode::NEWOBJ);
    case Construction::NewEx:
      save(node.kwargs);
      return writer_.put(Opcode::NEWOBJ_EX);
  }
}

/// cls.__new__(cls, *args, **kwargs) without NEWOBJ_EX: a functools.partial that holds all of it,
/// called with nothing.
void Encoder::save_new_ex(const detail::OpaqueNode& node) {
  std::vector<Object> args = {node.callable};
  args.insert(args.end(), node.args.items().begin(), node.args.items().end());
  const Object creator = Object::call(Object::global("builtins", "getattr"),
                                      Object::tuple_of(node.callable, Object::str("__new__")));
  Object partial = Object::call(Object::global("functools", "partial"), Object::tuple_of(creator));
  partial.add_build(
      Object::tuple_of(creator, Object::tuple(std::move(args)), node.kwargs, Object::none()));
  save(partial);
  writer_.put(Opcode::EMPTY_TUPLE);
  writer_.put(Opcode::REDUCE);
}

void Encoder::save_step(const Object& object, const OpaqueStep& step) {
  switch (step.what()) {
    case OpaqueStep::What::Append:
      return save_in_batches(step.values(), 1, Opcode::APPENDS, Opcode::APPEND);
    case OpaqueStep::What::SetItem:
      return save_in_batches(step.values(), 2, Opcode::SETITEMS, Opcode::SETITEM);
    case OpaqueStep::What::AddItem:
      return save_added(step.values());
    case OpaqueStep::What::Build:
      save(step.values().front());
      return writer_.put(Opcode::BUILD);
    case OpaqueStep::What::Call:
      save(step.values()[0]);
      get(*memo_.find(Access::node(object)));
      save(step.values()[1]);
      writer_.put(Opcode::TUPLE2);
      writer_.put(Opcode::REDUCE);
      return writer_.put(Opcode::POP);
  }
}

/// Items of `width` values. Unlike those of a list or a dict, a batch of one has no MARK.
void Encoder::save_in_batches(std::span<const Object> values, std::size_t width, Opcode many,
                              Opcode one) {
  while (!values.empty() && !failure_) {
    const std::size_t batch = std::min(values.size(), kBatch * width);
    if (batch != width) {
      write_batch(values.first(batch), many);
    } else {
      for (const Object& value : values.first(batch)) save(value);
      writer_.put(one);
    }
    values = values.subspan(batch);
  }
}

void Encoder::save_added(std::span<const Object> items) {
  if (protocol_ < 4) {
    failure_.set(ErrorCode::InvalidArgument, "adding items needs pickle protocol 4 or higher");
    return;
  }
  while (!items.empty() && !failure_) {
    const std::size_t batch = std::min(items.size(), kBatch);
    write_batch(items.first(batch), Opcode::ADDITEMS);
    items = items.subspan(batch);
  }
}

}  // namespace mp::pickle
