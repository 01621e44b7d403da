#include "history/program_json.hpp"

#include <gtest/gtest.h>

namespace mpspec {
namespace {

TEST(ProgramJson, ComesBackAsItWas) {
  const StoredProgram stored{"manager.dict",
                             {Value(1)},
                             {{{"clear", {}}}, {{{"__setitem__", {"k", 5}}}, {{"get", {"k"}}}}}};
  const StoredProgram read = program_from_text(to_json(stored).dump());
  EXPECT_EQ(read.type, "manager.dict");
  EXPECT_EQ(to_json(read), to_json(stored));
  ASSERT_EQ(read.program.actors.size(), 2U);
  EXPECT_EQ(read.program.actors[0][0].method, "__setitem__");
  EXPECT_EQ(read.program.actors[0][0].args[1], Value(5));
}

TEST(ProgramJson, WhatIsNoneIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"mpspec_program": 2})", R"({"mpspec_program": 1})",
                           R"({"mpspec_program": 1, "type": "x", "args": [], "prefix": 5})"})
    EXPECT_THROW(program_from_text(text), HistoryError) << text;
}

}  // namespace
}  // namespace mpspec
