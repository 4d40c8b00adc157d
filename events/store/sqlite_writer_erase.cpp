// SPDX-License-Identifier: Apache-2.0
// What is left of a stream that went (RES-1): places, and the leaf hashes that keep every proof possible. Rows are
// overwritten where they lie, so that no copy of them stays in the slack of a page.
#include <sqlite3.h>

#include <array>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_writer.hpp"

namespace creditfold {
namespace {

// Appends wait while readers are waited for: better asked again than waited for long.
constexpr int checkpoint_timeout_ms = 200;

// What holds bodies and keys row by row, and how a stay's rows are found in it, behind the one done last.
struct Erasable {
  const char* table;
  std::array<const char*, 2> columns;  // of text or bytes; the second may be missing
  const char* next;                    // (stay, done, how many): the row and what `done` is after it
};
constexpr std::array erasable{
    Erasable{"arrived_events", {"body", nullptr},
             "SELECT place, version FROM arrived_events WHERE account = ? AND version > ? ORDER BY version LIMIT ?"},
    // By the stream's own range of ids: it lies in one piece.
    Erasable{"arrived_batches", {"key", "digest"},
             "SELECT id, id FROM arrived_batches WHERE account = ?1 AND id > ?2 AND "
             "id >= coalesce((SELECT first_batch FROM arrivals WHERE account = ?1), "
             "(SELECT first_batch FROM arriving WHERE account = ?1)) AND "
             "id < coalesce((SELECT first_batch + batches FROM arrivals WHERE account = ?1), 9223372036854775807) "
             "ORDER BY id LIMIT ?3"},
};

// Overwrites one column of rows of a table, where it lies.
class BlobWriter {
 public:
  BlobWriter(sqlite3* database, const char* table, const char* column)
      : database_(database), table_(table), column_(column) {}
  ~BlobWriter() { sqlite3_blob_close(blob_); }
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  void zero(std::int64_t row) {
    open(row);
    zeros_.resize(static_cast<std::size_t>(sqlite3_blob_bytes(blob_)));
    write(zeros_);
  }
  [[nodiscard]] std::size_t size(std::int64_t row) {
    open(row);
    return static_cast<std::size_t>(sqlite3_blob_bytes(blob_));
  }
  // REQUIRES: as many bytes as there are.
  void replace(std::int64_t row, std::span<const std::uint8_t> bytes) {
    open(row);
    write(bytes);
  }

 private:
  void open(std::int64_t row) {
    require(blob_ != nullptr ? sqlite3_blob_reopen(blob_, row)
                             : sqlite3_blob_open(database_, "main", table_, column_, row, 1, &blob_));
  }
  void write(std::span<const std::uint8_t> bytes) {
    require(sqlite3_blob_write(blob_, bytes.data(), static_cast<int>(bytes.size()), 0));
  }
  void require(int code) const {
    if (code != SQLITE_OK) throw SQLite::Exception(database_, code);
  }
  sqlite3* database_;
  const char* table_;
  const char* column_;
  sqlite3_blob* blob_ = nullptr;
  std::vector<std::uint8_t> zeros_;
};

}  // namespace

// Before the bytes of a stream that was part of the log go, in the same transaction. A copy that was given up had no
// positions; what an earlier process kept already is zeros by now.
void SqliteWriter::keep_leaves(const Erasing& erasing, std::span<const std::int64_t> rows) {
  if (std::string_view(erasable[erasing.table].table) != "arrived_events") return;
  if (number("SELECT 1 FROM tombstones WHERE account = ?", erasing.stay) == 0) return;
  const std::int64_t shift = number("SELECT first_seq - first_place FROM arrivals WHERE account = ?", erasing.stay);
  SQLite::Statement& query = prepared("SELECT body FROM arrived_events WHERE place = ?");
  std::vector<KeptLeaf> leaves;
  for (const std::int64_t row : rows) {
    if (tree_.kept(row + shift)) continue;
    const Reset reset(query);
    query.bind(1, row);
    if (query.executeStep()) leaves.push_back({row + shift, leaf_hash(blob(query.getColumn(0)))});
  }
  tree_.keep(leaves);
}

// The same of a stay's batches in a segment; those that are gone already had theirs kept.
void SqliteWriter::keep_leaves(const SegmentRow& row, const Segment& segment, const Erasing& erasing,
                               const AccountId& account) {
  std::vector<KeptLeaf> leaves;
  std::vector<std::uint8_t> body;
  for (std::size_t b = 0; b < segment.batches(); ++b) {
    if (segment.batch(b).account != erasing.stay || segment.batch(b).gone) continue;
    for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
      const std::int64_t seq = row.first_seq + static_cast<std::int64_t>(e);
      if (tree_.kept(seq)) continue;  // by an upgrade
      body.clear();
      encode_event(segment.event(b, e, account), body);
      leaves.push_back({seq, leaf_hash(body)});
    }
  }
  tree_.keep(leaves);
}

std::optional<Erasing> SqliteWriter::next_buried() {
  const std::int64_t stay = number("SELECT min(account) FROM tombstones WHERE erased = 0");
  return stay == 0 ? std::nullopt : std::optional(Erasing{.stay = stay});
}

std::optional<Erasing> SqliteWriter::staged() {
  const std::int64_t stay = number("SELECT account FROM arriving WHERE dropped = 0");
  return stay == 0 ? std::nullopt : std::optional(Erasing{.stay = stay});
}

AccountId SqliteWriter::name_of(std::int64_t stay) {
  SQLite::Statement& query = prepared("SELECT name FROM accounts WHERE id = ?");
  const Reset reset(query);
  query.bind(1, stay);
  if (!query.executeStep())
    throw Fault(Fault::Kind::damaged, file_.string() + ": account " + std::to_string(stay) + " has no name");
  return AccountId(query.getColumn(0).getString());
}

// In segments the stay's batches are left as places, from the newest segment back; false when there were none left.
bool SqliteWriter::erase_segments(Erasing& erasing) {
  if (!erasing.segment) {
    seal_recent();
    erasing.segment = index_->account_of(erasing.stay).segment;
  }
  struct Rewritten {
    Stored before;
    std::vector<std::uint8_t> body;
  };
  std::vector<Rewritten> rewritten;
  std::size_t events = 0;
  while (*erasing.segment != 0 && events < events_per_piece_max) {
    Stored before = segment(*erasing.segment);
    std::vector<std::uint8_t> body = body_of(before.row, without(before.segment, erasing.stay, before.bytes));
    events += before.segment.events();
    erasing.segment = previous_in(before.segment, erasing.stay);
    rewritten.push_back({std::move(before), std::move(body)});
  }
  if (rewritten.empty()) return false;
  const AccountId account = name_of(erasing.stay);
  WriteTransaction transaction(transactions_);
  {
    BlobWriter writer(database_.getHandle(), "segments", "body");
    for (const Rewritten& each : rewritten) {
      const SegmentRow& row = each.before.row;
      keep_leaves(row, each.before.segment, erasing, account);
      if (writer.size(row.id) == each.body.size()) {
        writer.replace(row.id, each.body);
      } else {  // never seen; secure_delete then overwrites what was there
        SQLite::Statement update(database_, "UPDATE segments SET body = ? WHERE id = ?");
        update.bindNoCopy(1, each.body.data(), static_cast<int>(each.body.size()));
        update.bind(2, row.id);
        update.exec();
      }
    }
  }
  commit(transaction);
  return true;
}

bool SqliteWriter::zero_piece(Erasing& erasing) {
  if (erase_segments(erasing)) return true;
  for (; erasing.table < erasable.size(); ++erasing.table, erasing.done = 0) {
    const Erasable& what = erasable[erasing.table];
    std::vector<std::int64_t> rows;
    {
      SQLite::Statement& query = prepared(what.next);
      const Reset reset(query);
      query.bind(1, erasing.stay);
      query.bind(2, erasing.done);
      query.bind(3, static_cast<std::int64_t>(events_per_piece_max));
      while (query.executeStep()) {
        rows.push_back(query.getColumn(0).getInt64());
        erasing.done = query.getColumn(1).getInt64();
      }
    }
    if (rows.empty()) continue;
    WriteTransaction transaction(transactions_);
    keep_leaves(erasing, rows);
    for (const char* column : what.columns) {
      if (column == nullptr) continue;
      BlobWriter writer(database_.getHandle(), what.table, column);
      for (const std::int64_t row : rows) writer.zero(row);
    }
    commit(transaction);
    return true;
  }
  return false;
}

void SqliteWriter::mark_erased(const Erasing& erasing) {
  WriteTransaction transaction(transactions_);
  for (const char* sql : {"UPDATE tombstones SET erased = 1 WHERE account = ?",
                          "UPDATE arriving SET dropped = 1 WHERE account = ?"}) {
    SQLite::Statement& update = prepared(sql);
    const Reset reset(update);
    update.bind(1, erasing.stay);
    update.exec();
  }
  commit(transaction);
}

bool SqliteWriter::checkpoint() {
  wal_mover_->rest();
  database_.setBusyTimeout(checkpoint_timeout_ms);
  bool cut = false;
  {
    SQLite::Statement query(database_, "PRAGMA wal_checkpoint(TRUNCATE)");
    cut = query.executeStep() && query.getColumn(0).getInt() == 0;
  }
  database_.setBusyTimeout(busy_timeout_ms);
  return cut;
}

}  // namespace creditfold
