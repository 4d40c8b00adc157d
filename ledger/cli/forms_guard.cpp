// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/forms_guard.hpp"

#include "ledger/edge/tokens.hpp"

namespace creditfold::cli {
namespace {

constexpr const char* guarding = "Guard";

// A command of several words: its own help, and one of the words below it.
CLI::App& family(CLI::App& app, const char* name, const char* description, const char* group) {
  CLI::App& command = *app.add_subcommand(name, description);
  command.group(group);
  command.set_help_flag("-h,--help", "Print this help");
  command.get_formatter()->column_width(27);
  command.get_formatter()->label("SUBCOMMAND", "COMMAND");
  command.require_subcommand(1, 1);
  return command;
}

}  // namespace

CLI::App& gov_family(CLI::App& app) {
  return family(app, "gov", "The responsibility matrix of a government account", guarding);
}

CLI::App& tokens_family(CLI::App& app) {
  return family(app, "tokens", "Who may reach the service: make, list and revoke tokens", guarding);
}

Form<GovMatrixOptions> gov_matrix_form(CLI::App& gov) {
  Form<GovMatrixOptions> form(gov, "matrix",
                              "The responsibility matrix, confidential; that an account asked is recorded", guarding);
  form.data();
  form.id<AccountId>("--account", "ID", "For this gov account", &GovMatrixOptions::account);
  form.flag("--operator", "For the operator", &GovMatrixOptions::by_operator);
  form.json();
  form.require([](const GovMatrixOptions& options) {
    if (options.account.has_value() == options.by_operator)
      refuse("--account", "say for whom: --account ID or --operator");
  });
  form.example("creditfold gov matrix --account agency");
  return form;
}

Form<GovAttestOptions> gov_attest_form(CLI::App& gov) {
  Form<GovAttestOptions> form(gov, "attest", "Record that a gov account attests to its part of the matrix", guarding);
  form.data();
  form.id<AccountId>("--account", "ID", "The gov account", &GovAttestOptions::account).required();
  form.json();
  form.example("creditfold gov attest --account agency");
  return form;
}

Form<TokensCreateOptions> tokens_create_form(CLI::App& tokens) {
  Form<TokensCreateOptions> form(tokens, "create", "Make a token; it is shown this once", guarding);
  form.data();
  form.flag("--operator", "For the operator: every account, every command", &TokensCreateOptions::for_operator);
  form.id<AccountId>("--account", "ID", "For this account, to read", &TokensCreateOptions::account);
  form.flag("--write", "And to send the account's own commands", &TokensCreateOptions::write);
  form.moment("--expires", "When it ends, as 2027-01-31T12:00:00Z (never)", &TokensCreateOptions::expires_at);
  form.take("--label", "TEXT", "What it is for, up to 128 bytes",
            [](TokensCreateOptions& options, const std::string& option, const std::string& text) {
              if (!is_plain_text(text, edge::label_bytes_max))
                refuse(option, "it is 1 to 128 bytes of UTF-8 without control characters");
              options.label = text;
            });
  form.json();
  form.require([](const TokensCreateOptions& options) {
    if (options.account.has_value() == options.for_operator)
      refuse("--account", "say for whom: --account ID or --operator");
    if (options.for_operator && options.write) refuse("--write", "an operator's token reads and writes");
  });
  form.example("creditfold tokens create --account acme --write --label ci");
  return form;
}

Form<TokensListOptions> tokens_list_form(CLI::App& tokens) {
  Form<TokensListOptions> form(tokens, "list", "All tokens, revoked ones too", guarding);
  form.data();
  form.json();
  form.example("creditfold tokens list");
  return form;
}

Form<TokensRevokeOptions> tokens_revoke_form(CLI::App& tokens) {
  Form<TokensRevokeOptions> form(tokens, "revoke", "Take a token back, from the next request on", guarding);
  form.data();
  form.json();
  form.text("ID", "", "The token's id, its 12 digits", &TokensRevokeOptions::id).required();
  form.example("creditfold tokens revoke 0123456789ab");
  return form;
}

}  // namespace creditfold::cli
