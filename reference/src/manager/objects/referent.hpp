#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "manager/objects/outcome.hpp"
#include "mp/clock.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// One authenticated connection. Never reused. RLocks and Conditions are owned by sessions.
using SessionId = std::uint64_t;
/// One process that uses the server, as far as the operating system tells. Never reused.
using ClientId = std::uint64_t;
inline constexpr ClientId kAnonymous = 0;
/// Where several managers share their objects, each has a number of its own, and its sessions and
/// clients carry it above theirs. The one manager of an ordinary server is 0.
using ManagerId = std::uint64_t;
inline constexpr int kManagerShift = 40;
constexpr ManagerId manager_of(std::uint64_t id) { return id >> kManagerShift; }
constexpr bool is_anonymous(ClientId client) {
  return client == (manager_of(client) << kManagerShift);
}
/// One object of the server. Never reused; its text form is the protocol's ident.
using ObjectNumber = std::uint64_t;

class LockCore;
class Referent;
class SavedState;

/// What referents may ask of the server that holds them.
class Host {
 public:
  virtual ~Host() = default;

  /// Answers the parked request of `session`, which must have one.
  virtual void answer(SessionId session, Outcome outcome) = 0;
  /// The parked request of `session` will be answered without regard to time.
  virtual void wait_for_ever(SessionId session) = 0;

  /// The object that a proxy stands for; nullptr when the value is no proxy of this server.
  virtual Referent* referent_of(const Object& proxy) = 0;
  /// An object inside another one stays alive: counted, once per hold().
  virtual void hold(ObjectNumber number) = 0;
  virtual void let_go(ObjectNumber number) = 0;

  /// Who must give the lock up when a session or a client is gone.
  /// Gives the acquisition its fencing token (LockCore::fence()).
  virtual std::uint64_t lock_acquired(LockCore& lock) = 0;
  virtual void lock_restored(LockCore& lock) = 0;
  virtual void lock_released(LockCore& lock) = 0;

  virtual std::string ident_of(ObjectNumber number) const = 0;

  /// Of the objects that were restored before; nullptr for others.
  virtual Referent* referent_at(ObjectNumber number) = 0;
  /// Whether handed_over() is of use.
  bool remembers_handed() const { return remembers_handed_; }
  virtual ClientId client_of(SessionId session) const = 0;
  /// `session` is being given `item`, which comes back by give_back() if it never arrives.
  virtual void handed_over(SessionId session, ObjectNumber from, const Object& item) = 0;

 protected:
  bool remembers_handed_ = false;
};

/// One call of a method. Borrows everything.
struct Call {
  SessionId session;
  ClientId client;
  Clock::time_point now;
  std::string_view method;
  std::span<const Object> args;
  const DictView* kwargs;  ///< nullptr when there are none; the keys are str
  bool carries_proxies;    ///< false: certainly no proxy is among the arguments
};

/// A method by its wire name. Exposed without a function, it does not exist on the object.
struct Method {
  std::string_view name;
  Outcome (*function)(Referent& self, const Call& call);
  bool takes = false;  ///< what it gives to its caller nobody else can have
  bool reads = false;  ///< it changes nothing, and never waits
};

/// What all objects of one type share. `exposed` is in the order of CPython's registry.
struct ReferentType {
  std::string_view type_id;
  std::span<const Method> exposed;

  const Method* find(std::string_view name) const;
};

/// An object that lives in the server. Single-threaded: its server calls it from one place.
class Referent {
 public:
  Referent(Host& host, ObjectNumber number) : host_(host), number_(number) {}
  Referent(const Referent&) = delete;
  Referent& operator=(const Referent&) = delete;
  virtual ~Referent() = default;

  virtual const ReferentType& type() const = 0;
  /// Python's repr() of the object; str() is the same for every type here.
  virtual Attempt<std::string> repr() const = 0;
  /// '#GETVALUE': a copy of the object.
  virtual Outcome get_value() const = 0;
  /// The items by Python's iteration, and what dict(x) would be; TypeError where there is none.
  virtual Attempt<std::vector<Object>> iterate() const;
  virtual Attempt<Object> as_mapping() const;

  /// The deadline of the request that `session` has parked here has passed: its outcome, which may
  /// be to stay parked.
  virtual Outcome timed_out(SessionId session);
  /// `session` will never read the answer to the request that it has parked here.
  virtual void withdraw(SessionId session);

  /// All that makes it what it is, for its type's restore() (registry.hpp) elsewhere.
  virtual Object save() const = 0;
  // Only where managers share their objects (Host::remembers_handed()):
  /// What handed_over() told of did not arrive.
  virtual void give_back(SessionId session, Object item);
  /// A client was killed.
  virtual void client_gone(ClientId) {}
  /// A manager has gone with all its clients; its sessions have been withdrawn.
  virtual void manager_gone(ManagerId) {}

  ObjectNumber number() const { return number_; }

 protected:
  Host& host() const { return host_; }
  /// "<queue.Queue object at 0x...>" or "<threading.Event at 0x...: set>", as Python's repr() of
  /// objects without a text of their own, with the ident in the place of an address.
  std::string object_repr(std::string_view class_name, std::string_view details = {}) const;

 private:
  Host& host_;
  ObjectNumber number_;
};

namespace detail {

template <class T, Outcome (T::*Function)(const Call&)>
Outcome call_member(Referent& self, const Call& call) {
  return (static_cast<T&>(self).*Function)(call);
}

template <class T>
T class_of(Outcome (T::*)(const Call&));

}  // namespace detail

/// A row of a type's method table; `taking` for a method that takes something away, `reading` for
/// one that changes nothing.
template <auto Function>
constexpr Method method(std::string_view name) {
  using T = decltype(detail::class_of(Function));
  return {name, &detail::call_member<T, Function>, false};
}
template <auto Function>
constexpr Method taking(std::string_view name) {
  Method row = method<Function>(name);
  row.takes = true;
  return row;
}
template <auto Function>
constexpr Method reading(std::string_view name) {
  Method row = method<Function>(name);
  row.reads = true;
  return row;
}

}  // namespace mp::manager
