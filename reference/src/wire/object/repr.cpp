#include <algorithm>
#include <string>
#include <vector>

#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"
#include "wire/object/text_repr.hpp"

namespace mp {
namespace {

using detail::Access;
using detail::Failure;

/// A structure that shares its parts can have a repr that no memory holds.
constexpr std::size_t kReprMax = std::size_t{1} << 26;

class Repr {
 public:
  explicit Repr(Failure& failure) : failure_(failure) {}

  void of(const Object& object) {
    switch (object.kind()) {
      case Kind::None:
        out_ += "None";
        return;
      case Kind::Bool:
        out_ += object.as_bool() ? "True" : "False";
        return;
      case Kind::Int:
        out_ += object.int_text();
        return;
      case Kind::Float:
        return detail::append_float_repr(out_, object.as_double());
      case Kind::Complex: {
        const auto [real, imaginary] = object.as_complex();
        return detail::append_complex_repr(out_, real, imaginary);
      }
      case Kind::Str:
        return detail::append_str_repr(out_, object.as_str());
      case Kind::Bytes:
        return detail::append_bytes_repr(out_, object.as_bytes(), false);
      case Kind::ByteArray:
        out_ += "bytearray(";
        detail::append_bytes_repr(out_, object.as_bytes(), true);
        out_ += ')';
        return;
      case Kind::Global:
        return of_global(object);
      default:
        return of_nested(object);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void of_nested(const Object& object) {
    const detail::Node* node = Access::node(object);
    // A node with a single owner cannot be inside itself.
    const bool may_repeat = node->flags != 0 || node->refs.load(std::memory_order_relaxed) > 1;
    if (may_repeat && std::ranges::find(open_, node) != open_.end()) return of_recursion(object);
    const detail::Descent deeper("while getting the repr of an object", failure_);
    if (!deeper) return;
    if (out_.size() > kReprMax) {
      failure_.set(ErrorCode::TooLarge, "repr of a very large object");
      return;
    }
    open_.push_back(node);
    of_container(object);
    open_.pop_back();
  }

  void of_recursion(const Object& object) {
    switch (object.kind()) {
      case Kind::List:
        out_ += "[...]";
        return;
      case Kind::Tuple:
        out_ += "(...)";
        return;
      case Kind::Dict:
        out_ += "{...}";
        return;
      case Kind::Opaque:
        out_ += "...";
        return;
      default:
        out_.append(type_name(object)) += "(...)";
        return;
    }
  }

  void of_container(const Object& object) {
    switch (object.kind()) {
      case Kind::List:
        return of_items("[", object.items(), "]");
      case Kind::Tuple:
        return of_items("(", object.items(), object.items().size() == 1 ? ",)" : ")");
      case Kind::Dict:
        return of_dict(object.as_dict());
      case Kind::Set:
        return object.items().empty() ? void(out_ += "set()") : of_items("{", object.items(), "}");
      case Kind::FrozenSet:
        return object.items().empty() ? void(out_ += "frozenset()")
                                      : of_items("frozenset({", object.items(), "})");
      case Kind::Range:
        return of_range(object);
      case Kind::Slice: {
        const Object parts[] = {object.start(), object.stop(), object.step()};
        return of_items("slice(", parts, ")");
      }
      case Kind::Array:
        return of_array(object);
      default:
        MP_ASSERT(object.kind() == Kind::Opaque);
        return of_opaque(object);
    }
  }

  void of_items(std::string_view open, std::span<const Object> items, std::string_view close) {
    out_ += open;
    bool first = true;
    for (const Object& item : items) {
      if (!first) out_ += ", ";
      first = false;
      of(item);
      if (failure_) return;
    }
    out_ += close;
  }

  void of_dict(const DictView& dict) {
    out_ += '{';
    bool first = true;
    for (const DictView::Item& item : dict) {
      if (!first) out_ += ", ";
      first = false;
      of(item.key);
      out_ += ": ";
      of(item.value);
      if (failure_) return;
    }
    out_ += '}';
  }

  void of_range(const Object& object) {
    const Object parts[] = {object.start(), object.stop(), object.step()};
    const bool plain = object.step().is(Object::integer(1));
    of_items("range(", std::span(parts).first(plain ? 2 : 3), ")");
  }

  void of_array(const Object& object) {
    out_ += std::string("array('") + object.typecode() + "'";
    const std::size_t size = *object.length();
    const bool is_text = object.typecode() == 'u' || object.typecode() == 'w';
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
      const Object item = object.array_item(i);
      if (is_text) {
        text += item.as_str();
      } else {
        out_ += i == 0 ? ", [" : ", ";
        of(item);
      }
    }
    if (is_text && size != 0) {
      out_ += ", ";
      detail::append_str_repr(out_, text);
    }
    out_ += is_text || size == 0 ? ")" : "])";
  }

  void of_global(const Object& object) {
    if (object.is_global("builtins", "Ellipsis") || object.is_global("builtins", "NotImplemented"))
      out_ += object.name();
    else
      out_.append("<class '").append(object.module()).append(".").append(object.name()) += "'>";
  }

  /// As the call that makes it. Exceptions, and many other objects, print just so.
  void of_opaque(const Object& object) {
    if (object.construction() != Construction::Call) {
      out_.append("<").append(type_name(object)) += " object>";
      return;
    }
    out_ += type_name(object);
    if (object.args().kind() == Kind::Tuple)
      of_items("(", object.args().items(), ")");
    else
      out_ += "(...)";
  }

  Failure& failure_;
  std::string out_;
  std::vector<const detail::Node*> open_;
};

}  // namespace

Result<std::string> repr(const Object& object) {
  Failure failure;
  Repr writer(failure);
  writer.of(object);
  return detail::finish(writer.take(), failure);
}

}  // namespace mp
