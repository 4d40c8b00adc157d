// SPDX-License-Identifier: Apache-2.0
// From argv to what a command was asked. Looks at nothing but the words and the environment's CREDITFOLD_DATA.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "ledger/cli/commands.hpp"

namespace creditfold::cli {

// The program is to say something and end: help on standard output, or on standard error what was wrong.
struct Told {
  ExitStatus status = ExitStatus::done;
  std::string text;  // without a line end
};

[[nodiscard]] std::variant<Options, Told> parse_arguments(int argc, const char* const* argv);

}  // namespace creditfold::cli
