// SPDX-License-Identifier: Apache-2.0
// A simulation for people: written from the same document that --json prints.
#pragma once

#include <string>
#include <string_view>

namespace creditfold::cli {

[[nodiscard]] std::string simulation_text(std::string_view simulation_json);

}  // namespace creditfold::cli
