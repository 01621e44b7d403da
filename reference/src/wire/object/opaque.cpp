#include "wire/object/nodes.hpp"

namespace mp {

using detail::Access;
using detail::as;
using detail::GlobalNode;
using detail::OpaqueNode;

namespace {

OpaqueNode* opaque(const Object& object) {
  MP_ASSERT(object.kind() == Kind::Opaque);
  return as<OpaqueNode>(object);
}

Object make(Construction construction, Object callable, Object args, Object kwargs) {
  auto* node = detail::new_node<OpaqueNode>(detail::Tag::Opaque);
  node->construction = construction;
  node->callable = std::move(callable);
  node->args = std::move(args);
  node->kwargs = std::move(kwargs);
  return Access::adopt(node);
}

/// The values of the last step when it is of that kind, so that calls in a row make one step.
std::vector<Object>& values_to_extend(const Object& object, OpaqueStep::What what) {
  std::vector<OpaqueStep>& steps = opaque(object)->steps;
  if (steps.empty() || steps.back().what() != what) steps.push_back(Access::step(what));
  return Access::values(steps.back());
}

std::vector<Object>& values_of_new(const Object& object, OpaqueStep::What what) {
  std::vector<OpaqueStep>& steps = opaque(object)->steps;
  steps.push_back(Access::step(what));
  return Access::values(steps.back());
}

}  // namespace

Object Object::global(std::string_view module, std::string_view name) {
  auto* node = detail::new_node<GlobalNode>(Tag::Global);
  node->module = str(module);
  node->name = str(name);
  return Access::adopt(node);
}

Object Object::call(Object callable, Object args) {
  MP_ASSERT(args.kind() == Kind::Tuple);
  return make(Construction::Call, std::move(callable), std::move(args), none());
}

Object Object::instance(Object cls, Object args) {
  MP_ASSERT(args.kind() == Kind::Tuple);
  return make(Construction::New, std::move(cls), std::move(args), none());
}

Object Object::instance_ex(Object cls, Object args, Object kwargs) {
  MP_ASSERT(args.kind() == Kind::Tuple && kwargs.kind() == Kind::Dict);
  return make(Construction::NewEx, std::move(cls), std::move(args), std::move(kwargs));
}

Object Object::exception(std::string_view module, std::string_view name, std::vector<Object> args) {
  return call(global(module, name), tuple(std::move(args)));
}

std::string_view Object::module() const {
  MP_ASSERT(tag_ == Tag::Global);
  return as<GlobalNode>(*this)->module.as_str();
}

std::string_view Object::name() const {
  MP_ASSERT(tag_ == Tag::Global);
  return as<GlobalNode>(*this)->name.as_str();
}

bool Object::is_global(std::string_view module, std::string_view name) const noexcept {
  return tag_ == Tag::Global && as<GlobalNode>(*this)->module.is_str(module) &&
         as<GlobalNode>(*this)->name.is_str(name);
}

Construction Object::construction() const { return opaque(*this)->construction; }
const Object& Object::callable() const { return opaque(*this)->callable; }
const Object& Object::args() const { return opaque(*this)->args; }
const Object& Object::kwargs() const { return opaque(*this)->kwargs; }
std::span<const OpaqueStep> Object::steps() const { return opaque(*this)->steps; }

const Object* Object::state() const {
  const std::vector<OpaqueStep>& steps = opaque(*this)->steps;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    if (step->what() == OpaqueStep::What::Build) return &step->values().front();
  return nullptr;
}

bool Object::is_instance_of(std::string_view module, std::string_view name) const noexcept {
  return tag_ == Tag::Opaque && as<OpaqueNode>(*this)->callable.is_global(module, name);
}

void Object::add_append(Object item) {
  values_to_extend(*this, OpaqueStep::What::Append).push_back(std::move(item));
}

void Object::add_set_item(Object key, Object value) {
  std::vector<Object>& values = values_to_extend(*this, OpaqueStep::What::SetItem);
  values.push_back(std::move(key));
  values.push_back(std::move(value));
}

void Object::add_add_item(Object item) {
  values_to_extend(*this, OpaqueStep::What::AddItem).push_back(std::move(item));
}

void Object::add_build(Object state) {
  values_of_new(*this, OpaqueStep::What::Build).push_back(std::move(state));
}

void Object::add_call(Object function, Object state) {
  std::vector<Object>& values = values_of_new(*this, OpaqueStep::What::Call);
  values.push_back(std::move(function));
  values.push_back(std::move(state));
}

}  // namespace mp
