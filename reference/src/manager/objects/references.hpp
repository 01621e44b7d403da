#pragma once

#include <cstddef>
#include <map>

#include "manager/objects/referent.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// What one referent holds of others: counts proxies as they are stored and removed, so that what
/// is inside a container lives as long as it is there. Gives everything back at its end. Limit:
/// containers that hold each other keep each other alive until the server ends.
class References {
 public:
  explicit References(Host& host) : host_(host) {}
  References(const References&) = delete;
  References& operator=(const References&) = delete;
  ~References();

  /// `value` is now inside; `carries_proxies` is the request's promise that there may be some.
  void stored(const Object& value, bool carries_proxies);
  /// A value that stored() was told of is not inside any more.
  void removed(const Object& value);
  /// What is held, and the same again in a copy of the object: the counts of what it holds are
  /// restored with that.
  Object save() const;
  void restore(SavedState& state);
  /// Whether any reference is held: a copy of the contents must be searched too.
  bool any() const { return !held_.empty(); }

 private:
  Host& host_;
  std::map<ObjectNumber, std::size_t> held_;
};

}  // namespace mp::manager
