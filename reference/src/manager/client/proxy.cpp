#include "mp/proxy.hpp"

#include "manager/client/reference.hpp"
#include "manager/client/sessions.hpp"
#include "manager/protocol/address_object.hpp"
#include "manager/protocol/exception_text.hpp"
#include "mp/pickle.hpp"

namespace mp {
namespace {

using manager::ProxyParts;
using manager::Reference;
using manager::Reply;
using manager::ReplyKind;

Error malformed(std::string_view what) { return Error{ErrorCode::Malformed, std::string(what)}; }

Result<Reply> ask(Reference& reference, std::string_view method, std::vector<Object> args,
                  const Object& kwargs) {
  MP_TRY(reference.adopt());
  return manager::call_object(reference.endpoint(), reference.parts().token.ident, method,
                              Object::tuple(std::move(args)), kwargs);
}

/// The reference behind a '#PROXY' reply, which the server has counted for us already.
Result<std::shared_ptr<Reference>> made_by_call(const Reference& origin, const Object& payload) {
  const bool is_pair = payload.kind() == Kind::Tuple && payload.items().size() == 2;
  const auto token = is_pair ? manager::token_of(payload.items()[1]) : std::nullopt;
  if (!token) return malformed("the server's reply names no object");
  ProxyParts parts{manager::proxy_class_of(token->type_id), *token, {}};
  if (parts.class_name == manager::kAutoProxy) {
    parts.exposed = manager::names_of(payload.items()[0]);
  }
  // Its own idea of its address may not be the way we reached it.
  parts.token.address = origin.parts().token.address;
  return Reference::owning(origin.endpoint(), std::move(parts));
}

/// An exception as an error; the answer itself otherwise.
Result<Answer> or_error(Result<Answer> answer) {
  if (answer && answer->kind == Answer::Kind::Raised) return exception_error(answer->value);
  return answer;
}

}  // namespace

const Object& no_keywords() {
  static const Object none = Object::dict();
  return none;
}

std::string_view exception_name(const Object& exception) {
  return manager::exception_name(exception);
}
std::string exception_text(const Object& exception) { return manager::exception_text(exception); }
Error exception_error(const Object& exception) { return manager::remote_error(exception); }

Result<Answer> Proxy::invoke(std::string_view method, std::vector<Object> args,
                             const Object& kwargs) const {
  MP_TRY_ASSIGN(const Reply reply, ask(*reference_, method, std::move(args), kwargs));
  return answer_of(*reference_, reply);
}

Result<Answer> Proxy::answer_of(const Reference& origin, const Reply& reply) {
  switch (reply.kind) {
    case ReplyKind::Return:
      return Answer{Answer::Kind::Returned, reply.payload, {}};
    case ReplyKind::Error:
      return Answer{Answer::Kind::Raised, reply.payload, {}};
    case ReplyKind::Traceback:
    case ReplyKind::Unserializable:
      return Answer{Answer::Kind::Raised, manager::refusal(reply.payload), {}};
    case ReplyKind::Proxy:
      break;
  }
  MP_TRY_ASSIGN(std::shared_ptr<Reference> made, made_by_call(origin, reply.payload));
  return Answer{Answer::Kind::MadeProxy, Object(), Proxy(std::move(made))};
}

Result<Object> Proxy::call(std::string_view method, std::vector<Object> args,
                           const Object& kwargs) const {
  MP_TRY_ASSIGN(const Answer answer, or_error(invoke(method, std::move(args), kwargs)));
  if (answer.kind == Answer::Kind::Returned) return answer.value;
  return Error{ErrorCode::InvalidArgument, "the result is a live object: use call_for_proxy"};
}

Result<Proxy> Proxy::call_for_proxy(std::string_view method, std::vector<Object> args,
                                    const Object& kwargs) const {
  MP_TRY_ASSIGN(const Answer answer, or_error(invoke(method, std::move(args), kwargs)));
  if (answer.kind == Answer::Kind::MadeProxy) return *answer.proxy;
  return Error{ErrorCode::InvalidArgument, "the result is a plain value: use call"};
}

Result<Object> Proxy::get_value() const { return call("#GETVALUE"); }

std::string Proxy::str() const {
  const Result<Object> text = call("__repr__");
  if (text && text->kind() == Kind::Str) return std::string(text->as_str());
  std::string fallback = repr();
  fallback.pop_back();
  return fallback + "; '__str__()' failed>";
}

std::string Proxy::repr() const {
  return "<" + type_name() + " object, typeid '" + type_id() + "' at 0x" + ident() + ">";
}

std::string Proxy::type_name() const {
  const std::string& name = reference_->parts().class_name;
  return name == manager::kAutoProxy ? name + "[" + type_id() + "]" : name;
}

const std::string& Proxy::type_id() const { return reference_->parts().token.type_id; }
const std::string& Proxy::ident() const { return reference_->parts().token.ident; }
const Address& Proxy::address() const { return reference_->endpoint()->address; }

Object Proxy::to_object() const { return manager::proxy_object(reference_->parts()); }

bool Proxy::is_proxy(const Object& object) { return manager::proxy_parts_of(object).has_value(); }

Result<Proxy> Proxy::from_object(const Object& object) {
  std::optional<ProxyParts> parts = manager::proxy_parts_of(object);
  if (!parts) return Error{ErrorCode::InvalidArgument, "not a proxy"};
  const std::optional<Address> address = manager::address_from_object(parts->token.address);
  if (!address) return malformed("the proxy's server has no address of a known kind");
  MP_TRY_ASSIGN(
      std::shared_ptr<Reference> reference,
      Reference::take(manager::ProcessState::get().endpoint(*address), *std::move(parts)));
  return Proxy(std::move(reference));
}

Result<void> Proxy::pack(Packer& packer) const {
  MP_TRY_ASSIGN(const std::string bytes, pickle::dumps(to_object()));
  packer.bytes(bytes_view(bytes));
  const bool with_key = packer.transport() == Transport::Inheritance;
  packer.bytes(bytes_view(with_key ? reference_->endpoint()->authkey : ""));
  return {};
}

Result<Proxy> Proxy::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const Bytes bytes, unpacker.bytes());
  MP_TRY_ASSIGN(const Bytes key, unpacker.bytes());
  MP_TRY_ASSIGN(const Object object, pickle::loads(text_view(bytes)));
  std::shared_ptr<const manager::Endpoint> endpoint;  // from_object finds the key there
  const std::optional<ProxyParts> parts = manager::proxy_parts_of(object);
  if (!parts) return malformed("not a proxy");
  const std::optional<Address> address = manager::address_from_object(parts->token.address);
  if (address && !key.empty()) {
    endpoint = manager::ProcessState::get().endpoint(*address, std::string(text_view(key)));
  }
  return from_object(object);
}

Result<void> adopt_inherited_proxies() {
  Result<void> first;
  for (const std::shared_ptr<Reference>& reference : manager::ProcessState::get().references()) {
    const Result<void> adopted = reference->adopt();
    if (first && !adopted) first = adopted.error();
  }
  return first;
}

}  // namespace mp
