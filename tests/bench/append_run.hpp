// SPDX-License-Identifier: Apache-2.0
// Fills a side with charges, a thousand a transaction, one event a command, and prints one JSON line about it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "tests/bench/append_side.hpp"

namespace creditfold::test {

struct AppendRun {
  std::string name;
  std::size_t events = 0;
  std::size_t accounts = 0;
  std::filesystem::path directory;  // whose files are the side's, unless it tells its bytes itself
};

// What is timed is each transaction from events to durable. Afterwards, untimed: every event must be there, and a key
// of the first transaction must be refused where the side is unique. Throws std::runtime_error when it is not so.
void run_append(const AppendRun& run, const std::function<std::unique_ptr<AppendSide>()>& open);

// From a program's arguments EVENTS ACCOUNTS DIR.
[[nodiscard]] AppendRun append_run(std::string name, char** rest);

}  // namespace creditfold::test
