// SPDX-License-Identifier: Apache-2.0
#include "ledger/read_model/read_model.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "events/chain/checkpoint.hpp"
#include "events/store/sqlite_fault.hpp"
#include "ledger/read_model/event_rows.hpp"
#include "ledger/read_model/sql_text.hpp"
#include "ledger/read_model/state_rows.hpp"
#include "ledger/read_model/tables.hpp"
#include "ledger/read_model/views.hpp"
#include "ledger/words.hpp"

namespace creditfold::read_model {
namespace {

// Pages kept in memory, in KiB: the tables grow at their ends, and an index is sorted in pieces of this size.
constexpr int cache_kib = 64 << 10;
// Positions whose departures are looked for at once.
constexpr std::int64_t departures_step = 1 << 16;

// The file is nobody's until it is whole, so that nothing of it needs to be taken back.
void prepare(SQLite::Database& database) {
  database.exec("PRAGMA journal_mode = OFF");
  database.exec("PRAGMA synchronous = OFF");
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec("PRAGMA cache_size = -" + std::to_string(cache_kib));
  database.exec("PRAGMA application_id = " + std::to_string(read_model_application_id));
  database.exec("PRAGMA user_version = " + std::to_string(read_model_schema));
  database.exec("BEGIN");
  database.exec(expand_tables(tables_sql));
}

void add_departures(SQLite::Database& database, const Partition& log, std::int64_t to) {
  Rows departed = Rows::into(database, "departed", "first_seq, last_seq, account, to_region");
  for (std::int64_t after = 0; after < to; after += departures_step) {
    for (const Departed& run : log.departed(after, std::min(after + departures_step, to))) {
      departed.put(run.first_seq, run.last_seq, run.account, run.to);
    }
  }
}

void add_catalog(SQLite::Database& database, const Catalog& catalog) {
  Rows plans =
      Rows::into(database, "plans",
                 "plan, rank, on_exhaustion, stop_at_percent, rate_card, increment_micro, increment_price_minor, "
                 "increment_currency, overage_price_minor, overage_currency");
  const auto minor = [](const std::optional<Money>& money) {
    return money ? std::optional<std::int64_t>(money->minor) : std::nullopt;
  };
  const auto currency = [](const std::optional<Money>& money) {
    return money ? std::optional<std::string>(money->code()) : std::nullopt;
  };
  for (const auto& [id, plan] : catalog.plans) {
    plans.put(id, plan.rank, plan.on_exhaustion, plan.stop_at_percent, plan.rate_card, plan.increment,
              minor(plan.increment_price), currency(plan.increment_price), minor(plan.overage_price),
              currency(plan.overage_price));
  }
  Rows rates =
      Rows::into(database, "rates", "rate_card, model, provider, query_micro, input_micro, output_micro, beta, gov");
  for (const auto& [card, of] : catalog.rate_cards) {
    for (const auto& [id, model] : of.models) {
      rates.put(card, id, model.provider, model.query, model.input, model.output, model.beta, model.gov);
    }
  }
}

// Those that any amount is in.
void add_currencies(SQLite::Database& database) {
  std::vector<std::string> found;
  SQLite::Statement query(database,
                          "SELECT currency FROM invoice_lines UNION SELECT currency FROM invoice_parts "
                          "UNION SELECT currency FROM lots WHERE currency IS NOT NULL "
                          "UNION SELECT currency FROM seats WHERE currency IS NOT NULL "
                          "UNION SELECT increment_currency FROM plans WHERE increment_currency IS NOT NULL "
                          "UNION SELECT overage_currency FROM plans WHERE overage_currency IS NOT NULL");
  while (query.executeStep()) found.push_back(query.getColumn(0).getString());
  Rows currencies = Rows::into(database, "currencies", "currency, digits");
  for (const std::string& currency : found) currencies.put(currency, minor_digits(currency));
}

bool write(const Partition& log, const Catalog& catalog, const Asked& asked, SQLite::Database& database) {
  prepare(database);
  const TreeHead moment = log.tree();  // position and root of one append
  EventRows events(database);
  const auto add = [&](Event&& event) {
    events.add(event);
    if (asked.progress) asked.progress(event.seq);
    return true;
  };
  if (asked.account) {
    log.read_account(*asked.account, 0, moment.size, add);
    if (events.book().accounts().empty()) return false;
  } else {
    log.read(0, moment.size, add);
    add_departures(database, log, moment.size);
  }
  StateRows states(database);
  const std::map<AccountId, AccountRows>& rows = events.accounts();
  for (const auto& [account, state] : events.book().accounts()) states.add(state, rows.at(account));
  add_catalog(database, catalog);
  add_currencies(database);
  Rows::into(database, "meta", "id, schema, program, region, only, position, root, fingerprint, catalog, at_micros")
      .put(1, read_model_schema, asked.program, log.region(), asked.account, moment.size, to_base64(moment.root),
           to_hex(fingerprint(events.book())), catalog.name, asked.now);
  database.exec(indexes_sql);
  database.exec(expand_views(views_sql));
  database.exec("ANALYZE");
  database.exec("COMMIT");
  return true;
}

}  // namespace

bool write_read_model(const Partition& log, const Catalog& catalog, const Asked& asked,
                      const std::filesystem::path& file) {
  return with_faults(file, "writing", [&] {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    return write(log, catalog, asked, database);
  });
}

}  // namespace creditfold::read_model
