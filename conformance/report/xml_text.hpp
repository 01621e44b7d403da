// Any bytes, as text that XML 1.0 allows.
#pragma once

#include <string>
#include <string_view>

namespace mpspec {

/// For element content. Messages come from backends, so they may hold anything: control characters
/// that XML forbids become their pictures (U+2400 and up), other forbidden characters and bytes
/// that are not UTF-8 become U+FFFD.
std::string xml_text(std::string_view bytes);

/// For a value in double quotes: white space is kept by character references too.
std::string xml_attribute(std::string_view bytes);

}  // namespace mpspec
