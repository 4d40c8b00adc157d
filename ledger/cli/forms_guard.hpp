// SPDX-License-Identifier: Apache-2.0
// The options of commands of two words: gov matrix and attest, tokens create, list and revoke. Part of arguments.cpp.
#pragma once

#include "ledger/cli/form.hpp"

namespace creditfold::cli {

[[nodiscard]] CLI::App& gov_family(CLI::App& app);
[[nodiscard]] Form<GovMatrixOptions> gov_matrix_form(CLI::App& gov);
[[nodiscard]] Form<GovAttestOptions> gov_attest_form(CLI::App& gov);

[[nodiscard]] CLI::App& tokens_family(CLI::App& app);
[[nodiscard]] Form<TokensCreateOptions> tokens_create_form(CLI::App& tokens);
[[nodiscard]] Form<TokensListOptions> tokens_list_form(CLI::App& tokens);
[[nodiscard]] Form<TokensRevokeOptions> tokens_revoke_form(CLI::App& tokens);

}  // namespace creditfold::cli
