#include "process/bootstrap.hpp"

#include <cxxabi.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "process/children.hpp"
#include "process/current.hpp"

namespace mp::process {
namespace {

void become(Birth& birth) {
  Current& current = Current::instance();
  current.name = std::move(birth.name);
  current.daemon = birth.daemon;
  current.self = birth.self;
  current.numbers = std::move(birth.numbers);
  current.processes_made = 0;
  current.set_parent(std::move(birth.parent));
}

/// A child that reads its parent's standard input would take what is meant for the parent.
void empty_standard_input() {
  const base::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (nothing) ::dup2(nothing.get(), STDIN_FILENO);
}

/// One write, so that the texts of several failing children do not mix.
void tell(const std::string& text) {
  std::fflush(stderr);
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // nobody is left to be told
}

std::string demangled(const char* name) {
  int status = 0;
  char* readable = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string text = status == 0 ? readable : name;
  std::free(readable);
  return text;
}

std::string describe_uncaught(const std::string& what) {
  const std::type_info* type = abi::__cxa_current_exception_type();
  std::string text = "Process " + Current::instance().name + ": uncaught exception ";
  text += type != nullptr ? demangled(type->name()) : "of an unknown type";
  if (!what.empty()) text += ": " + what;
  return text + "\n";
}

/// The target's outcome as an exit code.
int run_target(const Process::Target& target) {
  try {
    if (target) target();
    return 0;
  } catch (const SystemExit& exit) {
    if (!exit.message().empty()) tell(exit.message() + "\n");
    return exit.status();
  } catch (const std::exception& error) {
    tell(describe_uncaught(error.what()));
  } catch (...) {
    tell(describe_uncaught(""));
  }
  return 1;
}

}  // namespace

void flush_standard_streams() {
  std::cout.flush();
  std::cerr.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

void run_child(Birth birth) {
  become(birth);
  empty_standard_input();
  if (birth.parent_death_signal != 0) signal_at_parents_death(birth.parent_death_signal);
  const int exitcode = run_target(birth.target);
  finish_children();
  flush_standard_streams();
  ::_exit(exitcode & 0xff);
}

}  // namespace mp::process
