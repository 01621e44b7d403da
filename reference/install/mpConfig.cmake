# find_package(mp): the target mp::mp.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(OpenSSL)
find_dependency(Boost 1.81)
include(${CMAKE_CURRENT_LIST_DIR}/mpTargets.cmake)
