// SPDX-License-Identifier: Apache-2.0
// creditfold gov: the responsibility matrix for a gov account or the operator, and the account's attestation. Who owns
// the data directory is the operator; what is asked for an account is recorded as asked by it (GOV-2).
#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/gov_matrix.hpp"
#include "ledger/json.hpp"
#include "ledger/statement.hpp"

namespace creditfold::cli {
namespace {

// Nothing: there is no such account.
std::optional<AccountState> state_of(const std::string& data, const AccountId& account) {
  return in_home(data, account, [&](const Log& log) -> std::optional<AccountState> {
    auto view = view_as_of(log, account, {}, machine_now());
    return view ? std::optional(std::move(view->state)) : std::nullopt;
  });
}

// Nothing: it is a gov account.
std::optional<ExitStatus> refuse_others(const std::optional<AccountState>& state, const AccountId& account,
                                        bool as_json) {
  if (!state) return refuse_unknown_account(account, as_json);
  if (state->environment == Environment::gov) return std::nullopt;
  return tell_refusal({RefusalCode::not_authorized_in_gov, "GOV-2",
                       "The responsibility matrix is for gov accounts and the operator.", {{"account", account.value}}},
                      as_json);
}

// The ledger's answer.
std::string record(const std::string& data, const AccountState& state, const TermsId& terms) {
  const auto answerer = open_answerer(data, std::nullopt, {});
  std::string answer;
  for (int attempt = 0; attempt < gov::record_attempts_max; ++attempt) {
    const std::vector<Line> commands{Line{1, gov::record_command(state, terms, attempt)}};
    answer = answerer->answer(commands).front();
    if (refused_code(answer) != to_name(RefusalCode::key_reused)) break;
  }
  return answer;
}

std::string whole_matrix_text() {
  std::string text =
      "Responsibility matrix " + std::string(gov::matrix_version) + ", NIST SP 800-53 rev. 5. Confidential.\n";
  for (const gov::Control& control : gov::controls()) {
    text += '\n' + std::string(control.id) + "  " + std::string(control.title) + "\n        " +
            std::string(gov::to_name(control.responsible)) + ", " +
            (control.met == gov::Met::not_met ? "not met" : std::string(gov::to_name(control.met))) + '\n';
    text += "  Here: " + std::string(control.how) + '\n';
    if (!control.gap.empty()) text += "  Not here: " + std::string(control.gap) + '\n';
    text += "  Customer: " + std::string(control.customer) + "\n  Where:";
    for (const gov::Part& part : control.parts) {
      if (!part.name.empty()) text += "  " + std::string(part.name);
    }
    text += '\n';
  }
  text.pop_back();
  return text;
}

}  // namespace

ExitStatus run(const GovMatrixOptions& options) {
  if (options.account) {
    const auto state = state_of(options.data, *options.account);
    if (const auto refused = refuse_others(state, *options.account, options.json)) return *refused;
    const std::string answer = record(options.data, *state, gov::requested_terms());
    if (!refused_code(answer).empty()) return tell_refused_answer(answer, options.json);
  }
  return print(options.json ? gov::matrix_json() : whole_matrix_text());
}

ExitStatus run(const GovAttestOptions& options) {
  const auto state = state_of(options.data, *options.account);
  if (const auto refused = refuse_others(state, *options.account, options.json)) return *refused;
  const std::string answer = record(options.data, *state, gov::attested_terms());
  if (!refused_code(answer).empty()) return tell_refused_answer(answer, options.json);
  if (options.json) return print(answer);
  return print(options.account->value + " attests to its part of the responsibility matrix " +
               std::string(gov::matrix_version) + ".");
}

}  // namespace creditfold::cli
