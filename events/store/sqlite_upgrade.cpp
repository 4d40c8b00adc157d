// SPDX-License-Identifier: Apache-2.0
// The tables whose shape changed are made anew beside the old ones, filled, and put in their place; the tree is made of
// the events that are there.
#include "events/store/sqlite_upgrade.hpp"

#include <sqlite3.h>

#include <limits>
#include <string>
#include <string_view>

#include "events/chain/merkle.hpp"
#include "events/store/sqlite_rows.hpp"
#include "events/store/sqlite_schema.hpp"
#include "events/store/sqlite_tree.hpp"

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

void renew_tables(SQLite::Database& database) {
  database.exec("ALTER TABLE accounts RENAME TO old_accounts");
  database.exec("ALTER TABLE batches RENAME TO old_batches");
  database.exec(schema_without_events());
  database.exec("INSERT INTO accounts (id, name) SELECT id, name FROM old_accounts ORDER BY id");
  database.exec(
      "INSERT INTO batches (id, account, key, key_hash, digest, first_seq, count, \"check\") "
      "SELECT id, account, key, key_hash(key), digest, first_seq, count, \"check\" FROM old_batches ORDER BY id");
  database.exec("DROP TABLE old_batches");
  database.exec("DROP TABLE old_accounts");
}

// Takes the events in the order of their positions, wherever their rows lie.
class TreeBuilder {
 public:
  TreeBuilder(SQLite::Database& database, const std::filesystem::path& file)
      : database_(database), file_(file), tree_(database, file) {
    tree_.create();
  }

  void build() {
    SQLite::Statement arrivals(database_, "SELECT first_seq, first_place, events FROM arrivals ORDER BY first_seq");
    while (arrivals.executeStep()) {
      const std::int64_t first_seq = arrivals.getColumn(0).getInt64();
      const std::int64_t first_place = arrivals.getColumn(1).getInt64();
      const std::int64_t events = arrivals.getColumn(2).getInt64();
      take("events", "seq", seq_ + 1, first_seq - 1, 0);
      take("arrived_events", "place", first_place, first_place + events - 1, first_seq - first_place);
    }
    take("events", "seq", seq_ + 1, std::numeric_limits<std::int64_t>::max(), 0);
    flush();
  }

 private:
  // A stream that left and is erased already has zeros for bytes. Its leaves are the zeros': what was there is gone,
  // and from now on it cannot be told otherwise.
  void take(const std::string& table, const std::string& place, std::int64_t first, std::int64_t last,
            std::int64_t shift) {
    SQLite::Statement rows(
        database_, "SELECT " + place + ", body, EXISTS (SELECT 1 FROM tombstones WHERE account = row.account) FROM " +
                       table + " AS row WHERE " + place + " >= ? AND " + place + " <= ? ORDER BY " + place);
    rows.bind(1, first);
    rows.bind(2, last);
    while (rows.executeStep()) {
      if (rows.getColumn(0).getInt64() + shift != ++seq_) {
        throw Fault(Fault::Kind::damaged, file_.string() + ": event " + std::to_string(seq_) + " is missing");
      }
      leaves_.push_back(leaf_hash(blob(rows.getColumn(1))));
      if (rows.getColumn(2).getInt() != 0) kept_.push_back({seq_, leaves_.back()});
      if (leaves_.size() == leaves_per_piece) flush();
    }
  }

  void flush() {
    frontier_ = tree_.extend(std::move(frontier_), leaves_);
    tree_.keep(kept_);
    leaves_.clear();
    kept_.clear();
  }

  static constexpr std::size_t leaves_per_piece = 4'096;

  SQLite::Database& database_;
  std::filesystem::path file_;
  SqliteTree tree_;
  Frontier frontier_;
  std::vector<TreeHash> leaves_;
  std::vector<KeptLeaf> kept_;
  std::int64_t seq_ = 0;
};

}  // namespace

void upgrade(SQLite::Database& database, const std::filesystem::path& file, std::int64_t format) {
  database.createFunction("key_hash", 1, true, nullptr, sql_key_hash, nullptr, nullptr, nullptr);
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec("PRAGMA legacy_alter_table=ON");  // what refers to the tables goes on naming them as it does
  if (format == sqlite_format_1) renew_tables(database);
  database.exec(sqlite_tree_schema);
  TreeBuilder(database, file).build();
  database.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
  transaction.commit();
  database.exec("PRAGMA legacy_alter_table=OFF");
}

}  // namespace creditfold
