#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mp/address.hpp"
#include "mp/object.hpp"
#include "mp/result.hpp"
#include "mp/transfer.hpp"

namespace mp {

namespace manager {
class Reference;
struct Reply;
}  // namespace manager

struct Answer;

/// An empty Dict, for calls without keywords. Not to be changed.
const Object& no_keywords();

/// The class of an exception, as in "KeyError"; empty for an Object that is none.
std::string_view exception_name(const Object& exception);
/// Its text, as in "KeyError: 'k'".
std::string exception_text(const Object& exception);
/// How call() reports it: Empty, Full and BrokenBarrier for the exceptions of these names, else
/// Remote; the message is exception_text().
Error exception_error(const Object& exception);

/// A live object in a manager's server, as a client sees it: a handle that keeps the object alive.
/// Copies are one reference, and equal; a proxy that was rebuilt from an Object is another one.
///
/// Calls:   each thread has a connection of its own to each server, on which its calls go one after
///          the other; Batch sends several at once. A call waits for its reply as long as the
///          method takes: queues, locks, conditions, events and barriers have timeouts of their
///          own.
/// Errors:  Remote            the server raised an exception or refused; see invoke() for the
///                            exception
///          Empty, Full, BrokenBarrier   the same, for these
///          Disconnected      the server went away; the call may have taken effect
///          NotFound          the server is not there any more; it has not
///          AuthenticationFailed, Malformed, TooLarge, TimedOut (of connecting), System
///          InvalidArgument   an argument that cannot be pickled
/// Sharing: any threads. After a fork the child uses its copies as its own: the first use takes a
///          reference for the child (see adopt_inherited_proxies()).
/// Source:  Python library, "Proxy Objects".
class Proxy {
 public:
  /// `method(*args, **kwargs)` on the referent; kwargs is a Dict of Str keys.
  Result<Object> call(std::string_view method, std::vector<Object> args = {},
                      const Object& kwargs = no_keywords()) const;
  /// The same, with everything the server may answer, exceptions included, as the result.
  Result<Answer> invoke(std::string_view method, std::vector<Object> args = {},
                        const Object& kwargs = no_keywords()) const;
  /// A method whose result is another live object of the server.
  /// Errors: those of call(); InvalidArgument when the result is a plain value, as there when it is
  ///         live
  Result<Proxy> call_for_proxy(std::string_view method, std::vector<Object> args = {},
                               const Object& kwargs = no_keywords()) const;

  /// A copy of the referent. Error: Remote for what cannot be copied, such as a lock.
  Result<Object> get_value() const;
  /// The referent's text; when the server cannot be asked, repr() with a remark.
  std::string str() const;
  /// A description of the proxy: "<DictProxy object, typeid 'dict' at 0x...>".
  std::string repr() const;

  /// "DictProxy"; "AutoProxy[Queue]" for types whose proxies Python makes on the fly.
  std::string type_name() const;
  const std::string& type_id() const;
  /// The server's name for the referent: equal for all proxies of one.
  const std::string& ident() const;
  const Address& address() const;

  /// The proxy as a value, to be stored in managed objects and sent to other processes. Takes no
  /// reference: keep a proxy until the other side has made one of its own.
  Object to_object() const;
  static bool is_proxy(const Object& object);
  /// A proxy from what to_object(), a managed container or Python gave. Takes a reference. A value
  /// that was *removed* from a container keeps its referent only until this thread's next call on
  /// that server, so make the proxy first. The key is the one this process uses for that address,
  /// else current_authkey().
  /// Errors: InvalidArgument   the object is no proxy
  ///         those of call()
  static Result<Proxy> from_object(const Object& object);

  /// See transfer.hpp. A ticket takes no reference, as to_object(); the other process needs the
  /// server's key for its current_authkey(). A spawned child is given the key.
  Result<void> pack(Packer& packer) const;
  static Result<Proxy> unpack(Unpacker& unpacker);

  /// Whether one is a copy of the other.
  friend bool operator==(const Proxy&, const Proxy&) = default;

 private:
  friend class Batch;
  friend class Manager;
  explicit Proxy(std::shared_ptr<manager::Reference> reference)
      : reference_(std::move(reference)) {}
  /// What came back for a call on `origin`.
  static Result<Answer> answer_of(const manager::Reference& origin, const manager::Reply& reply);

  std::shared_ptr<manager::Reference> reference_;
};

/// The typed proxies are proxies.
template <class T>
requires(std::derived_from<T, Proxy> && !std::same_as<T, Proxy>) struct Transfer<T> {
  static Result<void> pack(Packer& packer, const T& proxy) { return proxy.Proxy::pack(packer); }
  static Result<T> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(Proxy proxy, Proxy::unpack(unpacker));
    return T(std::move(proxy));
  }
};

/// What a call on a server came to.
struct Answer {
  enum class Kind {
    Returned,  ///< value is the result
    Raised,  ///< value is the exception, an Object::exception; what the server itself refuses is a
             ///< multiprocessing.managers.RemoteError with one text
    MadeProxy,  ///< proxy is the result: an object that lives in the server
  };
  Kind kind;
  Object value;
  std::optional<Proxy> proxy;
};

/// What update_with() computes; it may be called several times.
using Update = std::function<Object(const Object& old)>;

/// In a process that was just forked: takes a reference for every proxy it inherited, so that its
/// parent may drop its own. Without it, a proxy is only the child's own from its first use on.
/// Errors: the first failure, of any of them; all are tried.
Result<void> adopt_inherited_proxies();

}  // namespace mp
