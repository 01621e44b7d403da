#include <gtest/gtest.h>

#include "manager/testing/child_program.hpp"
#include "manager/testing/pythons.hpp"

// reference/python/mp_manager.py with unmodified CPythons. The cases are in drop_in.py.
namespace mp::manager::testing {
namespace {

TEST(PythonDropIn, IsUsedLikeMultiprocessingsManager) {
  with_each_python([](const std::string& python) {
    ChildProgram program(
        {python, "-B", "-W", "error::ResourceWarning", MP_INTEROP_FOLDER "/drop_in.py"},
        {"MP_MANAGER=" MP_MANAGER_PROGRAM, "PYTHONPATH=" MP_PYTHON_FOLDER});
    EXPECT_EQ(program.read_all(), "ok\n");
    EXPECT_EQ(program.wait(), 0);
  });
}

}  // namespace
}  // namespace mp::manager::testing
