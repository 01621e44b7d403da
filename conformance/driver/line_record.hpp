// A record of what the suite and the actors say to one another.
#pragma once

#include <string>
#include <string_view>

namespace mpspec {

/// From now on every line of every connection of this process, and of those forked from it, is
/// appended to that file: "> " and what the suite sent, "< " and what an actor sent. Throws
/// std::runtime_error when the file cannot be opened.
void record_lines(const std::string& path);

/// Appends a line to the record, if there is one.
void record_line(std::string_view direction, std::string_view line);

}  // namespace mpspec
