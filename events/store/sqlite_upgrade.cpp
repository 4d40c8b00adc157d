// SPDX-License-Identifier: Apache-2.0
// The tables whose shape changed are made anew beside the old ones, filled, and put in their place; the tree
// is made of the events that are there.
#include "events/store/sqlite_upgrade.hpp"

#include <sqlite3.h>

#include <array>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "events/archive.hpp"
#include "events/chain/merkle.hpp"
#include "events/checksum.hpp"
#include "events/codec.hpp"
#include "events/store/sqlite_rows.hpp"
#include "events/store/sqlite_schema.hpp"
#include "events/store/sqlite_tree.hpp"

namespace creditfold {
namespace {

void sql_account_check(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[1]));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[1]));
  sqlite3_result_int64(context, account_check(sqlite3_value_int64(values[0]), AccountId(std::string_view(text, size))));
}

// Today's tables up to those that were there before.
std::string new_tables() {
  const std::string_view schema = sqlite_schema;
  return std::string(schema.substr(0, schema.find("CREATE TABLE arrived_batches")));
}

class Repacking {
 public:
  Repacking(SQLite::Database& database, const std::filesystem::path& file) : database_(database), file_(file) {}

  void run() {
    SQLite::Statement batches(
        database_,
        "SELECT old_batches.id, account, name, key, digest, first_seq, count, "
        "EXISTS (SELECT 1 FROM tombstones WHERE account = old_batches.account AND erased = 1) "
        "FROM old_batches JOIN accounts ON accounts.id = old_batches.account ORDER BY old_batches.id");
    SQLite::Statement events(database_, "SELECT seq, body, \"check\" FROM old_events WHERE batch = ? ORDER BY seq");
    std::int64_t last_seq = 0;
    while (batches.executeStep()) {
      const std::int64_t first_seq = batches.getColumn(5).getInt64();
      // A stream that arrived lies in between: a segment's positions follow one another.
      if (first_seq != last_seq + 1) finish();
      last_seq = first_seq + batches.getColumn(6).getInt64() - 1;
      add(batches, events);
      if (packer_.events() >= segment_events) finish();
    }
    finish();
  }

 private:
  void add(SQLite::Statement& row, SQLite::Statement& events) {
    const std::int64_t id = row.getColumn(0).getInt64();
    const std::int64_t stay = row.getColumn(1).getInt64();
    Batch& batch = batches_.emplace_back();
    batch.account = AccountId(row.getColumn(2).getString());
    batch.key = IdempotencyKey(row.getColumn(3).getString());
    const SQLite::Column digest = row.getColumn(4);
    const std::span<const std::uint8_t> bytes = blob(digest);
    if (bytes.size() >= batch.command.bytes.size()) {  // it was kept whole
      std::copy_n(bytes.begin(), batch.command.bytes.size(), batch.command.bytes.begin());
    }
    const auto [known, first] = versions_.try_emplace(stay, 0);
    if (first) {
      SQLite::Statement copied(database_, "SELECT events FROM arrivals WHERE account = ?");
      copied.bind(1, stay);
      if (copied.executeStep()) known->second = copied.getColumn(0).getInt64();
    }
    PackedBatch packed{stay, newest_[stay], known->second + 1, row.getColumn(6).getInt64(),
                       row.getColumn(7).getInt() != 0};
    known->second += packed.events;
    if (packer_.batches().empty()) {
      row_.first_batch = id;
      row_.first_seq = row.getColumn(5).getInt64();
    }
    if (!packed.gone) {
      events.bind(1, id);
      while (events.executeStep()) batch.events.push_back(event_in(events));
      events.reset();
      if (static_cast<std::int64_t>(batch.events.size()) != packed.events) {
        throw Fault(Fault::Kind::damaged, file_.string() + ": batch " + std::to_string(id) + " is not whole");
      }
    }
    packer_.add(packed, batch);
  }
  Event event_in(SQLite::Statement& row) {
    const std::int64_t seq = row.getColumn(0).getInt64();
    const SQLite::Column column = row.getColumn(1);
    const std::span<const std::uint8_t> body = blob(column);
    Expected<Event, DecodeError> event = decode_event(body);
    if (!event || event_check(seq, body) != row.getColumn(2).getInt64()) {
      throw Fault(Fault::Kind::damaged, file_.string() + ": event " + std::to_string(seq) + " is damaged");
    }
    return *std::move(event);
  }
  void finish() {
    if (packer_.batches().empty()) return;
    ++row_.id;
    row_.events = static_cast<std::int64_t>(packer_.events());
    row_.batches = static_cast<std::int64_t>(packer_.batches().size());
    for (const PackedBatch& batch : packer_.batches()) newest_[batch.account] = row_.id;
    SQLite::Statement insert(database_, insert_into_segments);
    insert_row(insert, row_, packer_.finish());
    batches_.clear();
  }

  SQLite::Database& database_;
  const std::filesystem::path& file_;
  Packer packer_;
  std::deque<Batch> batches_;
  std::map<std::int64_t, std::int64_t> versions_;
  std::map<std::int64_t, std::int64_t> newest_;
  SegmentRow row_;
};

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
      take("old_events", "seq", seq_ + 1, first_seq - 1, 0);
      take("arrived_events", "place", first_place, first_place + events - 1, first_seq - first_place);
    }
    take("old_events", "seq", seq_ + 1, std::numeric_limits<std::int64_t>::max(), 0);
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
    TreeGrowth growth = grown(std::move(frontier_), std::array{Subtrees{0, std::exchange(leaves_, {})}});
    tree_.write(growth);
    frontier_ = std::move(growth.frontier);
    tree_.keep(kept_);
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

// Streams that had come from elsewhere stay in their rows, whose digests were 16 bytes and under their checks.
std::int64_t arrived_check(std::int64_t id, const std::string& account, const std::string& key,
                           std::span<const std::uint8_t> digest, std::int64_t first_place, std::int64_t count) {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& out) {
    out(account, key);
    out.put_bytes(digest.data(), digest.size());
    out(first_place, count);
  });
  return static_cast<std::int64_t>(checksum(bytes, static_cast<std::uint64_t>(id)));
}

void shorten_arrived_digests(SQLite::Database& database) {
  constexpr std::size_t kept = CommandDigest{}.bytes.size();
  SQLite::Statement rows(database,
                         "SELECT b.id, name, key, digest, first_place, count, b.\"check\" FROM arrived_batches b "
                         "JOIN accounts ON accounts.id = b.account WHERE length(digest) > ? ORDER BY b.id");
  rows.bind(1, static_cast<std::int64_t>(kept));
  SQLite::Statement update(database, "UPDATE arrived_batches SET digest = ?, \"check\" = ? WHERE id = ?");
  while (rows.executeStep()) {
    const std::int64_t id = rows.getColumn(0).getInt64();
    const std::string account = rows.getColumn(1).getString();
    const std::string key = rows.getColumn(2).getString();
    const SQLite::Column column = rows.getColumn(3);
    const std::vector<std::uint8_t> digest(blob(column).begin(), blob(column).end());
    const std::int64_t place = rows.getColumn(4).getInt64();
    const std::int64_t count = rows.getColumn(5).getInt64();
    const std::int64_t before = rows.getColumn(6).getInt64();
    const std::span<const std::uint8_t> shorter = std::span(digest).first(kept);
    // A row that is damaged stays so; one that was erased has zeros and nobody looks.
    const bool sound = IdempotencyKey::valid(key) && arrived_check(id, account, key, digest, place, count) == before;
    update.bind(1, shorter.data(), static_cast<int>(kept));
    update.bind(2, sound ? arrived_check(id, account, key, shorter, place, count) : before);
    update.bind(3, id);
    update.exec();
    update.reset();
  }
}

void upgrade_from_2(SQLite::Database& database, const std::filesystem::path& file) {
  database.createFunction("account_check", 2, true, nullptr, sql_account_check, nullptr, nullptr, nullptr);
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec("PRAGMA legacy_alter_table=ON");  // what refers to the tables goes on naming them as it does
  for (const char* table : {"accounts", "batches", "events"}) {
    database.exec(std::string("ALTER TABLE ") + table + " RENAME TO old_" + table);
  }
  database.exec("DROP INDEX accounts_by_name");
  database.exec(new_tables());
  database.exec(
      "INSERT INTO accounts (id, name, \"check\") SELECT id, name, account_check(id, name) FROM old_accounts ORDER BY "
      "id");
  shorten_arrived_digests(database);
  Repacking(database, file).run();
  database.exec(sqlite_tree_schema);
  TreeBuilder(database, file).build();
  for (const char* table : {"events", "batches", "accounts"}) database.exec(std::string("DROP TABLE old_") + table);
  database.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
  transaction.commit();
  database.exec("PRAGMA legacy_alter_table=OFF");
}

}  // namespace

void upgrade(SQLite::Database& database, const std::filesystem::path& file, std::int64_t format) {
  if (format == sqlite_format_2) return upgrade_from_2(database, file);
  SqliteTree tree(database, file);
  tree.require_leaves(tree.frontier().size(), read_end(database, file).head);
  database.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
}

}  // namespace creditfold
