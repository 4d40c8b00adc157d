// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/archive_members.hpp"

#include <functional>
#include <memory>

#include "ledger/clauses.hpp"
#include "ledger/consent_statement.hpp"
#include "ledger/invoices.hpp"
#include "ledger/statement.hpp"

namespace creditfold::edge {
namespace {

std::string invoices_csv_of(const ExportedAccount& exported) {
  InvoiceWatch watch;
  const AsOf as_of{.at = std::nullopt, .seq = exported.to};
  static_cast<void>(view_as_of(exported.log, exported.account, as_of, exported.state.latest_at, std::ref(watch)));
  return invoices_csv(watch.lines(exported.state));
}

}  // namespace

Member text_member(std::string name, std::string about, std::string text) {
  return {std::move(name), std::move(about), [text = std::move(text)](const TextSink& sink) { sink(text); }};
}

std::vector<Member> members_of(const ExportedAccount& exported) {
  const LogRange range{.after = 0, .to = exported.to, .account = exported.account};
  const AsOf as_of{.at = std::nullopt, .seq = exported.to};
  const Instant moment = exported.state.latest_at;
  std::string catalog(exported.catalog_json);
  if (!catalog.ends_with('\n')) catalog += '\n';
  std::vector<Member> members;
  members.push_back(
      {"events.jsonl",
       "every event of the account, one a line; charges say ai_generated: true; text sealed with a key that cannot be "
       "used stays sealed",
       [&exported, range](const TextSink& sink) { write_json_lines(exported.log, range, sink, exported.open); }});
  members.push_back({"log.cflog",
                     "the same events in binary, with the keys of their commands; creditfold verify checks it",
                     [&exported, range, batches = std::make_shared<std::int64_t>(INT64_MAX)](const TextSink& sink) {
                       *batches = write_cflog(exported.log, range, sink, *batches);
                     }});
  members.push_back(text_member("balance.json", "plans, periods, lots, usage, seats and invoice lines",
                                balance_json(exported.state, moment) + "\n"));
  members.push_back(text_member("invoices.csv",
                                "the invoice lines, a row for each product, with the factors of each amount",
                                invoices_csv_of(exported)));
  members.push_back(
      {"charges.focus.csv", "charges and invoice lines in the columns of FOCUS 1.2",
       [&exported, range](const TextSink& sink) { write_focus(exported.log, range, exported.catalog, sink); }});
  const auto consents = consents_as_of(exported.log, exported.account, exported.catalog, as_of, moment);
  members.push_back(text_member("consents.json", "access, consents, terms, and what stands against each model",
                                consents.value_or("{}") + "\n"));
  members.push_back(
      text_member("catalog.json", "plans, rate cards, products and notices in force", std::move(catalog)));
  members.push_back(text_member("clauses.json", "the clauses that rules and refusals name", clauses_json() + "\n"));
  return members;
}

}  // namespace creditfold::edge
