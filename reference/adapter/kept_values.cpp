#include "kept_values.hpp"

#include <map>

namespace adapter {
namespace {

using mp::Kind;
using mp::Object;
using Args = std::vector<Object>;

const Object& argument(const Args& args, std::size_t position) {
  if (position >= args.size()) throw Raised{"TypeError", "an argument is missing", {}};
  return args[position];
}

std::size_t position_in(const Object& list, const Object& index) {
  const auto length = static_cast<std::int64_t>(list.items().size());
  const std::int64_t i = index.as_int64() < 0 ? index.as_int64() + length : index.as_int64();
  if (i < 0 || i >= length) throw Raised{"IndexError", "list index out of range", {}};
  return static_cast<std::size_t>(i);
}

using Method = Object (*)(Object&, const Args&);

const std::map<std::string_view, Method> kListMethods = {
    {"append",
     [](Object& list, const Args& args) {
       list.append(argument(args, 0));
       return Object::none();
     }},
    {"extend",
     [](Object& list, const Args& args) {
       const Args more(argument(args, 0).items().begin(), argument(args, 0).items().end());
       for (const Object& item : more) list.append(item);
       return Object::none();
     }},
    {"insert",
     [](Object& list, const Args& args) {
       list.insert(position_in(list, argument(args, 0)), argument(args, 1));
       return Object::none();
     }},
    {"pop",
     [](Object& list, const Args& args) {
       return list.take_at(args.empty() ? list.items().size() - 1 : position_in(list, args[0]));
     }},
    {"reverse",
     [](Object& list, const Args&) {
       list.reverse();
       return Object::none();
     }},
    {"sort",
     [](Object& list, const Args&) {
       unwrap(mp::sort(list));
       return Object::none();
     }},
    {"__setitem__",
     [](Object& list, const Args& args) {
       list.set_at(position_in(list, argument(args, 0)), argument(args, 1));
       return Object::none();
     }},
    {"__delitem__",
     [](Object& list, const Args& args) {
       list.take_at(position_in(list, argument(args, 0)));
       return Object::none();
     }},
    {"__getitem__",
     [](Object& list, const Args& args) {
       return list.items()[position_in(list, argument(args, 0))];
     }},
    {"__len__",
     [](Object& list, const Args&) {
       return Object::integer(static_cast<std::int64_t>(list.items().size()));
     }},
    {"to_list", [](Object& list, const Args&) { return list.copy(); }},
};

const std::map<std::string_view, Method> kDictMethods = {
    {"__setitem__",
     [](Object& dict, const Args& args) {
       unwrap(dict.as_dict().set(argument(args, 0), argument(args, 1)));
       return Object::none();
     }},
    {"__delitem__",
     [](Object& dict, const Args& args) {
       if (!unwrap(dict.as_dict().take(argument(args, 0)))) throw Raised{"KeyError", "", {args[0]}};
       return Object::none();
     }},
    {"pop",
     [](Object& dict, const Args& args) {
       auto taken = unwrap(dict.as_dict().take(argument(args, 0)));
       if (!taken) throw Raised{"KeyError", "", {args[0]}};
       return *taken;
     }},
    {"update",
     [](Object& dict, const Args& args) {
       auto view = dict.as_dict();
       for (const auto& [key, value] : argument(args, 0).as_dict()) unwrap(view.set(key, value));
       return Object::none();
     }},
    {"clear",
     [](Object& dict, const Args&) {
       dict.clear();
       return Object::none();
     }},
    {"__getitem__",
     [](Object& dict, const Args& args) {
       const Object* found = unwrap(dict.as_dict().find(argument(args, 0)));
       if (found == nullptr) throw Raised{"KeyError", "", {args[0]}};
       return *found;
     }},
    {"__len__",
     [](Object& dict, const Args&) {
       return Object::integer(static_cast<std::int64_t>(dict.as_dict().size()));
     }},
    {"to_dict", [](Object& dict, const Args&) { return dict.copy(); }},
};

}  // namespace

Object call_kept_value(Object value, std::string_view method, const Args& args) {
  if (value.kind() == Kind::Tuple && method == "__getitem__")
    return value.items()[position_in(value, argument(args, 0))];
  const auto& methods = value.kind() == Kind::Dict ? kDictMethods : kListMethods;
  const auto found = methods.find(method);
  if ((value.kind() != Kind::List && value.kind() != Kind::Dict) || found == methods.end()) {
    throw Raised{"AttributeError",
                 "a plain " + std::string(mp::type_name(value)) + " has no such operation",
                 {}};
  }
  return found->second(value, args);
}

Object with_item(const Object& array, const Args& args) {
  const auto length = static_cast<std::int64_t>(unwrap(array.length()));
  const std::int64_t index = argument(args, 0).as_int64();
  const std::int64_t position = index < 0 ? index + length : index;
  if (position < 0 || position >= length)
    throw Raised{"IndexError", "array assignment index out of range", {}};
  nlohmann::json items = nlohmann::json::array();
  for (std::int64_t i = 0; i < length; ++i) {
    items.push_back(
        to_json(i == position ? argument(args, 1) : array.array_item(static_cast<std::size_t>(i))));
  }
  return from_json({{"array", nlohmann::json::array({std::string(1, array.typecode()), items})}},
                   {});
}

}  // namespace adapter
