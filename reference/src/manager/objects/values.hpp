#pragma once

#include <memory>

#include "manager/objects/references.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// A bag of attributes, as multiprocessing.managers.Namespace.
class NamespaceReferent final : public Referent {
 public:
  /// Namespace(**attributes).
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  /// Namespace(a=1, b=2): sorted, without the names that begin with an underscore.
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;

  Outcome get_attribute(const Call& call);
  Outcome set_attribute(const Call& call);
  Outcome delete_attribute(const Call& call);

 private:
  using Referent::Referent;

  DictView attributes_{Object::dict()};
  References references_{host()};
};

/// One value and a typecode that is kept but not enforced, as multiprocessing.managers.Value.
class ValueReferent final : public Referent {
 public:
  /// Value(typecode, value, lock=True).
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;

  Outcome get(const Call& call);
  Outcome set(const Call& call);

  // Beyond CPython: spec/notes/extensions.md.
  Outcome add(const Call& call);
  Outcome compare_and_set(const Call& call);

 private:
  using Referent::Referent;

  void assign(const Object& value, bool carries_proxies);

  Object typecode_;
  Object value_;
  References references_{host()};
};

/// The rest of an iteration. Clients make one only by asking for it by name, from a value: no
/// method of another type answers with one.
class IteratorReferent final : public Referent {
 public:
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override { return object_repr("list_iterator"); }
  Outcome get_value() const override;

  Outcome next(const Call& call);

 private:
  using Referent::Referent;

  std::vector<Object> rest_;  // in reverse
  References references_{host()};
};

}  // namespace mp::manager
