#pragma once

#include <memory>
#include <string>

#include "manager/objects/referent.hpp"

namespace mp::manager {

/// Python's array.array: numbers (or characters) of one type, in the machine's representation. A
/// number that does not fit is refused, never wrapped.
class ArrayReferent final : public Referent {
 public:
  /// Array(typecode, sequence, lock=True).
  static Attempt<std::unique_ptr<Referent>> make(Host& host, ObjectNumber number, const Call& call);
  static std::unique_ptr<Referent> restore(Host& host, ObjectNumber number, SavedState& state);
  Object save() const override;

  const ReferentType& type() const override;
  Attempt<std::string> repr() const override;
  Outcome get_value() const override;
  Attempt<std::vector<Object>> iterate() const override;

  Outcome length(const Call& call);
  Outcome get_item(const Call& call);
  Outcome set_item(const Call& call);

 private:
  using Referent::Referent;

  std::size_t size() const { return content_.size() / width_; }
  std::string_view cell(std::size_t position) const {
    return std::string_view(content_).substr(position * width_, width_);
  }
  Attempt<void> fill(const Object& sequence);
  Outcome set_slice(const Object& slice, const Object& value);

  char typecode_ = 'b';
  std::size_t width_ = 1;
  std::string content_;
};

}  // namespace mp::manager
