# A compiler cache is looked for once: found later, it would change every command line, and so rebuild everything.
# cmake -DMP_CCACHE=ccache takes one into use, -DMP_CCACHE= does without.
if(NOT DEFINED MP_CCACHE)
  find_program(MP_CCACHE_FOUND ccache)
  if(NOT MP_CCACHE_FOUND)
    set(MP_CCACHE_FOUND "")
  endif()
  set(MP_CCACHE "${MP_CCACHE_FOUND}" CACHE STRING "The compiler cache; empty: none")
  unset(MP_CCACHE_FOUND CACHE)
endif()
if(MP_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${MP_CCACHE}")
endif()
