// SPDX-License-Identifier: Apache-2.0
// creditfold balance, creditfold accounts: questions to a data directory, which a service may be writing meanwhile.
#include "ledger/cli/balance_text.hpp"

#include <boost/json.hpp>

#include "ledger/cli/books.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/members.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/replay.hpp"
#include "ledger/statement.hpp"
#include "ledger/words.hpp"

namespace creditfold::cli {
namespace {

std::string accounts_json(const Book& book) {
  JsonWriter out;
  out.open('{').key("accounts").open('[');
  for (const auto& [account, state] : book.accounts()) {
    out.open('{')
        .field("account", account)
        .field("version", state.version)
        .field("environment", state.environment)
        .field("region", state.region)
        .field("fingerprint", fingerprint(state))
        .close('}');
  }
  out.close(']').close('}');
  return out.take();
}

std::string accounts_text(const Book& book) {
  if (book.accounts().empty()) return "No accounts yet.";
  Table table(
      {{"Account"}, {"Version", Align::right}, {"Environment"}, {"Region"}, {"Newest event at"}, {"Fingerprint"}});
  for (const auto& [account, state] : book.accounts()) {
    table.row({account.value, grouped(state.version), std::string(to_name(state.environment)), state.region.value,
               short_time(to_text(state.latest_at)), to_hex(fingerprint(state))});
  }
  std::string text = table.text();
  text.pop_back();
  return text;
}

}  // namespace

std::string refusal_text(std::string_view answer) {
  const auto text_of = [](const boost::json::value& value) {
    return harmless(boost::json::value_to<std::string>(value));
  };
  const boost::json::value parsed = boost::json::parse(answer);
  const boost::json::object& refused = parsed.at("refused").as_object();
  std::string text = text_of(refused.at("message")) + " (" + text_of(refused.at("code"));
  if (refused.at("clause").is_string()) text += ", " + text_of(refused.at("clause"));
  const char* between = "; ";
  for (const auto& detail : refused.at("details").as_object()) {
    text += between + std::string(detail.key()) + " " + text_of(detail.value());
    between = ", ";
  }
  return text + ")";
}

std::string refused_code(std::string_view answer) {
  const boost::json::value parsed = boost::json::parse(answer);
  const boost::json::value* refused = parsed.as_object().if_contains("refused");
  return refused == nullptr ? std::string() : boost::json::value_to<std::string>(refused->at("code"));
}

ExitStatus tell_refused_answer(const std::string& answer, bool json) {
  say(refusal_text(answer));
  if (json) print(answer);
  return ExitStatus::refused;
}

ExitStatus tell_refusal(const Refusal& refusal, bool json) {
  return tell_refused_answer(
      to_json(Answer{.key = std::nullopt, .refused = refusal, .accepted = {}, .replayed = false}), json);
}

ExitStatus refuse_unknown_account(const AccountId& account, bool json, bool then) {
  std::string sentence = no_account_text(account, then);
  if (account.value == default_account) {
    sentence += " It is the one meant when --account names none; creditfold accounts lists them.";
  }
  return tell_refusal({RefusalCode::unknown_account, "", sentence, {{"account", account.value}}}, json);
}

ExitStatus run(const BalanceOptions& options) {
  const auto view = steadily(options.data, [&](const SqlitePartitions& partitions) -> std::optional<View> {
    const SqliteLog* log = partitions.home_of(options.account);
    if (log == nullptr) return std::nullopt;
    return view_as_of(*log, options.account, {.at = options.at, .seq = options.as_of}, machine_now());
  });
  if (!view) return refuse_unknown_account(options.account, options.json, options.at || options.as_of);
  const std::string json = balance_json(view->state, view->moment);
  return print(options.json ? json : balance_text(json));
}

ExitStatus run(const AccountsOptions& options) {
  const Book book = fold_directory(options.data);
  return print(options.json ? accounts_json(book) : accounts_text(book));
}

}  // namespace creditfold::cli
