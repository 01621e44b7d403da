#pragma once

#include <memory>

#include "manager/objects/python_text.hpp"
#include "manager/objects/references.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Python's dict. `__iter__` answers with a local iterator over the keys of this moment, not with a
/// '#PROXY' of a server-side iterator: that one only works for the process that made the manager,
/// costs a round trip for each key, and stays behind when its client is killed. The price is that a
/// change during the iteration goes unnoticed (CPython: RuntimeError).
class DictReferent final : public Referent {
 public:
  /// dict(mapping or pairs, **keywords).
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override { return python_repr(items_.object()); }
  Outcome get_value() const override { return returned(items_.object()); }
  Attempt<std::vector<Object>> iterate() const override;
  Attempt<Object> as_mapping() const override { return items_.object().copy(); }

  Outcome contains(const Call& call);
  Outcome delete_item(const Call& call);
  Outcome get_item(const Call& call);
  Outcome iter(const Call& call);
  Outcome length(const Call& call);
  Outcome set_item(const Call& call);
  Outcome clear(const Call& call);
  Outcome copy(const Call& call);
  Outcome get(const Call& call);
  Outcome items(const Call& call);
  Outcome keys(const Call& call);
  Outcome pop(const Call& call);
  Outcome popitem(const Call& call);
  Outcome setdefault(const Call& call);
  Outcome update(const Call& call);
  Outcome values(const Call& call);

  // Beyond CPython: spec/notes/extensions.md.
  Outcome increment(const Call& call);
  Outcome compare_and_set(const Call& call);

 private:
  using Referent::Referent;

  Attempt<const Object*> find(const Object& key) const { return attempt(items_.find(key)); }
  /// Assigns one key, which must be hashable.
  void put(const Object& key, const Object& value, bool carries_proxies);
  /// All of a call's mapping, pairs and keywords, or nothing.
  Attempt<void> merge(const Call& call, std::string_view function);
  Attempt<std::optional<Object>> take(const Object& key);

  DictView items_{Object::dict()};
  References references_{host()};
};

}  // namespace mp::manager
