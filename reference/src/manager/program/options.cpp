#include "manager/program/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "mp/object.hpp"

namespace mp::manager {
namespace {

constexpr int kUsageError = 2;

/// The command line as it is, before it means anything.
struct Arguments {
  std::string address;
  std::string authkey_file;
  std::string authkey_env;
  bool exit_with_parent = false;
  bool no_shared_memory = false;
  bool stats = false;
  std::string question;
  bool clean_store = false;
  std::string store;
  std::string consistency = "acked";
  std::string password_file;
  ManagerStoreOptions of_store;
};

EarlyExit usage_error(const std::string& what) {
  return {kUsageError, "", "mp-manager: " + what + "\n"};
}

void declare_store(CLI::App& app, Arguments& arguments) {
  auto* store = app.add_option_group("Store", "Objects that managers on several hosts share");
  store
      ->add_option("--store", arguments.store,
                   "The engine (Redis 7 or Valkey) that keeps the objects. All managers with the "
                   "same engine, prefix and key have the same objects")
      ->type_name(
          "redis[s]://HOST:PORT/DB|redis+unix://PATH|redis+sentinel://HOST:PORT,.../NAME/DB");
  ManagerStoreOptions::Tls& tls = arguments.of_store.tls;
  store
      ->add_option("--store-ca", tls.ca_file,
                   "Of rediss://: whose certificates are trusted, a PEM file. By default those "
                   "that the system trusts")
      ->type_name("FILE");
  store
      ->add_option("--store-cert", tls.certificate_file,
                   "A certificate to show to the engine, a PEM file")
      ->type_name("FILE");
  store->add_option("--store-cert-key", tls.key_file, "Its key, a PEM file")->type_name("FILE");
  store->add_option("--store-prefix", arguments.of_store.prefix, "Of every key in the engine")
      ->type_name("NAME")
      ->capture_default_str();
  store->add_option("--store-user", arguments.of_store.user, "A user of the engine's ACL")
      ->type_name("NAME");
  store
      ->add_option("--store-password-file", arguments.password_file,
                   "A file with the password, without a line feed at the end")
      ->type_name("FILE");
  store
      ->add_option("--store-consistency", arguments.consistency,
                   "acked: what was answered is kept; needs appendonly yes and appendfsync "
                   "always, or --store-replicas. fast: the engine may lose it; no locks")
      ->type_name("acked|fast")
      ->check(CLI::IsMember({"acked", "fast"}))
      ->capture_default_str();
  store
      ->add_option("--store-replicas", arguments.of_store.replicas,
                   "Replicas that must have a change before it is answered")
      ->type_name("N")
      ->check(CLI::Range(0u, 100u))
      ->capture_default_str();
  store
      ->add_option_function<std::uint32_t>(
          "--store-lease",
          [&arguments](std::uint32_t ms) {
            arguments.of_store.lease = std::chrono::milliseconds(ms);
          },
          "How long a manager that is not heard of keeps what its clients hold, in milliseconds")
      ->type_name("MS")
      ->check(CLI::Range(200u, 3'600'000u))
      ->default_str("5000");
  store
      ->add_option_function<std::uint32_t>(
          "--store-patience",
          [&arguments](std::uint32_t ms) {
            arguments.of_store.patience = std::chrono::milliseconds(ms);
          },
          "How long a call waits for the engine before it is answered that it may be carried "
          "out, or not, in milliseconds")
      ->type_name("MS")
      ->check(CLI::Range(100u, 3'600'000u))
      ->default_str("10000");
  store->add_flag("--clean-store", arguments.clean_store,
                  "Serve nothing, but take all objects out of the store. Not while managers take "
                  "part in it");
}

void declare(CLI::App& app, Arguments& arguments, ManagerServerOptions& server) {
  app.set_help_flag("-h,--help", "Print this text and end");
  app.add_option("--address", arguments.address,
                 "Where to listen: the path of a Unix socket, @NAME for an abstract one, or "
                 "HOST:PORT ([IPV6]:PORT). Port 0 takes a free port; an empty HOST is every IPv4 "
                 "interface")
      ->type_name("PATH|HOST:PORT");
  auto* key = app.add_option_group("Key", "What clients must know; one of them is needed");
  key->add_option("--authkey-file", arguments.authkey_file,
                  "A file with the key: its bytes, without a line feed at the end")
      ->type_name("FILE");
  key->add_option("--authkey-env", arguments.authkey_env,
                  "The environment variable that has the key")
      ->type_name("NAME");
  app.add_flag("--strict-auth", server.strict_auth,
               "Refuse MD5: clients before CPython 3.12 cannot connect");
  app.add_flag("--exit-with-parent", arguments.exit_with_parent,
               "End when the process that started this one has ended and no client is left");
  app.add_option("--max-message", server.message_bytes_max, "Longest request, in bytes")
      ->type_name("BYTES")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{1} << 40))
      ->capture_default_str();
  app.add_option("--max-depth", server.depth_max, "Deepest nesting of a request")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{8}, kNestingMax - 16))
      ->capture_default_str();
  app.add_option(
         "--max-clients", server.connections_max,
         "Connections at a time; a client has one for each of its threads and, for moments, "
         "one more")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20))
      ->capture_default_str();
  app.add_flag("--no-shared-memory", arguments.no_shared_memory,
               "Serve C++ proxies on this host over their sockets only");
  app.add_flag("--stats", arguments.stats,
               "At the end, print on standard error what has been done");
  app.add_option("--ask", arguments.question,
                 "Serve nothing, but ask the server at that address: health, whether it answers; "
                 "objects, a table of those it has; shutdown, to end")
      ->type_name("health|objects|shutdown")
      ->check(CLI::IsMember({"health", "objects", "shutdown"}));
  declare_store(app, arguments);
  app.footer(
      "Prints the address on one line of standard output as soon as clients can connect, and "
      "serves\n"
      "until a client asks for shutdown, or until SIGTERM or SIGINT. A socket file left by a "
      "server\n"
      "that was killed is replaced; one that a live server listens on is not.\n\n"
      "  mp-manager --address /tmp/demo.sock --authkey-env KEY\n"
      "  python3: m = multiprocessing.managers.SyncManager('/tmp/demo.sock', authkey=b'...');\n"
      "           m.connect(); d = m.dict()");
}

std::variant<std::string, EarlyExit> read_secret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string key((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) return usage_error(path + ": cannot be read");
  if (key.ends_with('\n')) key.pop_back();
  return key;
}

std::variant<std::string, EarlyExit> read_key(const Arguments& arguments) {
  if (arguments.authkey_env.empty() == arguments.authkey_file.empty()) {
    return usage_error("one of --authkey-file and --authkey-env is needed (see --help)");
  }
  if (!arguments.authkey_env.empty()) {
    const char* value = std::getenv(arguments.authkey_env.c_str());
    if (value == nullptr) {
      return usage_error("the environment has no variable " + arguments.authkey_env);
    }
    return std::string(value);
  }
  return read_secret(arguments.authkey_file);
}

/// The options of the store; nothing was asked for when there is no URL.
std::optional<EarlyExit> take_store(Arguments& arguments, ManagerServerOptions& server) {
  if (arguments.store.empty()) return std::nullopt;
  ManagerStoreOptions& store = arguments.of_store;
  store.url = arguments.store;
  if (arguments.consistency == "fast") store.consistency = ManagerStoreOptions::Consistency::Fast;
  if (!arguments.password_file.empty()) {
    std::variant<std::string, EarlyExit> password = read_secret(arguments.password_file);
    if (auto* failed = std::get_if<EarlyExit>(&password)) return *failed;
    store.password = std::get<std::string>(std::move(password));
  }
  server.store = store;
  return std::nullopt;
}

Question question_of(std::string_view word) {
  if (word == "health") return Question::Health;
  return word == "objects" ? Question::Objects : Question::Shutdown;
}

}  // namespace

std::variant<ProgramOptions, EarlyExit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(
      "A server of shared objects that speaks the protocol of Python's multiprocessing "
      "managers.",
      "mp-manager");
  Arguments arguments;
  ProgramOptions options;
  declare(app, arguments, options.server);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return EarlyExit{0, app.help(), ""};
  } catch (const CLI::ParseError& error) {
    return usage_error(std::string(error.what()) + " (see --help)");
  }
  options.clean_store = arguments.clean_store;
  if (options.clean_store) {
    if (arguments.store.empty()) return usage_error("--clean-store needs --store (see --help)");
    if (const auto failed = take_store(arguments, options.server)) return *failed;
    return options;
  }
  if (arguments.address.empty()) return usage_error("--address is required (see --help)");
  if (!arguments.question.empty()) options.question = question_of(arguments.question);
  Result<Address> address = parse_address(arguments.address);
  if (!address) return usage_error("--address: " + address.error().message);
  options.address = *std::move(address);
  std::variant<std::string, EarlyExit> key = read_key(arguments);
  if (auto* failed = std::get_if<EarlyExit>(&key)) return *failed;
  options.server.authkey = std::get<std::string>(std::move(key));
  if (const auto failed = take_store(arguments, options.server)) return *failed;
  options.print_stats = arguments.stats;
  options.server.shared_memory = !arguments.no_shared_memory;
  if (arguments.exit_with_parent) options.server.parent = ::getppid();
  return options;
}

}  // namespace mp::manager
