#include "mp/batch.hpp"

#include "manager/client/reference.hpp"
#include "manager/client/sessions.hpp"
#include "manager/protocol/frame.hpp"

namespace mp {

using manager::Reference;
using manager::Reply;

struct Batch::State {
  std::string frames;
  std::vector<std::shared_ptr<Reference>> origins;  // of each call
  Result<void> problem;                             // the first

  Result<void> add(const std::shared_ptr<Reference>& origin, std::string_view method,
                   std::vector<Object> args, const Object& kwargs) {
    if (!origins.empty() && origins.front()->endpoint() != origin->endpoint()) {
      return Error{ErrorCode::InvalidArgument, "the calls of a batch are for one server"};
    }
    MP_TRY_ASSIGN(const std::string request,
                  manager::encode_request(std::string_view(origin->parts().token.ident), method,
                                          Object::tuple(std::move(args)), kwargs));
    manager::append_frame(frames, request);
    return {};
  }

  Result<std::vector<Reply>> exchange() const {
    MP_TRY(problem);
    if (origins.empty()) return std::vector<Reply>{};
    for (const std::shared_ptr<Reference>& origin : origins) MP_TRY(origin->adopt());
    return manager::call_objects(origins.front()->endpoint(), frames, origins.size());
  }
};

Batch::Batch() : state_(std::make_unique<State>()) {}
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

Batch& Batch::call(const Proxy& proxy, std::string_view method, std::vector<Object> args,
                   const Object& kwargs) {
  const Result<void> added = state_->add(proxy.reference_, method, std::move(args), kwargs);
  if (state_->problem && !added) state_->problem = added.error();
  state_->origins.push_back(proxy.reference_);
  return *this;
}

std::size_t Batch::size() const { return state_->origins.size(); }

Result<std::vector<Answer>> Batch::run() {
  const State sent = std::exchange(*state_, State());
  MP_TRY_ASSIGN(const std::vector<Reply> replies, sent.exchange());
  std::vector<Answer> answers;
  answers.reserve(replies.size());
  for (std::size_t i = 0; i < replies.size(); ++i) {
    MP_TRY_ASSIGN(Answer answer, Proxy::answer_of(*sent.origins[i], replies[i]));
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace mp
