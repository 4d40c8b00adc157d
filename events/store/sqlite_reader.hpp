// SPDX-License-Identifier: Apache-2.0
// One read-only connection to a partition's database: rows out, each checked before it is believed. Not thread-safe;
// the log keeps a pool of them. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/partition.hpp"
#include "events/store/log_index.hpp"
#include "events/store/sqlite_rows.hpp"
#include "events/store/sqlite_tree.hpp"

namespace creditfold {

// Some of the events behind a position. `reached`: the last position looked at; the events up to it are here, or have
// departed.
struct EventPage {
  std::vector<Event> events;
  std::vector<Departed> departed;
  std::int64_t reached = 0;
};

// An account's way through the segments: those it is known to have batches in, the next one last, and how far was
// looked.
struct AccountWay {
  std::vector<std::int64_t> segments;
  std::int64_t looked_through = 0;
  bool at_end = false;
};

// How far the batches have been read: numbers of ordinary batches and ids of `arrived_batches`.
struct BatchCursor {
  std::int64_t ordinary = 0;
  std::int64_t arrived = 0;
  AccountWay way{};  // when it is one account's
};

// How far an account's events have been read: its version, the position, and the way to the rest.
struct AccountCursor {
  std::int64_t version = 0;
  std::int64_t seq = 0;
  AccountWay way{};
};
struct BatchPage {
  std::vector<BatchRow> rows;  // maybe none, before the end
  BatchCursor next;
  bool at_end = false;
};

// A connection that only reads, waits while another one makes the database, and never checkpoints.
[[nodiscard]] SQLite::Database open_read_only(const std::filesystem::path& file);

class SqliteReader {
 public:
  // `region`: whose partition it is, for the events. `index`: the writer's, where it is in this process; borrowed.
  // Where it is not, what lies beside the log is used.
  SqliteReader(const std::filesystem::path& file, const RegionId& region, const LogIndex* index);

  [[nodiscard]] std::int64_t head();
  // Throws Fault damaged unless the log's end fits together.
  void check_end() { static_cast<void>(read_end(database_, file_)); }

  // The next events with after < seq <= to, at most a page. REQUIRES: to <= head().
  [[nodiscard]] EventPage events(std::int64_t after, std::int64_t to);

  // As Partition has them.
  [[nodiscard]] bool read_packed(const Partition::VisitPacked& visit);
  [[nodiscard]] std::vector<std::string> account_names(std::int64_t to);

  // The same of one account, behind the cursor, which moves along; empty when there are no more. Throws Fault busy when
  // the account left after its first page.
  [[nodiscard]] std::vector<Event> account_events(const AccountId& account, AccountCursor& cursor, std::int64_t to);

  // The next batches, at most a page.
  [[nodiscard]] BatchPage batches(const BatchCursor& after, const std::optional<AccountId>& account);
  // Behind everything before the batch that event `seq` belongs to.
  [[nodiscard]] BatchCursor before_batch_of(std::int64_t seq);
  [[nodiscard]] std::optional<BatchRow> find(const AccountId& account, const IdempotencyKey& key);
  [[nodiscard]] bool has_left(std::int64_t stay);

  // The staged batches behind the first `skip`, with their events, at most a page; empty when there are no more.
  [[nodiscard]] std::vector<StoredBatch> staged_batches(std::int64_t skip);
  [[nodiscard]] std::optional<AccountId> staged();

  [[nodiscard]] std::vector<AccountId> accounts();
  [[nodiscard]] std::optional<Arrival> arrival_of(const AccountId& account);
  [[nodiscard]] std::vector<Tombstone> tombstones();
  [[nodiscard]] std::int64_t moves();

  // Of the whole tree: as its row says, and what waits in `recent` behind it. Throws Fault damaged.
  [[nodiscard]] Frontier frontier();
  // Of the tree over the first `size` events. REQUIRES: they are there.
  [[nodiscard]] TreeHash root_at(std::int64_t size);
  // Of a tile level. REQUIRES: they are there.
  [[nodiscard]] std::vector<TreeHash> tree_hashes(int tile_level, std::int64_t first, std::int64_t count);
  [[nodiscard]] SqliteTree& tree() { return tree_; }
  [[nodiscard]] bool is_older_format() const { return older_format_; }

  // PRAGMA integrity_check, segments one behind the other with the right way back, tombstones over what is gone,
  // arrivals over their rows; throws Fault damaged with the first finding.
  void check_structure();

 private:
  // Everything that is asked while it lives is asked of one moment. What it looks up of departures is kept as long.
  class Snapshot {
   public:
    explicit Snapshot(SqliteReader& reader);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    SqliteReader& reader_;
    bool within_;  // another one
  };
  // Where a position lies: among the arrived events of `row`, or in segments; `last_seq`: up to where that holds.
  struct Range {
    bool arrived = false;
    std::int64_t shift = 0;  // from a place to its seq
    std::int64_t last_seq = std::numeric_limits<std::int64_t>::max();
    ArrivalRow row;
  };
  // A row of `segments` or `recent`, read.
  struct Loaded {
    SegmentRow row;
    Segment segment;
  };

  // Compares the index with segments, which are shown to it in their order. Throws Fault damaged.
  class IndexCheck {
   public:
    explicit IndexCheck(SqliteReader& reader);
    void check(const Loaded& loaded);
    void finish() const;

   private:
    SqliteReader& reader_;
    std::optional<StoredIndex> stored_;
    std::vector<AccountHead> heads_;  // by stay, as the segments have them
  };

  [[nodiscard]] SQLite::Statement& prepared(const char* sql);
  // What goes on behind the columns. A literal that belongs to them alone: statements are kept by it.
  [[nodiscard]] SQLite::Statement& prepared(const char* columns, const char* rest);
  [[nodiscard]] std::optional<std::int64_t> stay_of(const AccountId& account);
  [[nodiscard]] const std::string& account_name(std::int64_t stay);
  // Of a row of accounts (id, name, check). Throws Fault damaged.
  [[nodiscard]] std::string checked_name(SQLite::Statement& account) const;
  [[nodiscard]] std::optional<ArrivalRow> arrival_where(const char* sql, std::int64_t value);
  [[nodiscard]] std::optional<Tombstone> tombstone_of(std::int64_t stay);
  [[nodiscard]] const Tombstone* departure_of(std::int64_t stay);  // kept while a snapshot lasts
  [[nodiscard]] Range range_of(std::int64_t seq);
  [[nodiscard]] std::shared_ptr<const Loaded> load(SQLite::Statement& row, bool sealed);
  [[nodiscard]] std::shared_ptr<const Loaded> segment(std::int64_t id);
  // The row a position or a batch of a number lies in; nothing when there is none.
  [[nodiscard]] std::shared_ptr<const Loaded> holding_seq(std::int64_t seq);
  [[nodiscard]] std::shared_ptr<const Loaded> holding_batch(std::int64_t number);
  [[nodiscard]] std::int64_t last_segment();  // its id; 0: there is none
  [[nodiscard]] std::vector<std::shared_ptr<const Loaded>> recent();
  // The next rows with batches of the stay: a segment, or behind the last one all of `recent` that has some. Segments
  // before one for which `reaches` holds are of no interest.
  using Reaches = std::function<bool(const SegmentRow&)>;
  [[nodiscard]] std::vector<std::shared_ptr<const Loaded>> next_on(AccountWay& way, std::int64_t stay,
                                                                   const LogIndex::Newest& newest,
                                                                   const Reaches& reaches);
  [[nodiscard]] std::optional<BatchRow> find_packed(std::int64_t stay, const IdempotencyKey& key);
  [[nodiscard]] LogIndex::Newest newest_of(const AccountId& account);
  // What lies beside the log where another process writes it; looked for once. nullptr: nothing that fits.
  [[nodiscard]] const StoredIndex* beside();
  [[nodiscard]] std::optional<StoredIndex> stored_index();
  [[nodiscard]] Event event_in(const Loaded& loaded, std::size_t batch, std::size_t event);
  [[nodiscard]] BatchRow batch_in(const Loaded& loaded, std::size_t batch);
  [[nodiscard]] Event event_from(SQLite::Statement& row, std::int64_t shift);
  [[nodiscard]] BatchRow batch_from(SQLite::Statement& row, std::int64_t shift);
  [[nodiscard]] std::vector<Event> arrived_page(const ArrivalRow& arrival, const AccountCursor& cursor,
                                                std::int64_t to);
  [[nodiscard]] BatchPage account_batches(const BatchCursor& after, std::int64_t stay, const LogIndex::Newest& newest);
  void read_batch_page(SQLite::Statement& query, std::int64_t shift, std::int64_t& id, BatchPage& page);
  void check_segments();
  [[nodiscard]] std::vector<TreeHash> leaf_hashes(std::int64_t after, std::int64_t to);  // REQUIRES: to <= head()
  [[nodiscard]] std::int64_t add_leaves(const Loaded& loaded, std::int64_t seq, std::int64_t to,
                                        std::vector<TreeHash>& hashes);  // REQUIRES: the event behind `seq` is in it
  [[nodiscard]] std::int64_t add_arrived_leaves(const Range& range, std::int64_t seq, std::int64_t to,
                                                std::vector<TreeHash>& hashes);
  [[nodiscard]] std::optional<TreeHash> kept_leaf(std::int64_t stay, std::int64_t seq);
  void check_moves();
  [[noreturn]] void damaged(const std::string& what) const;

  std::filesystem::path file_;
  RegionId partition_;
  SQLite::Database database_;
  SqliteTree tree_;
  std::unordered_map<const char*, SQLite::Statement> statements_;  // by their literal
  std::unordered_map<std::int64_t, std::string> names_;            // of accounts by stay; names never change
  const LogIndex* index_;
  bool older_format_ = false;  // when it was opened
  std::optional<std::optional<StoredIndex>> beside_;
  std::shared_ptr<const Loaded> newest_loaded_;  // of a segment; those never change but for what is gone
  bool any_departed_ = false;
  std::map<std::int64_t, std::optional<Tombstone>> departures_;
};

}  // namespace creditfold
