// SPDX-License-Identifier: Apache-2.0
// The tables whose shape changed are made anew beside the old ones, filled, and put in their place.
#include "events/store/sqlite_upgrade.hpp"

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "events/store/sqlite_rows.hpp"
#include "events/store/sqlite_schema.hpp"

namespace creditfold {
namespace {

void sql_key_hash(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
  sqlite3_result_int64(context, key_hash(IdempotencyKey(std::string_view(text, size))));
}

// Today's schema without what is there already.
std::string schema_without_events() {
  std::string schema = sqlite_schema;
  const std::size_t start = schema.find("CREATE TABLE events (");
  schema.erase(start, schema.find("CREATE TABLE", start + 1) - start);
  return schema;
}

}  // namespace

void upgrade_from_1(SQLite::Database& database) {
  database.createFunction("key_hash", 1, true, nullptr, sql_key_hash, nullptr, nullptr, nullptr);
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec("PRAGMA legacy_alter_table=ON");  // what refers to the tables goes on naming them as it does
  database.exec("ALTER TABLE accounts RENAME TO old_accounts");
  database.exec("ALTER TABLE batches RENAME TO old_batches");
  database.exec(schema_without_events());
  database.exec("INSERT INTO accounts (id, name) SELECT id, name FROM old_accounts ORDER BY id");
  database.exec(
      "INSERT INTO batches (id, account, key, key_hash, digest, first_seq, count, \"check\") "
      "SELECT id, account, key, key_hash(key), digest, first_seq, count, \"check\" FROM old_batches ORDER BY id");
  database.exec("DROP TABLE old_batches");
  database.exec("DROP TABLE old_accounts");
  database.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
  transaction.commit();
  database.exec("PRAGMA legacy_alter_table=OFF");
}

}  // namespace creditfold
