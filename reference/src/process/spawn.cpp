#include "process/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <map>
#include <mutex>

#include "base/unique_fd.hpp"
#include "mp/assert.hpp"

namespace mp {
namespace process {
namespace {

/// What a spawned child finds where: its birth and call in one file, the descriptors of its
/// arguments behind it, in order and without gaps.
constexpr int kPayloadFd = 3;
constexpr int kFirstDescriptor = 4;
constexpr std::string_view kMark = "--mp-spawned";
constexpr std::uint64_t kPayloadMagic = 0x31776e7053'706d;  // "mpSpnw1"

struct InheritedValue {
  std::function<std::string()> save;
  std::function<void(std::string)> restore;
};

/// Filled before main(); a name stands for the same thing in parent and child, which are one
/// program.
template <class T>
std::map<std::string, T>& registered() {
  static std::map<std::string, T>& known = *new std::map<std::string, T>;
  return known;
}

/// argv[0] of this program, once spawn_main() was called.
std::atomic<const char*> g_program{nullptr};

void pack_birth(Packer& packer, const Birth& birth) {
  packer.number(kPayloadMagic);
  packer.bytes(bytes_view(birth.name));
  packer.number(birth.daemon);
  packer.number(static_cast<std::uint64_t>(birth.parent_death_signal));
  packer.number(birth.numbers.size());
  for (const int number : birth.numbers) packer.number(static_cast<std::uint64_t>(number));
  packer.bytes(bytes_view(birth.parent.name));
  packer.number(static_cast<std::uint64_t>(birth.parent.pid));
  packer.number(registered<InheritedValue>().size());
  for (const auto& [name, value] : registered<InheritedValue>()) {
    packer.bytes(bytes_view(name));
    packer.bytes(bytes_view(value.save()));
  }
}

Result<std::string> unpack_text(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const Bytes bytes, unpacker.bytes());
  return std::string(text_view(bytes));
}

Result<Birth> unpack_birth(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const std::uint64_t magic, unpacker.number());
  if (magic != kPayloadMagic) return Error{ErrorCode::Malformed, "no payload of a spawned child"};
  Birth birth{};
  MP_TRY_ASSIGN(birth.name, unpack_text(unpacker));
  MP_TRY_ASSIGN(birth.daemon, unpacker.number());
  MP_TRY_ASSIGN(const std::uint64_t signal, unpacker.number());
  birth.parent_death_signal = static_cast<int>(signal);
  MP_TRY_ASSIGN(std::uint64_t count, unpacker.number());
  for (; count > 0; --count) {
    MP_TRY_ASSIGN(const std::uint64_t number, unpacker.number());
    birth.numbers.push_back(static_cast<int>(number));
  }
  MP_TRY_ASSIGN(birth.parent.name, unpack_text(unpacker));
  MP_TRY_ASSIGN(const std::uint64_t parent, unpacker.number());
  birth.parent.pid = static_cast<pid_t>(parent);
  MP_TRY_ASSIGN(count, unpacker.number());
  for (; count > 0; --count) {
    MP_TRY_ASSIGN(const std::string name, unpack_text(unpacker));
    MP_TRY_ASSIGN(std::string value, unpack_text(unpacker));
    const auto known = registered<InheritedValue>().find(name);
    if (known != registered<InheritedValue>().end()) known->second.restore(std::move(value));
  }
  return birth;
}

/// The target of the call that was packed.
Result<Process::Target> unpack_call(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const std::string function, unpack_text(unpacker));
  const auto known = registered<UnpackCall>().find(function);
  if (known == registered<UnpackCall>().end()) {
    return Error{ErrorCode::NotFound,
                 "no function '" + function + "' is registered with mp::SpawnFunction"};
  }
  MP_TRY_ASSIGN(Process::Target target, known->second(unpacker));
  MP_TRY(unpacker.finish());
  return target;
}

Result<base::UniqueFd> write_payload(const Parcel& parcel) {
  base::UniqueFd fd(::memfd_create("mp-spawn", MFD_CLOEXEC));
  if (!fd) return system_error("memfd_create", errno);
  const std::uint64_t descriptor_count = parcel.descriptors().size();
  if (::write(fd.get(), &descriptor_count, sizeof descriptor_count) < 0) {
    return system_error("the payload of a child", errno);
  }
  const Bytes& bytes = parcel.bytes();
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (written < 0) return system_error("the payload of a child", errno);
    done += static_cast<std::size_t>(written);
  }
  return fd;
}

Result<Parcel> read_payload() {
  const base::UniqueFd fd(kPayloadFd);
  struct stat status {};
  std::uint64_t descriptor_count = 0;
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      ::pread(fd.get(), &descriptor_count, sizeof descriptor_count, 0) != sizeof descriptor_count) {
    return Error{ErrorCode::Malformed,
                 "there is no payload; only mp::Process passes " + std::string(kMark)};
  }
  Bytes bytes(static_cast<std::size_t>(status.st_size) - sizeof descriptor_count);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::pread(fd.get(), bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(sizeof descriptor_count + done));
    if (got <= 0) return system_error("the payload of a spawned child", errno);
    done += static_cast<std::size_t>(got);
  }
  std::vector<int> descriptors;
  for (std::uint64_t n = 0; n < descriptor_count; ++n) {
    const int descriptor = kFirstDescriptor + static_cast<int>(n);
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
      return Error{ErrorCode::Malformed, "a descriptor of its arguments is missing"};
    }
    descriptors.push_back(descriptor);
  }
  return Parcel(std::move(bytes), std::move(descriptors));
}

/// Where the child's descriptors lie, and that it has no others.
class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

  /// Copies first to numbers above all that the child is to have, so that none is overwritten
  /// before it was copied.
  Result<void> place(int payload, const std::vector<int>& descriptors) {
    const int end = kFirstDescriptor + static_cast<int>(descriptors.size());
    int target = kPayloadFd;
    MP_TRY(place_one(payload, target++, end));
    for (const int descriptor : descriptors) MP_TRY(place_one(descriptor, target++, end));
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, end);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    return {};
  }

 private:
  Result<void> place_one(int descriptor, int target, int end) {
    base::UniqueFd copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, end));
    if (!copy) return system_error("a descriptor cannot be copied", errno);
    ::posix_spawn_file_actions_adddup2(&actions_, copy.get(), target);
    copies_.push_back(std::move(copy));
    return {};
  }

  posix_spawn_file_actions_t actions_;
  std::vector<base::UniqueFd> copies_;
};

[[noreturn]] void run_spawned_child() {
  const auto fail = [](const Error& error) {
    std::fprintf(stderr, "a spawned process cannot begin: %s\n", error.message.c_str());
    ::_exit(1);
  };
  auto parcel = read_payload();
  if (!parcel) fail(parcel.error());
  Unpacker unpacker(Transport::Inheritance, *std::move(parcel));
  auto birth = unpack_birth(unpacker);
  if (!birth) fail(birth.error());
  auto target = unpack_call(unpacker);
  if (!target) fail(target.error());
  birth->target = *std::move(target);
  run_child(*std::move(birth));
}

}  // namespace

void register_spawn_function(std::string name, UnpackCall unpack) {
  const bool is_new = registered<UnpackCall>().emplace(std::move(name), std::move(unpack)).second;
  MP_ASSERT(is_new);
}

Inherited::Inherited(std::string name, std::function<std::string()> save,
                     std::function<void(std::string)> restore) {
  const bool is_new =
      registered<InheritedValue>()
          .emplace(std::move(name), InheritedValue{std::move(save), std::move(restore)})
          .second;
  MP_ASSERT(is_new);
}

Result<pid_t> spawn_child(const Birth& birth, const SpawnCall& call) {
  const char* program = g_program.load();
  if (program == nullptr) {
    return Error{ErrorCode::InvalidArgument,
                 "a process can only be spawned by a program whose main() begins with "
                 "mp::spawn_main(argc, argv)"};
  }
  Packer packer(Transport::Inheritance);
  pack_birth(packer, birth);
  packer.bytes(bytes_view(call.function()));
  MP_TRY(call.pack_arguments(packer));
  const Parcel parcel = std::move(packer).finish();
  MP_TRY_ASSIGN(const base::UniqueFd payload, write_payload(parcel));
  FileActions actions;
  MP_TRY(actions.place(payload.get(), parcel.descriptors()));

  std::string name = program;
  std::string mark(kMark);
  std::array<char*, 3> arguments = {name.data(), mark.data(), nullptr};
  pid_t pid = 0;
  if (const int error =
          ::posix_spawn(&pid, "/proc/self/exe", actions.get(), nullptr, arguments.data(), environ);
      error != 0) {
    return system_error("posix_spawn", error);
  }
  return pid;
}

}  // namespace process

void spawn_main(int argc, char** argv) {
  process::g_program = argc > 0 ? argv[0] : "";
  if (argc == 2 && argv[1] == process::kMark) process::run_spawned_child();
}

}  // namespace mp
