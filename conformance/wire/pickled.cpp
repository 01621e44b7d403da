#include "wire/pickled.hpp"

#include <charconv>

namespace mpspec {

const PickledObject* Pickled::object(const Value& part) const {
  const auto* opaque = part.get_if<Opaque>();
  if (opaque == nullptr) return nullptr;
  std::size_t place = objects.size();
  const char* end = opaque->text.data() + opaque->text.size();
  if (std::from_chars(opaque->text.data(), end, place).ptr != end || place >= objects.size())
    throw PickleError("no object of this pickle: " + opaque->text);
  return &objects[place];
}

Value Pickled::add(PickledObject object) {
  objects.push_back(std::move(object));
  return Opaque{std::to_string(objects.size() - 1)};
}

Value Pickled::add_global(std::string module, std::string name) {
  PickledObject global;
  global.module = std::move(module);
  global.name = std::move(name);
  return add(std::move(global));
}

}  // namespace mpspec
