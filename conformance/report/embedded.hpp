// The files that embed.cmake compiles into the program.
#pragma once

#include <string_view>

namespace mpspec::embedded {

std::string_view page();    // page/page.html, with {{...}} where the other parts go
std::string_view style();   // page/*.css
std::string_view script();  // page/*.js
std::string_view schema();  // schema.json

}  // namespace mpspec::embedded
