#pragma once

#include <string>
#include <vector>

#include "measure.hpp"

namespace mp::bench {

/// The head of the table, and a line for each row as it comes.
void print_head();
void print(const Row& row);

/// Writes {"rows": [...]}; false when it cannot.
bool write_json(const std::string& path, const std::vector<Row>& rows);

}  // namespace mp::bench
