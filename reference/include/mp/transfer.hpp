#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mp/parcel.hpp"

/// Handles: every object of the library can be had in another process of the same machine and user.
///
/// A child made by fork has what its parent had. A spawned one gets its function's arguments
/// (spawn.hpp). Any other process gets a *ticket*: bytes, to be sent over a Pipe, through a Queue,
/// a manager or a file, from which it makes a handle of the same object.
namespace mp {

/// How a T is written down. Specialise it for types of your own, or give them the two members.
template <class T>
struct Transfer {
  static Result<void> pack(Packer& packer, const T& object) { return object.pack(packer); }
  static Result<T> unpack(Unpacker& unpacker) { return T::unpack(unpacker); }
};

/// What can be had in another process: the library's objects and proxies; numbers, texts and bytes;
/// vectors, maps, pairs, tuples and optionals of such.
template <class T>
concept Transferable = requires(Packer& packer, Unpacker& unpacker, const T& object) {
  { Transfer<T>::pack(packer, object) } -> std::same_as<Result<void>>;
  { Transfer<T>::unpack(unpacker) } -> std::same_as<Result<T>>;
};

/// A ticket of an object. It does not keep the object: until the other process has made its handle,
/// some process has to have one. Of a Connection the ticket is good for one handle, and this
/// process keeps the descriptor until it is fetched. It is as secret as the object: whoever has it,
/// and runs for the same user, has the object.
/// Errors: InvalidArgument  a Barrier with an action, a closed Connection
///         System           no descriptor is left
template <Transferable T>
Result<Bytes> to_ticket(const T& object) {
  Packer packer(Transport::Ticket);
  MP_TRY(Transfer<T>::pack(packer, object));
  return std::move(packer).finish().bytes();
}

/// The object behind a ticket; the handle there is when this process has the object already.
/// Errors: NotFound   no process has the object any more
///         Malformed  it is no ticket of a T; the message names the object when it is another one
///         System     the operating system refused: no descriptor is left, another user's process
template <Transferable T>
Result<T> from_ticket(BytesView ticket) {
  Unpacker unpacker(Transport::Ticket, Parcel(Bytes(ticket.begin(), ticket.end()), {}));
  MP_TRY_ASSIGN(T object, Transfer<T>::unpack(unpacker));
  MP_TRY(unpacker.finish());
  return object;
}

template <class T>
requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) struct Transfer<T> {
  static_assert(sizeof(T) <= sizeof(std::uint64_t));
  static Result<void> pack(Packer& packer, const T& object) {
    std::uint64_t number = 0;
    std::memcpy(&number, &object, sizeof object);
    packer.number(number);
    return {};
  }
  static Result<T> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(const std::uint64_t number, unpacker.number());
    if constexpr (std::same_as<T, bool>) return number != 0;
    T object;
    std::memcpy(&object, &number, sizeof object);
    return object;
  }
};

template <>
struct Transfer<std::string> {
  static Result<void> pack(Packer& packer, const std::string& text) {
    packer.bytes(bytes_view(text));
    return {};
  }
  static Result<std::string> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(const Bytes bytes, unpacker.bytes());
    return std::string(text_view(bytes));
  }
};

template <>
struct Transfer<Bytes> {
  static Result<void> pack(Packer& packer, const Bytes& bytes) {
    packer.bytes(bytes);
    return {};
  }
  static Result<Bytes> unpack(Unpacker& unpacker) { return unpacker.bytes(); }
};

template <class T>
struct Transfer<std::vector<T>> {
  static Result<void> pack(Packer& packer, const std::vector<T>& objects) {
    packer.number(objects.size());
    for (const T& object : objects) MP_TRY(Transfer<T>::pack(packer, object));
    return {};
  }
  static Result<std::vector<T>> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(std::uint64_t count, unpacker.number());
    std::vector<T> objects;  // not reserved: the count comes from outside
    for (; count > 0; --count) {
      MP_TRY_ASSIGN(T object, Transfer<T>::unpack(unpacker));
      objects.push_back(std::move(object));
    }
    return objects;
  }
};

template <class T>
struct Transfer<std::optional<T>> {
  static Result<void> pack(Packer& packer, const std::optional<T>& object) {
    packer.number(object.has_value());
    return object ? Transfer<T>::pack(packer, *object) : Result<void>();
  }
  static Result<std::optional<T>> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(const std::uint64_t is_there, unpacker.number());
    if (is_there == 0) return std::optional<T>();
    MP_TRY_ASSIGN(T object, Transfer<T>::unpack(unpacker));
    return std::optional<T>(std::move(object));
  }
};

template <class... T>
struct Transfer<std::tuple<T...>> {
  static Result<void> pack(Packer& packer, const std::tuple<T...>& objects) {
    Result<void> result;
    std::apply(
        [&](const T&... object) {
          static_cast<void>(
              ((result = Transfer<T>::pack(packer, object), result.has_value()) && ...));
        },
        objects);
    return result;
  }
  static Result<std::tuple<T...>> unpack(Unpacker& unpacker) { return rest<0>(unpacker); }

 private:
  /// Those from that place on, behind the ones there are. In order, and up to the first error.
  template <std::size_t place, class... Done>
  static Result<std::tuple<T...>> rest(Unpacker& unpacker, Done&&... done) {
    if constexpr (place == sizeof...(T)) {
      return std::tuple<T...>(std::move(done)...);
    } else {
      using Next = std::tuple_element_t<place, std::tuple<T...>>;
      MP_TRY_ASSIGN(Next next, Transfer<Next>::unpack(unpacker));
      return rest<place + 1>(unpacker, std::move(done)..., std::move(next));
    }
  }
};

template <class First, class Second>
struct Transfer<std::pair<First, Second>> {
  static Result<void> pack(Packer& packer, const std::pair<First, Second>& pair) {
    MP_TRY(Transfer<First>::pack(packer, pair.first));
    return Transfer<Second>::pack(packer, pair.second);
  }
  static Result<std::pair<First, Second>> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(First first, Transfer<First>::unpack(unpacker));
    MP_TRY_ASSIGN(Second second, Transfer<Second>::unpack(unpacker));
    return std::pair<First, Second>(std::move(first), std::move(second));
  }
};

template <class Key, class T>
struct Transfer<std::map<Key, T>> {
  static Result<void> pack(Packer& packer, const std::map<Key, T>& map) {
    packer.number(map.size());
    for (const auto& [key, object] : map) {
      MP_TRY(Transfer<Key>::pack(packer, key));
      MP_TRY(Transfer<T>::pack(packer, object));
    }
    return {};
  }
  static Result<std::map<Key, T>> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(std::uint64_t count, unpacker.number());
    std::map<Key, T> map;
    for (; count > 0; --count) {
      MP_TRY_ASSIGN(Key key, Transfer<Key>::unpack(unpacker));
      MP_TRY_ASSIGN(T object, Transfer<T>::unpack(unpacker));
      map.insert_or_assign(std::move(key), std::move(object));
    }
    return map;
  }
};

}  // namespace mp
