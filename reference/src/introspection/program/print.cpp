#include "introspection/program/print.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mp::introspection {
namespace {

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes);
  const char* units = "KMGT";
  for (size /= 1024; size >= 1024 && units[1] != '\0'; size /= 1024) ++units;
  return fmt::format("{:.{}f} {}iB", size, size < 10 ? 1 : 0, *units);
}

std::string time_text(const std::optional<Time>& time) {
  if (!time) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::localtime(std::chrono::system_clock::to_time_t(*time)));
}

std::string age_text(Time since) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - since)
          .count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h", seconds / 3600);
}

std::string who(const Holder& holder) {
  std::string text = holder.thread != 0 && holder.thread != holder.process
                         ? fmt::format("thread {}", holder.thread)
                         : fmt::format("{}", holder.process);
  if (!holder.is_alive) text += " (dead)";
  return text;
}

std::string holder_text(const Holder& holder) {
  std::string text = fmt::format("{} by {}", holder.what, who(holder));
  if (holder.count != 1) text += fmt::format(" x{}", holder.count);
  if (holder.since) text += fmt::format(" for {} or longer", age_text(*holder.since));
  return text;
}

/// The state in some words: what a table has room for.
std::string summary(const Object& object) {
  if (!object.trouble.empty()) return "? " + object.trouble;
  std::vector<std::string> parts;
  for (const auto& [what, text] : object.details) {
    parts.push_back(what == "state" ? text : fmt::format("{} {}", what, text));
  }
  for (const Holder& holder : object.holders) parts.push_back(holder_text(holder));
  if (!object.waiters.empty()) parts.push_back(fmt::format("{} waiting", object.waiters.size()));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string table(const std::vector<Object>& objects) {
  std::vector<std::array<std::string, 5>> rows = {
      {"OBJECT", "SIZE", "MEMORY", "PROCESSES", "STATE"}};
  for (const Object& object : objects) {
    rows.push_back(
        {object.name, size_text(object.bytes), size_text(object.memory),
         object.processes.empty() ? "-" : fmt::format("{}", fmt::join(object.processes, " ")),
         summary(object)});
  }
  std::array<std::size_t, 4> widths{};
  for (const auto& row : rows) {
    for (std::size_t n = 0; n < widths.size(); ++n) widths[n] = std::max(widths[n], row[n].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t n = 0; n < widths.size(); ++n) {
      text += fmt::format("{:{}}  ", row[n], widths[n]);
    }
    text += row.back() + "\n";
  }
  return text;
}

std::string page(const Object& object) {
  std::string text = object.name + "\n";
  const auto line = [&](const std::string& what, const std::string& value) {
    text += fmt::format("  {:<18}{}\n", what, value);
  };
  if (!object.trouble.empty()) line("trouble", object.trouble);
  line("size", size_text(object.bytes));
  line("memory", size_text(object.memory));
  line("created", time_text(object.created));
  if (object.creator != 0) {
    line("creator", fmt::format("{}{}", object.creator, object.creator_is_alive ? "" : " (dead)"));
  }
  line("processes",
       object.processes.empty() ? "none" : fmt::format("{}", fmt::join(object.processes, " ")));
  for (const auto& [what, value] : object.details) line(what, value);
  for (const Holder& holder : object.holders) line("held", holder_text(holder));
  for (const Waiter& waiter : object.waiters) {
    line("waiting",
         fmt::format(
             "{}{} for {}", waiter.process,
             waiter.thread == waiter.process ? "" : fmt::format(" (thread {})", waiter.thread),
             waiter.what));
  }
  return text;
}

nlohmann::json to_json(const Object& object) {
  const auto known = [](pid_t number) {
    return number == 0 ? nlohmann::json() : nlohmann::json(number);
  };
  const auto seconds = [](const std::optional<Time>& time) -> nlohmann::json {
    if (!time) return nullptr;
    return std::chrono::duration<double>(time->time_since_epoch()).count();
  };
  nlohmann::json holders = nlohmann::json::array();
  for (const Holder& holder : object.holders) {
    holders.push_back({{"what", holder.what},
                       {"process", known(holder.process)},
                       {"thread", known(holder.thread)},
                       {"is_alive", holder.is_alive},
                       {"count", holder.count},
                       {"since", seconds(holder.since)}});
  }
  nlohmann::json waiters = nlohmann::json::array();
  for (const Waiter& waiter : object.waiters) {
    waiters.push_back(
        {{"process", waiter.process}, {"thread", waiter.thread}, {"what", waiter.what}});
  }
  nlohmann::json details = nlohmann::json::object();
  for (const auto& [what, text] : object.details) details[what] = text;
  const std::string digits = object.name.substr(object.name.rfind(' ') + 1);
  return {{"kind", object.kind},
          {"id", digits},
          {"name", object.name},
          {"bytes", object.bytes},
          {"memory", object.memory},
          {"created", seconds(object.created)},
          {"creator", known(object.creator)},
          {"creator_is_alive",
           object.creator == 0 ? nlohmann::json() : nlohmann::json(object.creator_is_alive)},
          {"processes", object.processes},
          {"holders", holders},
          {"waiters", waiters},
          {"details", details},
          {"trouble", object.trouble.empty() ? nlohmann::json() : nlohmann::json(object.trouble)}};
}

}  // namespace mp::introspection
