#include "wire/object/walk.hpp"

namespace mp::detail {

thread_local std::size_t Descent::depth_ = 0;
thread_local std::size_t Descent::work_ = 0;

void Descent::fail(const char* what, Failure& failure) noexcept {
  failure.set(ErrorCode::TooLarge, std::string("maximum recursion depth exceeded ") + what);
}

}  // namespace mp::detail
