// SPDX-License-Identifier: Apache-2.0
// How fast charges become durable, a thousand a transaction: append_bench SIDE EVENTS ACCOUNTS DIR. The sides are those
// of append_sides.cpp; PostgreSQL has a program of its own. Prints one JSON line.
#include <exception>
#include <iostream>

#include "tests/bench/append_run.hpp"

int main(int argc, char** argv) {
  using namespace creditfold::test;
  if (argc != 5) {
    std::cerr << "append_bench ours|indexed-sqlite|bare-segments EVENTS ACCOUNTS DIR\n";
    return 2;
  }
  try {
    const AppendRun run = append_run(argv[1], argv + 2);
    run_append(run, [&run] {
      std::unique_ptr<AppendSide> side = open_side(run.name, run.directory);
      if (!side) throw std::runtime_error("there is no such side");
      return side;
    });
  } catch (const std::exception& error) {
    std::cerr << "append_bench: " << argv[1] << ": " << error.what() << "\n";
    return 1;
  }
  return 0;
}
