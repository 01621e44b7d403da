// What a pickle says: values, and the classes and objects among them. Nothing
// of it is executed.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/value.hpp"

namespace mpspec {

/// Something that a pickle names or makes and that is no plain value: a class
/// or function of a module, what comes of calling one, or a new object of a
/// class with its state.
struct PickledObject {
  enum class Kind { global, called, made };

  Kind kind = Kind::global;
  std::string module;
  std::string name;
  std::vector<Value> args{};     // of the call; none for a global
  std::optional<Value> state{};  // what the object is told to be
};

/// A value in which `Opaque` stands for an object. The text of an Opaque is the
/// object's place in `objects`, so that it means something only together with
/// its pickle.
struct Pickled {
  Value value;
  std::vector<PickledObject> objects{};
  /// The highest protocol whose opcodes occur; of a pickle that was read.
  int protocol = 0;

  /// The object that a part of the value stands for; null when it is a plain
  /// value.
  [[nodiscard]] const PickledObject* object(const Value& part) const;
  /// Adds an object; gives what stands for it.
  Value add(PickledObject object);
  Value add_global(std::string module, std::string name);
};

/// Bytes that are no pickle of data, or a value that a protocol cannot write.
class PickleError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mpspec
