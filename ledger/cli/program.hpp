// SPDX-License-Identifier: Apache-2.0
// The whole program: words in, exit status out. Every failure ends here as one sentence on standard error.
#pragma once

namespace creditfold::cli {

// Throws nothing.
[[nodiscard]] int run_program(int argc, const char* const* argv) noexcept;

}  // namespace creditfold::cli
