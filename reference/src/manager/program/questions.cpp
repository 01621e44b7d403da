#include "manager/program/questions.hpp"

#include <algorithm>
#include <sstream>

#include "manager/client/process_state.hpp"
#include "manager/client/sessions.hpp"
#include "mp/manager.hpp"

namespace mp::manager {

namespace {

/// In a column of so many characters, at its left or right.
std::string in_column(std::string text, std::size_t width, bool left) {
  const std::string room(width - std::min(width, text.size()), ' ');
  return left ? text + room : room + text;
}

std::string row(std::string ident, std::string references, const std::string& object) {
  return in_column(std::move(ident), 34, /*left=*/true) + " " +
         in_column(std::move(references), 10, /*left=*/false) + "  " + object + "\n";
}

}  // namespace

std::string table_of_objects(const std::string& debug_info) {
  constexpr std::string_view kCount = "refcount=";
  std::string table = row("ident", "references", "object");
  std::istringstream lines(debug_info);
  std::string ident, object;
  while (std::getline(lines, ident) && std::getline(lines, object)) {
    const std::size_t start = ident.find_first_not_of(' '), colon = ident.find(':');
    const std::size_t count = ident.find(kCount);
    if (start == ident.npos || colon == ident.npos || count == ident.npos) continue;
    table += row(ident.substr(start, colon - start), ident.substr(count + kCount.size()),
                 object.substr(std::min(object.find_first_not_of(' '), object.size())));
  }
  return table;
}

Result<std::string> ask(Question question, const Address& address, const std::string& authkey) {
  MP_TRY_ASSIGN(const Manager manager, Manager::connect(address, authkey));
  switch (question) {
    case Question::Health: {
      MP_TRY_ASSIGN(const std::size_t count, manager.number_of_objects());
      return to_string(address) + " answers; objects: " + std::to_string(count) + "\n";
    }
    case Question::Objects: {
      MP_TRY_ASSIGN(const std::string info, manager.debug_info());
      return table_of_objects(info);
    }
    case Question::Shutdown:
      MP_TRY(ask_server(*ProcessState::get().endpoint(address, authkey), "shutdown", {}));
      return to_string(address) + " ends\n";
  }
  MP_ASSERT(false && "a question of these");
}

}  // namespace mp::manager
