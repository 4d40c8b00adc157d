// SPDX-License-Identifier: Apache-2.0
// How a writer comes to know its log: the end, who is here, what waits, and an index that goes on from the one beside
// it.
#include <algorithm>
#include <string>

#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"
#include "events/store/sqlite_writer.hpp"

namespace creditfold {
namespace {

std::vector<PackedBatch> batches_in(const Segment& segment) {
  std::vector<PackedBatch> batches;
  for (std::size_t i = 0; i < segment.batches(); ++i) batches.push_back(segment.batch(i));
  return batches;
}

}  // namespace

// Reads who is here, what waits, and of the segments those that the index beside the log does not know yet.
void SqliteWriter::load(const IndexOptions& index) {
  end_ = read_end(database_, file_);
  frontier_ = SqliteReader(file_, RegionId{}, nullptr).frontier();
  tree_.require_leaves(frontier_.size(), end_.head);
  const std::int64_t signed_size = number("SELECT max(size) FROM checkpoints");
  if (signed_size > end_.head) {
    throw Fault(Fault::Kind::damaged, file_.string() + ": a checkpoint was signed over " + std::to_string(signed_size) +
                                          " events, but the newest is " + std::to_string(end_.head) +
                                          ": its end was cut off");
  }
  load_accounts();
  index_.emplace(file_.parent_path() / index_directory, index, stored_index());
  static const std::string behind = std::string(select_rows) + "segments WHERE id > ? ORDER BY id";
  SQLite::Statement segments(database_, behind);
  std::int64_t id = index_->known_through();
  segments.bind(1, id);
  while (segments.executeStep()) {
    const SegmentRow row = row_from(segments);
    if (row.id != ++id)
      throw Fault(Fault::Kind::damaged, file_.string() + ": segment " + std::to_string(id) + " is missing");
    add_to_index(id, true, segment_from(segments, file_));
    if (index_->is_full()) index_->freeze(index_place_of(row, root_at(row.last_seq())));
  }
  load_recent();
}

void SqliteWriter::load_accounts() {
  const auto ids = [&](const char* sql) {
    std::vector<std::int64_t> found;
    SQLite::Statement query(database_, sql);
    while (query.executeStep()) found.push_back(query.getColumn(0).getInt64());
    return found;
  };
  const std::vector<std::int64_t> away =
      ids("SELECT account FROM tombstones UNION SELECT account FROM arriving ORDER BY account");
  SQLite::Statement accounts(database_, "SELECT id, name, \"check\" FROM accounts ORDER BY id");
  while (accounts.executeStep()) {
    const std::int64_t stay = accounts.getColumn(0).getInt64();
    const AccountId name(accounts.getColumn(1).getString());
    if (stay != ++last_stay_ || account_check(stay, name) != accounts.getColumn(2).getInt64()) {
      throw Fault(Fault::Kind::damaged, file_.string() + ": account " + std::to_string(last_stay_) + " is damaged");
    }
    if (!std::binary_search(away.begin(), away.end(), stay)) stays_.emplace(name.value, stay);
  }
  arrived_ = ids("SELECT account FROM arrivals ORDER BY account");
}

void SqliteWriter::load_recent() {
  SQLite::Statement recent(database_, std::string(select_rows) + "recent ORDER BY id");
  while (recent.executeStep()) {
    const SegmentRow row = row_from(recent);
    add_to_index(end_.last_segment + 1, false, segment_from(recent, file_));
    const SQLite::Column body = recent.getColumn(5);
    const std::span<const std::uint8_t> bytes = segment_bytes(blob(body));
    recent_.push_back({row, {bytes.begin(), bytes.end()}});
    recent_events_ += static_cast<std::size_t>(row.events);
    recent_batches_ += static_cast<std::size_t>(row.batches);
  }
}

TreeHash SqliteWriter::root_at(std::int64_t size) {
  if (size == end_.head) return frontier_.root();
  return SqliteReader(file_, RegionId{}, nullptr).root_at(size);
}

std::optional<StoredIndex> SqliteWriter::stored_index() {
  std::optional<StoredIndex> stored = IndexFiles(file_.parent_path() / index_directory).read();
  if (!stored) return std::nullopt;
  static const std::string sql = std::string(select_rows) + "segments WHERE id = ?";
  SQLite::Statement& query = prepared(sql.c_str());
  const Reset reset(query);
  query.bind(1, stored->manifest.through.segment);
  const bool fits = query.executeStep() &&
                    index_place_of(row_from(query), root_at(row_from(query).last_seq())) == stored->manifest.through &&
                    stored->heads.size() <= static_cast<std::size_t>(last_stay_) + 1;
  return fits ? std::move(stored) : std::nullopt;
}

void SqliteWriter::require_names(const Segment& segment) const {
  for (std::size_t i = 0; i < segment.batches(); ++i) {
    const std::int64_t stay = segment.batch(i).account;
    if (1 <= stay && stay <= last_stay_) continue;
    throw Fault(Fault::Kind::damaged, file_.string() + ": account " + std::to_string(stay) + " has no name");
  }
}

void SqliteWriter::add_to_index(std::int64_t id, bool sealed, const Segment& segment) {
  require_names(segment);
  std::vector<std::uint64_t> keys;
  for (std::size_t i = 0; i < segment.batches(); ++i) {
    if (!segment.batch(i).gone) keys.push_back(hash_of(segment.batch(i).account, segment.key(i)));
  }
  index_->add(id, sealed, batches_in(segment), keys);
}

}  // namespace creditfold
