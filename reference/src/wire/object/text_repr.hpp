#pragma once

#include <string>
#include <string_view>

/// repr() of what is not a container, appended to `out`.
namespace mp::detail {

void append_float_repr(std::string& out, double value);
void append_complex_repr(std::string& out, double real, double imaginary);
void append_str_repr(std::string& out, std::string_view utf8);
/// With the prefix b. `escape_single`: single quotes are escaped also between double ones, as a
/// bytearray has it.
void append_bytes_repr(std::string& out, std::string_view bytes, bool escape_single);

}  // namespace mp::detail
