#pragma once

#include <string>

namespace mp {

/// The key of this process: 32 random bytes at first, inherited by forked children. A manager
/// without a key of its own uses it, and so does a proxy of a server that this process knows only
/// from the proxy.
/// Sharing: any thread.
/// Source:  Python library, `multiprocessing.current_process().authkey`.
std::string current_authkey();
void set_current_authkey(std::string authkey);

}  // namespace mp
