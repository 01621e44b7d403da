// Array.*, RawArray.*: arrays whose typecode is known at run time.
#include <mp/dynamic_array.hpp>
#include <mp/rlock.hpp>

#include "scalars.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Kind;
using mp::Object;

constexpr std::pair<ErrorCode, const char*> kWrongType{ErrorCode::InvalidArgument, "TypeError"};

std::vector<mp::Scalar> scalars_from(const Object& sequence, mp::Typecode typecode) {
  std::vector<mp::Scalar> out;
  switch (sequence.kind()) {
    case Kind::List:
    case Kind::Tuple:
      for (const Object& item : sequence.items()) out.push_back(scalar_from(item, typecode));
      return out;
    case Kind::Bytes:
    case Kind::ByteArray:
      for (const char c : sequence.as_bytes()) {
        out.push_back(typecode == mp::Typecode::c
                          ? mp::Scalar(static_cast<std::byte>(c))
                          : mp::Scalar(std::int64_t{static_cast<unsigned char>(c)}));
      }
      return out;
    case Kind::Range: {
      const std::int64_t step = sequence.step().as_int64();
      for (std::int64_t i = sequence.start().as_int64();
           step > 0 ? i < sequence.stop().as_int64() : i > sequence.stop().as_int64(); i += step) {
        out.emplace_back(i);
      }
      return out;
    }
    default:
      throw Raised{"TypeError",
                   "object of type '" + std::string(mp::type_name(sequence)) + "' has no len()",
                   {}};
  }
}

/// `lock` goes to the array's create(): nothing for a RawArray, perhaps a lock for an Array.
template <class A, class... Lock>
Live made(const Call& call, const Lock&... lock) {
  const mp::Typecode typecode = typecode_argument(call);
  const Object& what = call.need(1, "size_or_initializer");
  if (what.kind() != Kind::Int && what.kind() != Kind::Bool) {
    const auto initial = scalars_from(what, typecode);
    return Live(
        unwrap(A::create(typecode, std::span<const mp::Scalar>(initial), lock...), {kWrongType}));
  }
  const std::int64_t size = call.integer(1, "size_or_initializer");
  if (size < 0) throw Raised{"ValueError", "Array length must be >= 0", {}};
  return Live(unwrap(A::create(typecode, static_cast<std::size_t>(size), lock...), {kWrongType}));
}

Answer make(Call& call) {
  if (wants_no_lock(call)) return made<mp::DynamicRawArray>(call);
  return made<mp::DynamicArray>(call, given_lock(call));
}
Answer make_raw(Call& call) { return made<mp::DynamicRawArray>(call); }

/// Runs `use` on the array, bare or with a lock.
template <class Use>
auto with_array(const Call& call, Use use) {
  if (const auto* raw = std::any_cast<mp::DynamicRawArray>(call.target)) return use(*raw);
  return use(call.object<mp::DynamicArray>());
}

/// An int of more than 64 bits is beyond any array.
std::int64_t position(const Call& call) {
  const Object& index = call.need(0, "index");
  if (index.kind() == Kind::Int && !index.fits_int64())
    throw Raised{"IndexError", "cannot fit 'int' into an index-sized integer", {}};
  return call.integer(0, "index");
}

std::optional<std::int64_t> bound(const Object& part) {
  if (part.is_none()) return std::nullopt;
  if (part.kind() != Kind::Int && part.kind() != Kind::Bool)
    throw Raised{"TypeError", "slice indices must be integers or None", {}};
  if (part.fits_int64()) return part.as_int64();
  // Beyond 64 bits is beyond any array, on the side of its sign.
  return part.int_text().starts_with('-') ? std::numeric_limits<std::int64_t>::min()
                                          : std::numeric_limits<std::int64_t>::max();
}

mp::Slice slice_from(const Object& object) {
  return {bound(object.start()), bound(object.stop()), bound(object.step())};
}

/// A slice of c is bytes, of u a str, of others a list.
Object joined(const std::vector<mp::Scalar>& elements, mp::Typecode typecode) {
  Object list = Object::list();
  std::string text;
  for (const mp::Scalar& element : elements) {
    const Object item = object_from(element);
    if (typecode == mp::Typecode::c) text += item.as_bytes();
    if (typecode == mp::Typecode::u) text += item.as_str();
    list.append(item);
  }
  if (typecode == mp::Typecode::c) return Object::bytes(text);
  return typecode == mp::Typecode::u ? Object::str(text) : list;
}

Answer get_item(Call& call) {
  const Object& index = call.need(0, "index");
  return with_array(call, [&](const auto& array) -> Answer {
    if (index.kind() == Kind::Slice) {
      return joined(
          unwrap(array.slice(slice_from(index)), {{ErrorCode::InvalidArgument, "ValueError"}}),
          array.typecode());
    }
    return object_from(unwrap(array.get(position(call))));
  });
}

Answer set_item(Call& call) {
  const Object& index = call.need(0, "index");
  const Object& value = call.need(1, "value");
  return with_array(call, [&](const auto& array) -> Answer {
    if (index.kind() == Kind::Slice) {
      const auto values = scalars_from(value, array.typecode());
      unwrap(array.set_slice(slice_from(index), values),
             {{ErrorCode::OutOfRange, "ValueError"}, kWrongType});
    } else {
      unwrap(array.set(position(call), scalar_from(value, array.typecode())), {kWrongType});
    }
    return Object::none();
  });
}

Answer length(Call& call) {
  return with_array(call, [](const auto& array) -> Answer {
    return Object::integer(static_cast<std::int64_t>(array.size()));
  });
}

Answer to_list(Call& call) {
  return with_array(call, [](const auto& array) -> Answer {
    Object list = Object::list();
    for (std::size_t i = 0; i < array.size(); ++i)
      list.append(object_from(unwrap(array.get(static_cast<std::int64_t>(i)))));
    return list;
  });
}

constexpr std::pair<ErrorCode, const char*> kNoCharacters{ErrorCode::InvalidArgument,
                                                          "AttributeError"};

Answer value(Call& call) {
  return with_array(call, [](const auto& array) -> Answer {
    return Object::bytes(unwrap(array.value(), {kNoCharacters}));
  });
}
Answer set_value(Call& call) {
  const std::string text = call.byte_text(0, "bytes");
  return with_array(call, [&](const auto& array) -> Answer {
    unwrap(array.set_value(text), {{ErrorCode::TooLarge, "ValueError"}, kNoCharacters});
    return Object::none();
  });
}
Answer raw(Call& call) {
  return with_array(call, [](const auto& array) -> Answer {
    return Object::bytes(unwrap(array.raw(), {kNoCharacters}));
  });
}

Answer get_lock(Call& call) { return live_lock(call.object<mp::DynamicArray>().any_lock()); }
Answer acquire(Call& call) {
  return acquired(call.object<mp::DynamicArray>().acquire(call.patience()));
}
Answer release(Call& call) {
  unwrap(call.object<mp::DynamicArray>().release());
  return Object::none();
}
/// The type has no such method; in C++ the compiler says so.
Answer append(Call&) { throw Raised{"AttributeError", "an Array cannot grow", {}}; }

constexpr Operation kOperations[] = {
    {"Array.new", make},
    {"Array.__len__", length},
    {"Array.__getitem__", get_item},
    {"Array.__setitem__", set_item},
    {"Array.to_list", to_list},
    {"Array.get_lock", get_lock},
    {"Array.acquire", acquire},
    {"Array.release", release},
    {"Array.value", value},
    {"Array.value.set", set_value},
    {"Array.raw", raw},
    {"Array.append", append},
    {"RawArray.new", make_raw},
    {"RawArray.__len__", length},
    {"RawArray.__getitem__", get_item},
    {"RawArray.__setitem__", set_item},
    {"RawArray.to_list", to_list},
};

}  // namespace

std::span<const Operation> array_operations() { return kOperations; }

}  // namespace adapter
