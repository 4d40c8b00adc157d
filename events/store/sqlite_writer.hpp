// SPDX-License-Identifier: Apache-2.0
// The one connection that writes to a partition's database, and what it knows of the log's end. Not thread-safe; the
// log holds a mutex around it. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/partition.hpp"
#include "events/store/files.hpp"
#include "events/store/log_index.hpp"
#include "events/store/name_watch.hpp"
#include "events/store/segment_rows.hpp"
#include "events/store/shared_work.hpp"
#include "events/store/sqlite_rows.hpp"
#include "events/store/sqlite_transaction.hpp"
#include "events/store/sqlite_tree.hpp"
#include "events/store/wal_mover.hpp"
#include "events/store/wal_writes.hpp"

namespace creditfold {

using Bodies = std::span<const std::vector<std::uint8_t>>;  // the encoded events of all batches in their order

// A reader that recovers the write-ahead log after a crash locks it for a moment.
inline constexpr int busy_timeout_ms = 5'000;

// A stay whose rows are being overwritten with zeros, and how far that is.
struct Erasing {
  std::int64_t stay = 0;
  std::optional<std::int64_t> segment{};  // the next one, from the newest back; nothing before the first
  std::size_t table = 0;
  std::int64_t done = 0;  // the last version or id overwritten
};

class SqliteWriter {
 public:
  // Opens or creates the database. Throws Fault damaged when its end does not fit together, unsupported_format when it
  // is not of this program's making; SQLite::Exception for what SQLite says.
  SqliteWriter(const std::filesystem::path& file, const IndexOptions& index);
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  [[nodiscard]] std::int64_t head() const { return end_.head; }
  [[nodiscard]] TreeHead tree() const { return frontier_.head(); }  // of that many leaves
  [[nodiscard]] const LogIndex& index() const { return *index_; }
  // Whether the account, if it is here, may have the key: without a look into the database, and from any thread.
  [[nodiscard]] bool may_have(const AccountId& account, const IdempotencyKey& key) const;

  // Each of these is one transaction: all of it is on disk when it returns, nothing of it otherwise. They throw
  // SQLite::Exception, and Unencodable for an event that breaks a limit. What they take is told in
  // events/partition.hpp.
  [[nodiscard]] Expected<Appended, Conflict> write(std::span<const Batch> group);
  void stage(const AccountId& account, std::span<const StoredBatch> batches, Bodies bodies);
  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch);
  void bury(const Tombstone& tombstone);
  void add_checkpoint(const StoredCheckpoint& checkpoint);

  // The next stay whose rows are to be zeros and are not yet: buried, or a copy that was given up.
  [[nodiscard]] std::optional<Erasing> next_buried();
  [[nodiscard]] std::optional<Erasing> staged();
  // Overwrites a piece of its rows, in place; false when there were none left.
  [[nodiscard]] bool zero_piece(Erasing& erasing);
  void mark_erased(const Erasing& erasing);
  // Moves the write-ahead log into the database and cuts it to nothing. false: a reader stood in the way.
  [[nodiscard]] bool checkpoint();

 private:
  // A row of `recent`, kept because it will be packed again.
  struct Recent {
    SegmentRow row;
    std::vector<std::uint8_t> segment;
  };
  // A row of `segments`.
  struct Stored {
    SegmentRow row;
    Segment segment;
    std::size_t bytes = 0;  // of the segment
  };
  // What a group is to become: looked up whole before anything is written.
  struct Plan;

  void create();
  void load(const IndexOptions& index);
  void load_accounts();
  void load_recent();
  // What lies beside the log, if it is this log's.
  [[nodiscard]] std::optional<StoredIndex> stored_index();
  [[nodiscard]] TreeHash root_at(std::int64_t size);  // REQUIRES: at most the head
  void require_names(const Segment& segment) const;
  void add_to_index(std::int64_t id, bool sealed, const Segment& segment);
  [[nodiscard]] SQLite::Statement& prepared(const char* sql);
  [[nodiscard]] std::int64_t number(const char* sql);  // the first column of the first row
  [[nodiscard]] std::int64_t number(const char* sql, std::int64_t value);
  [[nodiscard]] std::optional<std::int64_t> stay_of(const AccountId& account) const;
  void insert_account(std::int64_t stay, const AccountId& account);
  [[nodiscard]] std::int64_t arriving_stay(const AccountId& account);
  [[nodiscard]] bool has_key(std::int64_t stay, const IdempotencyKey& key, std::uint64_t hash, bool maybe);
  [[nodiscard]] bool has_arrived_key(std::int64_t stay, const IdempotencyKey& key);
  [[nodiscard]] Stored segment(std::int64_t id);  // throws Fault damaged when it is not there
  [[nodiscard]] std::optional<Conflict> plan(std::span<const Batch> group, Plan& plan);
  // The group behind `head`, in `recent` or, with what is there, as a segment. To be told to `settle` once committed.
  void insert_group(std::span<const Batch> group, Plan& plan, std::int64_t head, bool sealed);
  // Whether the group and what waits make a segment.
  [[nodiscard]] bool is_enough(const Plan& plan) const;
  void settle(Plan& plan);
  void seal_recent();
  [[nodiscard]] AccountId name_of(std::int64_t stay);
  [[nodiscard]] bool erase_segments(Erasing& erasing);
  void insert_batch(const BatchRow& row);  // of a stream that is arriving, and its events
  void insert_event(std::int64_t place, std::int64_t stay, std::int64_t version, std::int64_t batch,
                    const std::vector<std::uint8_t>& body);
  void insert_arrival(const ArrivalRow& row);
  // Leaf hashes of the rows of a stream on its way here.
  [[nodiscard]] std::vector<TreeHash> arrived_leaves(const ArrivalRow& row);
  void keep_leaves(const Erasing& erasing, std::span<const std::int64_t> rows);
  void keep_leaves(const SegmentRow& row, const Segment& segment, const Erasing& erasing, const AccountId& account);
  void commit(WriteTransaction& transaction);
  // Throws Fault unavailable, from then on each time, once a file was removed or replaced: what is written then goes
  // nowhere, though the operating system takes it. At once where that was done to the file or its directory, and within
  // `names_trusted` where the operating system does not tell.
  void require_files();

  std::filesystem::path file_;
  std::filesystem::path wal_;
  FileIdentity identity_;      // of the database, of its write-ahead log once there is one
  FileIdentity wal_identity_;
  NameWatch names_;            // of both, begun before either is opened
  std::string unusable_;       // why nothing is taken any more
  GatheredWalWrites wal_writes_;
  SQLite::Database database_;
  TransactionStatements transactions_;
  std::optional<WalMover> wal_mover_;  // there once the tables are
  int wal_pages_ = 0;                  // behind the last commit; 0: it wrote none
  SqliteTree tree_;
  std::unordered_map<const char*, SQLite::Statement> statements_;  // by their literal
  LogEnd end_;
  Frontier frontier_;  // of end_.head leaves
  std::int64_t last_stay_ = 0;  // ids of accounts count from 1 without gaps
  mutable std::shared_mutex names_mutex_;                 // of the next two, which others than the writer ask
  boost::unordered_flat_map<std::string, std::int64_t> stays_;  // of the accounts that are here
  std::vector<std::int64_t> arrived_;                     // stays that came from elsewhere, ascending
  std::optional<LogIndex> index_;  // there once the log's end is known
  std::vector<Recent> recent_;
  std::size_t recent_events_ = 0;
  std::size_t recent_batches_ = 0;
  HelperThread helper_;
};

}  // namespace creditfold
