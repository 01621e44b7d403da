#pragma once

#include <span>

#include "manager/ring/layout.hpp"
#include "mp/clock.hpp"

namespace mp::manager {

/// How many words one thread may sleep on.
inline constexpr std::size_t kWordsMax = 128;

/// Sleeps while the private `news` is `seen` and every one of `words`, which other processes share,
/// is kAsleep; for `at_most` that long. Returns early for any reason. False, at once, where the
/// kernel cannot do that (before Linux 5.16), or for more than kWordsMax words.
bool sleep_on_words(shm::FutexWord& news, std::uint32_t seen,
                    std::span<shm::FutexWord* const> words, Timeout at_most);

}  // namespace mp::manager
