// SPDX-License-Identifier: Apache-2.0
// creditfold keys: the customer's own key shown, rotated, revoked or checked, and the classes of data. Changes are
// commands like any other, and go to the service that holds the directory.
#include <boost/json.hpp>

#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/keys_text.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/text_opener.hpp"
#include "ledger/data_classes.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/key_report.hpp"
#include "ledger/statement.hpp"

namespace creditfold::cli {
namespace {

// nullopt: there is no such account.
std::optional<std::string> report_of(const Log& log, const KeysOptions& options) {
  const auto view = view_as_of(log, options.account, {}, machine_now());
  if (!view) return std::nullopt;
  TextOpener opener(log, options.data, options);
  KeyReport report;
  log.read_account(options.account, 0, -1, [&](Event&& event) {
    const bool shown =
        std::holds_alternative<KeyRotated>(event.payload) || std::holds_alternative<KeyRevoked>(event.payload);
    const bool opened = shown && opener.open(event);  // only what is printed
    report.take(event);
    if (opened) report.opened(event);
    return true;
  });
  return report.json(view->state, load_catalog(options.catalog), view->moment, KeyWhatIf::nothing);
}

ExitStatus show(const KeysOptions& options) {
  const auto json = in_home(options.data, options.account, [&](const Log& log) { return report_of(log, options); });
  if (!json) return refuse_unknown_account(options.account, options.json);
  return print(options.json ? *json : keys_text(*json));
}

// The idempotency key says what was asked and when: asking twice is two rotations.
std::string command_text(const KeysOptions& options, std::string_view command) {
  JsonWriter out;
  out.open('{')
      .field("command", command)
      .field("account", options.account)
      .field("key", std::string_view("cli:" + std::string(command) + ":" + to_text(machine_now())))
      .field("key_arn", options.key_arn)
      .field("reason", options.reason ? std::optional(Text{*options.reason}) : std::nullopt)
      .close('}');
  return out.take();
}

ExitStatus change(const KeysOptions& options, std::string_view command) {
  const auto answerer = open_answerer(options.data, options.catalog, options);
  const Line line{.number = 1, .text = command_text(options, command)};
  const std::string answer = answerer->answer({&line, 1}).front();
  if (!refused_code(answer).empty()) return tell_refused_answer(answer, options.json);
  if (options.json) return print(answer);
  return print(command == "RevokeKey" ? "The key is revoked; what it sealed is sealed for good."
                                      : "The key is in use now; nothing of the log was rewritten.");
}

ExitStatus check(const KeysOptions& options) {
  try {
    const auto answer =
        open_answerer(options.data, options.catalog, options)->check_key(options.account, options.key_arn);
    print(options.json ? answer : key_check_text(answer));
    return boost::json::parse(answer).at("usable").as_bool() ? ExitStatus::done : ExitStatus::refused;
  } catch (const UnknownAccount&) {
    return refuse_unknown_account(options.account, options.json);
  }
}

void require_arn(const KeysOptions& options, bool wanted) {
  if (options.key_arn.has_value() == wanted) return;
  throw UsageError(wanted ? "name the key's ARN: creditfold keys rotate ARN" : "an ARN is not expected here");
}

}  // namespace

ExitStatus run(const KeysOptions& options) {
  switch (options.action) {
    case KeysOptions::Action::show:
      require_arn(options, false);
      return show(options);
    case KeysOptions::Action::rotate:
      require_arn(options, true);
      return change(options, "RotateKey");
    case KeysOptions::Action::revoke:
      require_arn(options, false);
      return change(options, "RevokeKey");
    case KeysOptions::Action::check:
      return check(options);
    case KeysOptions::Action::classes:
      require_arn(options, false);
      return print(options.json ? data_classes_json() : data_classes_text());
  }
  return ExitStatus::usage;
}

}  // namespace creditfold::cli
