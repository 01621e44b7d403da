// What the adapter's command line says; main() sets it before anything else runs.
#pragma once

#include <mp/transfer.hpp>
#include <string>
#include <tuple>
#include <vector>

namespace adapter {

struct Settings {
  std::string name = "reference";            // of the backend, in the hello
  std::string start_method = "fork";         // of processes that name no other
  std::vector<std::string> manager_program;  // the servers of managers; empty for the library's own

  // As an argument of a spawned function.
  mp::Result<void> pack(mp::Packer& packer) const {
    return mp::Transfer<Parts>::pack(packer, {name, start_method, manager_program});
  }
  static mp::Result<Settings> unpack(mp::Unpacker& unpacker) {
    MP_TRY_ASSIGN(Parts parts, mp::Transfer<Parts>::unpack(unpacker));
    return std::make_from_tuple<Settings>(std::move(parts));
  }

 private:
  using Parts = std::tuple<std::string, std::string, std::vector<std::string>>;
};

inline Settings& settings() {
  static Settings the_settings;
  return the_settings;
}

}  // namespace adapter
