# Compiles the report's page and schema into a program, so that a report needs no file beside it.
#
#   include(report/embed.cmake)
#   mpspec_embed_report(conformance_report)     # adds the generated source to that target
#
# The same file is the script that writes the source when one of the embedded files has changed.
# The bytes go through hexadecimal: no delimiter, character or length can get in their way.

set(MPSPEC_REPORT_FOLDER ${CMAKE_CURRENT_LIST_DIR})

# NAME is the function that returns the text; the files after it are joined in this order.
set(MPSPEC_EMBEDDED_page page/page.html)
set(MPSPEC_EMBEDDED_style page/style.css page/table.css page/clause.css page/print.css)
set(MPSPEC_EMBEDDED_script page/dom.js page/data.js page/score.js page/markdown.js page/clause.js
    page/disagreements.js page/table.js page/state.js page/toolbar.js page/main.js)
set(MPSPEC_EMBEDDED_schema schema.json)
set(MPSPEC_EMBEDDED_NAMES page style script schema)

function(mpspec_embed_report target)
  set(inputs)
  foreach(name IN LISTS MPSPEC_EMBEDDED_NAMES)
    list(APPEND inputs ${MPSPEC_EMBEDDED_${name}})
  endforeach()
  list(TRANSFORM inputs PREPEND ${MPSPEC_REPORT_FOLDER}/)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/mpspec_embedded_report.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DMPSPEC_EMBED_OUTPUT=${output} -P ${MPSPEC_REPORT_FOLDER}/embed.cmake
    DEPENDS ${inputs} ${MPSPEC_REPORT_FOLDER}/embed.cmake
    COMMENT "Embedding the report's page"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

function(mpspec_write_embedded output)
  set(source "// Made by report/embed.cmake.\n#include \"report/embedded.hpp\"\n\n")
  string(APPEND source "namespace mpspec::embedded {\n")
  foreach(name IN LISTS MPSPEC_EMBEDDED_NAMES)
    set(bytes "")
    foreach(file IN LISTS MPSPEC_EMBEDDED_${name})
      file(READ ${MPSPEC_REPORT_FOLDER}/${file} hex HEX)
      string(APPEND bytes ${hex})
    endforeach()
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND source
      "static const unsigned char bytes_of_${name}[] = {\n${bytes}};\n"
      "std::string_view ${name}() {\n"
      "  return {reinterpret_cast<const char*>(bytes_of_${name}), sizeof bytes_of_${name}};\n}\n")
  endforeach()
  string(APPEND source "}  // namespace mpspec::embedded\n")
  file(WRITE ${output} "${source}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE AND MPSPEC_EMBED_OUTPUT)
  mpspec_write_embedded(${MPSPEC_EMBED_OUTPUT})
endif()
