// Texts of several million characters, made and compared inside the actors.
#pragma once

#include <string>

#include "driver/program.hpp"

namespace mpspec {

/// A program that makes such a text in the variable `text`. It repeats itself nowhere at a fixed
/// distance (a Fibonacci word of two pieces), so that no block can be lost or swapped unseen.
inline Program make_large_text() {
  Program body;
  body.add("next", var("text"), var("shorter"))
      .set("shorter", var("text"))
      .set("text", var("next"));
  Program program;
  return program.set("shorter", "abcdefghijk")
      .set("text", "0123456789 multiprocessing!\n")
      .repeat(25, body)
      .set("shorter", Value())
      .set("next", Value());
}

/// Adds to a program that has made the text: sets `same` to whether the variable `received` equals
/// it, and drops both, which need not travel to the suite.
inline Program& compare_large_text(Program& program, const std::string& received) {
  Program once;
  once.break_if(var(received), var("text")).set("same", false).break_if(0, 0);
  return program.set("same", true).forever(once).set(received, Value()).set("text", Value());
}

}  // namespace mpspec
