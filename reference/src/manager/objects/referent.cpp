#include "manager/objects/referent.hpp"

namespace mp::manager {

const Method* ReferentType::find(std::string_view name) const {
  for (const Method& row : exposed) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Attempt<std::vector<Object>> Referent::iterate() const {
  return type_error("'" + std::string(type().type_id) + "' object is not iterable");
}

Attempt<Object> Referent::as_mapping() const {
  return type_error("'" + std::string(type().type_id) + "' object is not a mapping");
}

Outcome Referent::timed_out(SessionId) { MP_ASSERT(false && "this type parks no requests"); }

void Referent::withdraw(SessionId) { MP_ASSERT(false && "this type parks no requests"); }

void Referent::give_back(SessionId, Object) { MP_ASSERT(false && "this type hands nothing over"); }

std::string Referent::object_repr(std::string_view class_name, std::string_view details) const {
  std::string text = "<";
  text.append(class_name).append(details.empty() ? " object at 0x" : " at 0x");
  text.append(host().ident_of(number()));
  if (!details.empty()) text.append(": ").append(details);
  text += '>';
  return text;
}

}  // namespace mp::manager
