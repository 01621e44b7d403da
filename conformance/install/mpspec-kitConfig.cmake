# find_package(mpspec-kit): the target mpspec::kit.
include(CMakeFindDependencyMacro)
find_dependency(nlohmann_json)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/mpspec-kitTargets.cmake)
