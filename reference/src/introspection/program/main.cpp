// mp-ipc: the shared objects of this machine, from outside.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "introspection/program/print.hpp"

namespace mp::introspection {
namespace {

constexpr int kNotFound = 1;
constexpr int kUsageError = 2;

struct Arguments {
  bool json = false;
  std::string kind;
  bool dead = false;
  std::string object;
  bool dry_run = false;
  std::vector<std::string> permits;
  std::vector<std::string> blocks;
};

int fail(const Error& error) {
  fmt::print(stderr, "mp-ipc: {}\n", error.message);
  return kNotFound;
}

int list(const Arguments& arguments) {
  std::vector<Object> all = objects();
  std::erase_if(all, [&](const Object& object) {
    return (!arguments.kind.empty() && object.kind != arguments.kind) ||
           (arguments.dead && !object.has_dead_holder());
  });
  if (arguments.json) {
    nlohmann::json printed = nlohmann::json::array();
    for (const Object& object : all) printed.push_back(to_json(object));
    fmt::print("{}\n", printed.dump(2));
  } else {
    fmt::print("{}", table(all));
  }
  return 0;
}

int show(const Arguments& arguments) {
  const auto object = find(arguments.object);
  if (!object) return fail(object.error());
  fmt::print("{}", arguments.json ? to_json(*object).dump(2) + "\n" : page(*object));
  return 0;
}

int clean(const Arguments& arguments) {
  nlohmann::json printed = {{"removed", nlohmann::json::array()},
                            {"permits", nlohmann::json::array()}};
  const auto tell = [&](const std::string& line) {
    if (!arguments.json) fmt::print("{}\n", line);
  };
  const auto removed = remove_unused_blocks(arguments.dry_run, arguments.blocks);
  if (!removed) return fail(removed.error());
  for (const Removed& block : *removed) {
    tell(fmt::format("{} SharedMemory {}, {} bytes", arguments.dry_run ? "would remove" : "removed",
                     block.name, block.memory));
    printed["removed"].push_back({{"name", block.name}, {"memory", block.memory}});
  }
  for (const std::string& id : arguments.permits) {
    const auto object = find(id);
    if (!object) return fail(object.error());
    if (object->kind != "Semaphore") {
      return fail({ErrorCode::InvalidArgument, object->name + " is no Semaphore"});
    }
    const auto recovered =
        arguments.dry_run ? Result<std::int64_t>(0) : recover_permits(object->id);
    if (!recovered) {
      return fail({recovered.error().code, object->name + ": " + recovered.error().message});
    }
    if (!arguments.dry_run) {
      tell(fmt::format("{}: {} permits of the dead given back", object->name, *recovered));
      printed["permits"].push_back({{"name", object->name}, {"given_back", *recovered}});
    }
  }
  if (arguments.json) fmt::print("{}\n", printed.dump(2));
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app{
      "The shared objects of this machine: locks, semaphores, queues, numbers and arrays of the\n"
      "library, and named blocks of shared memory. It sees those of the processes that the caller\n"
      "may look into: its own, or everybody's as root.",
      "mp-ipc"};
  app.set_help_flag("-h,--help", "Print this text and end");
  app.set_help_all_flag("--help-all", "Print the help of all commands and end");
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 there is no such object or it cannot be cleaned up, 2 wrong usage.");
  Arguments arguments;
  const auto with_json = [&](CLI::App* command) {
    command->set_help_flag("-h,--help", "Print this text and end");
    command->add_flag("--json", arguments.json, "As JSON");
    return command;
  };

  CLI::App* ls =
      with_json(app.add_subcommand("ls", "One line an object: who has it, who holds it"));
  ls->add_option("--kind", arguments.kind, "Only these")
      ->check(CLI::IsMember({"Lock", "RLock", "Semaphore", "Condition", "Event", "Barrier", "Value",
                             "Array", "Queue", "SharedMemory"}));
  ls->add_flag("--dead", arguments.dead, "Only what dead processes hold");

  CLI::App* show_one = with_json(app.add_subcommand("show", "All that is known of one object"));
  show_one->add_option("OBJECT", arguments.object, "The first digits of its id, or a block's name")
      ->required();

  CLI::App* clean_up = with_json(app.add_subcommand(
      "clean",
      "Remove the blocks of shared memory named psm_... that no process has attached. Locks need\n"
      "no cleaning: who acquires one that a dead process holds gets it, and is told"));
  clean_up->add_option("BLOCK", arguments.blocks,
                       "Only the blocks of these names, whatever they begin with");
  clean_up->add_flag("-n,--dry-run", arguments.dry_run, "Only say what would be removed");
  clean_up
      ->add_option("--permits", arguments.permits,
                   "Also give back the permits that dead processes hold of this Semaphore, by "
                   "the first digits of its id. Not of one that counts what was consumed")
      ->type_name("ID");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  if (ls->parsed()) return list(arguments);
  if (show_one->parsed()) return show(arguments);
  return clean(arguments);
}

}  // namespace
}  // namespace mp::introspection

int main(int argc, char** argv) { return mp::introspection::run(argc, argv); }
