#pragma once

#include <memory>

#include "manager/objects/python_text.hpp"
#include "manager/objects/references.hpp"
#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Python's list.
class ListReferent final : public Referent {
 public:
  /// list(iterable=()).
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override { return python_repr(items_); }
  Outcome get_value() const override { return returned(items_); }
  Attempt<std::vector<Object>> iterate() const override;

  Outcome add(const Call& call);
  Outcome contains(const Call& call);
  Outcome delete_item(const Call& call);
  Outcome get_item(const Call& call);
  Outcome length(const Call& call);
  Outcome multiply(const Call& call);
  Outcome reversed(const Call& call);
  Outcome set_item(const Call& call);
  Outcome append(const Call& call);
  Outcome count(const Call& call);
  Outcome extend(const Call& call);
  Outcome index(const Call& call);
  Outcome insert(const Call& call);
  Outcome pop(const Call& call);
  Outcome remove(const Call& call);
  Outcome reverse(const Call& call);
  Outcome sort(const Call& call);
  Outcome multiply_in_place(const Call& call);

 private:
  using Referent::Referent;

  std::size_t size() const { return items_.items().size(); }
  Object take_at(std::size_t position);
  Attempt<std::vector<Object>> repeated(const Object& times) const;
  /// Position of the first item of [from, to) that equals `value`; `to` when there is none.
  Attempt<std::size_t> find(const Object& value, std::size_t from, std::size_t to) const;
  Outcome set_slice(const Object& slice, const Object& values, bool carries_proxies);
  Outcome delete_slice(const Object& slice);

  Object items_ = Object::list();
  References references_{host()};
};

}  // namespace mp::manager
