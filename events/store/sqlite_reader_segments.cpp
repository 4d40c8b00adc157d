// SPDX-License-Identifier: Apache-2.0
// Rows of `segments` and `recent` found by position, by batch and along an account's way back through them.
#include <algorithm>

#include "events/chain/merkle.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"

namespace creditfold {
namespace {

bool holds(const Segment& segment, std::int64_t stay) {
  for (std::size_t i = 0; i < segment.batches(); ++i) {
    if (segment.batch(i).account == stay) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<const SqliteReader::Loaded> SqliteReader::load(SQLite::Statement& row, bool sealed) {
  const SegmentRow numbers = row_from(row);
  if (sealed && newest_loaded_ && newest_loaded_->row.id == numbers.id) return newest_loaded_;
  auto loaded = std::make_shared<const Loaded>(Loaded{numbers, segment_from(row, file_)});
  if (sealed) newest_loaded_ = loaded;
  return loaded;
}

std::shared_ptr<const SqliteReader::Loaded> SqliteReader::segment(std::int64_t id) {
  if (newest_loaded_ && newest_loaded_->row.id == id) return newest_loaded_;
  SQLite::Statement& query = prepared(select_rows, "segments WHERE id = ?");
  const Reset reset(query);
  query.bind(1, id);
  return query.executeStep() ? load(query, true) : nullptr;
}

std::shared_ptr<const SqliteReader::Loaded> SqliteReader::holding_seq(std::int64_t seq) {
  SQLite::Statement& sealed =
      prepared(select_rows, "segments WHERE first_seq <= ? AND events > 0 ORDER BY first_seq DESC LIMIT 1");
  {
    const Reset reset(sealed);
    sealed.bind(1, seq);
    if (sealed.executeStep() && row_from(sealed).last_seq() >= seq) return load(sealed, true);
  }
  SQLite::Statement& waiting =
      prepared(select_rows, "recent WHERE first_seq <= ? AND events > 0 ORDER BY id DESC LIMIT 1");
  const Reset reset(waiting);
  waiting.bind(1, seq);
  return waiting.executeStep() && row_from(waiting).last_seq() >= seq ? load(waiting, false) : nullptr;
}

std::shared_ptr<const SqliteReader::Loaded> SqliteReader::holding_batch(std::int64_t number) {
  SQLite::Statement& sealed =
      prepared(select_rows, "segments WHERE first_batch <= ? ORDER BY first_batch DESC LIMIT 1");
  {
    const Reset reset(sealed);
    sealed.bind(1, number);
    if (sealed.executeStep() && row_from(sealed).last_batch() >= number) return load(sealed, true);
  }
  SQLite::Statement& waiting = prepared(select_rows, "recent WHERE id <= ? ORDER BY id DESC LIMIT 1");
  const Reset reset(waiting);
  waiting.bind(1, number);
  return waiting.executeStep() && row_from(waiting).last_batch() >= number ? load(waiting, false) : nullptr;
}

std::int64_t SqliteReader::last_segment() {
  SQLite::Statement& query = prepared("SELECT max(id) FROM segments");
  const Reset reset(query);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::vector<std::shared_ptr<const SqliteReader::Loaded>> SqliteReader::recent() {
  std::vector<std::shared_ptr<const Loaded>> rows;
  SQLite::Statement& query = prepared(select_rows, "recent ORDER BY id");
  const Reset reset(query);
  while (query.executeStep()) rows.push_back(load(query, false));
  return rows;
}

const StoredIndex* SqliteReader::beside() {
  if (!beside_) beside_ = stored_index();
  return beside_->has_value() ? &**beside_ : nullptr;
}

TreeHash SqliteReader::root_at(std::int64_t size) {
  return creditfold::root_at(size, nodes_of([this](int tile_level, std::int64_t first, std::int64_t count) {
                               return tree_hashes(tile_level, first, count);
                             }));
}

std::optional<StoredIndex> SqliteReader::stored_index() {
  std::optional<StoredIndex> stored = IndexFiles(file_.parent_path() / index_directory).read();
  const std::shared_ptr<const Loaded> through = stored ? segment(stored->manifest.through.segment) : nullptr;
  const bool fits =
      through && index_place_of(through->row, root_at(through->row.last_seq())) == stored->manifest.through;
  return fits ? std::move(stored) : std::nullopt;
}

bool SqliteReader::read_packed(const Partition::VisitPacked& visit) {
  const Snapshot snapshot(*this);
  if (moves() != 0) return false;
  std::int64_t last_seq = 0;
  for (const char* rows : {"segments WHERE id > 0 ORDER BY id", "recent WHERE id > 0 ORDER BY id"}) {
    SQLite::Statement& query = prepared(select_rows, rows);
    const Reset reset(query);
    while (query.executeStep()) {
      const SegmentRow row = row_from(query);
      if (row.first_seq != last_seq + 1) damaged("event " + std::to_string(last_seq + 1) + " is missing");
      last_seq = row.last_seq();
      const SQLite::Column body = query.getColumn(5);
      if (!visit(checked_segment(row, blob(body), file_), row.first_seq, row.events)) return true;
    }
  }
  return true;
}

// Asked before a snapshot is taken, so that the snapshot knows at least as much.
LogIndex::Newest SqliteReader::newest_of(const AccountId& account) {
  if (index_ == nullptr && beside() == nullptr) return {};
  const std::optional<std::int64_t> stay = stay_of(account);
  if (!stay) return {};
  if (index_ != nullptr) return index_->newest_of(*stay);
  const auto at = static_cast<std::size_t>(*stay);
  return {at < beside()->heads.size() ? beside()->heads[at].segment : 0, beside()->manifest.through.segment};
}

std::vector<std::shared_ptr<const SqliteReader::Loaded>> SqliteReader::next_on(AccountWay& way, std::int64_t stay,
                                                                               const LogIndex::Newest& newest,
                                                                               const Reaches& reaches) {
  if (way.at_end) return {};
  if (way.segments.empty()) {
    // What the index does not know yet is looked at; from there on each segment names the one before.
    const std::int64_t end = last_segment();
    std::int64_t id = end;
    while (id > std::max(newest.known_through, way.looked_through)) {
      const std::shared_ptr<const Loaded> loaded = segment(id);
      if (!loaded) damaged("segment " + std::to_string(id) + " is missing");
      if (holds(loaded->segment, stay)) break;
      --id;
    }
    if (id <= newest.known_through) id = newest.segment;
    while (id > way.looked_through) {
      const std::shared_ptr<const Loaded> loaded = segment(id);
      if (!loaded) damaged("segment " + std::to_string(id) + " is missing");
      way.segments.push_back(id);
      if (reaches(loaded->row)) break;
      const std::int64_t previous = previous_in(loaded->segment, stay);
      if (previous >= id)
        damaged("segment " + std::to_string(id) + " has no way back for account " + account_name(stay));
      id = previous;
    }
    way.looked_through = end;
  }
  std::vector<std::shared_ptr<const Loaded>> rows;
  if (!way.segments.empty()) {
    rows.push_back(segment(way.segments.back()));
    way.segments.pop_back();
    return rows;
  }
  way.at_end = true;
  for (std::shared_ptr<const Loaded>& loaded : recent()) {
    if (holds(loaded->segment, stay)) rows.push_back(std::move(loaded));
  }
  return rows;
}

// A batch that a segment or a waiting row holds.
std::optional<BatchRow> SqliteReader::find_packed(std::int64_t stay, const IdempotencyKey& key) {
  const auto look = [&](const Loaded& loaded) -> std::optional<BatchRow> {
    const std::optional<std::size_t> batch = batch_with(loaded.segment, stay, key);
    return batch ? std::optional(batch_in(loaded, *batch)) : std::nullopt;
  };
  if (index_ != nullptr || beside() != nullptr) {
    std::vector<std::int64_t> segments;
    if (index_ != nullptr) {
      segments = index_->segments_with(hash_of(stay, key));
    } else {
      for (const auto& run : beside()->runs) run->find(key_prefix(hash_of(stay, key)), segments);
      const std::int64_t end = last_segment();
      for (std::int64_t id = beside()->manifest.through.segment; id < end;) segments.push_back(++id);
    }
    if (index_ != nullptr && segments.empty()) return std::nullopt;  // it knows what waits too
    for (const std::int64_t id : segments) {
      const std::shared_ptr<const Loaded> loaded = segment(id);
      if (loaded == nullptr) continue;  // it waits still
      if (std::optional<BatchRow> row = look(*loaded)) return row;
    }
    for (const auto& loaded : recent()) {
      if (std::optional<BatchRow> row = look(*loaded)) return row;
    }
    return std::nullopt;
  }
  AccountWay way;
  const Reaches all = [](const SegmentRow&) { return false; };
  for (auto rows = next_on(way, stay, {}, all); !rows.empty(); rows = next_on(way, stay, {}, all)) {
    for (const auto& loaded : rows) {
      if (std::optional<BatchRow> row = look(*loaded)) return row;
    }
  }
  return std::nullopt;
}

Event SqliteReader::event_in(const Loaded& loaded, std::size_t batch, std::size_t event) {
  const std::int64_t seq = loaded.row.first_seq + static_cast<std::int64_t>(event);
  const PackedBatch& packed = loaded.segment.batch(batch);
  if (packed.gone) damaged("event " + std::to_string(seq) + " is gone, and no tombstone says where to");
  try {
    Event found = loaded.segment.event(batch, event, AccountId(account_name(packed.account)));
    found.seq = seq;
    found.partition = partition_;
    return found;
  } catch (const DecodeFailure& failure) {
    damaged("event " + std::to_string(seq) + " is damaged: " + failure.what());
  }
}

BatchRow SqliteReader::batch_in(const Loaded& loaded, std::size_t batch) {
  BatchRow row;
  row.id = loaded.row.first_batch + static_cast<std::int64_t>(batch);
  const PackedBatch& packed = loaded.segment.batch(batch);
  if (packed.gone) damaged("batch " + std::to_string(row.id) + " is gone, and no tombstone says where to");
  row.stay = packed.account;
  row.account = AccountId(account_name(packed.account));
  try {
    row.batch.key = loaded.segment.key(batch);
    row.batch.command = loaded.segment.command(batch);
  } catch (const DecodeFailure& failure) {
    damaged("batch " + std::to_string(row.id) + " is damaged: " + failure.what());
  }
  row.batch.first_seq = loaded.row.first_seq + static_cast<std::int64_t>(loaded.segment.first_event(batch));
  row.batch.count = packed.events;
  return row;
}

// The index beside the log, as far as it goes, has every key where it lies, and accounts where they stand. One that is
// not whole, or not this log's, is made again by the next process that writes.
SqliteReader::IndexCheck::IndexCheck(SqliteReader& reader) : reader_(reader) {
  stored_ = reader.stored_index();
}

void SqliteReader::IndexCheck::check(const Loaded& loaded) {
  if (!stored_ || loaded.row.id > stored_->manifest.through.segment) return;
  for (std::size_t b = 0; b < loaded.segment.batches(); ++b) {
    const PackedBatch& packed = loaded.segment.batch(b);
    const auto stay = static_cast<std::size_t>(packed.account);
    heads_.resize(std::max(heads_.size(), stay + 1));
    heads_[stay] = {packed.first_version + packed.events - 1, loaded.row.id};
    if (packed.gone) continue;
    std::vector<std::int64_t> found;
    const std::uint64_t prefix = key_prefix(hash_of(packed.account, loaded.segment.key(b)));
    for (const auto& run : stored_->runs) {
      if (run->first_segment() <= loaded.row.id && loaded.row.id <= run->last_segment()) run->find(prefix, found);
    }
    if (std::find(found.begin(), found.end(), loaded.row.id) == found.end()) {
      reader_.damaged("the index does not have the key of batch " +
                      std::to_string(loaded.row.first_batch + static_cast<std::int64_t>(b)) +
                      "; remove the folder index beside it, and it is made again");
    }
  }
}

void SqliteReader::IndexCheck::finish() const {
  if (!stored_) return;
  const std::vector<AccountHead>& heads = stored_->heads;
  for (std::size_t stay = 1; stay < std::max(heads.size(), heads_.size()); ++stay) {
    const AccountHead stands = stay < heads_.size() ? heads_[stay] : AccountHead{};
    const AccountHead told = stay < heads.size() ? heads[stay] : AccountHead{};
    if (stands.version == told.version && stands.segment == told.segment) continue;
    reader_.damaged("the index has account " + reader_.account_name(static_cast<std::int64_t>(stay)) +
                    " at another version; remove the folder index beside it, and it is made again");
  }
}

// Every segment follows the one before, and says of each of its accounts where that was before and at which version.
void SqliteReader::check_segments() {
  struct Account {
    std::int64_t version = 0;
    std::int64_t segment = 0;
  };
  std::map<std::int64_t, Account> accounts;
  std::int64_t last_batch = 0;
  IndexCheck index(*this);
  const auto check = [&](const Loaded& loaded, bool sealed) {
    const SegmentRow& row = loaded.row;
    const std::string place = (sealed ? "segment " : "the row of batch ") + std::to_string(row.id);
    if (row.first_batch != last_batch + 1) damaged("batch " + std::to_string(last_batch + 1) + " is missing");
    std::map<std::int64_t, std::int64_t> here;  // where its accounts were before
    for (std::size_t b = 0; b < loaded.segment.batches(); ++b) {
      const PackedBatch& packed = loaded.segment.batch(b);
      const auto [at, first] = accounts.try_emplace(packed.account);
      if (first) {
        const auto arrival = arrival_where("WHERE account = ?", packed.account);
        at->second.version = arrival ? arrival->arrival.copied.events : 0;
      }
      Account& account = at->second;
      const bool fits = packed.previous == here.try_emplace(packed.account, account.segment).first->second &&
                        packed.first_version == account.version + 1;
      if (!fits) damaged(place + " does not go on where account " + account_name(packed.account) + " was before");
      const Tombstone* departure = departure_of(packed.account);
      const bool erased = departure != nullptr && departure->erased;
      if (erased && !packed.gone) {
        damaged("the tombstone of account " + departure->account.value +
                " says that its events are erased, and they are not");
      }
      account.version += packed.events;
      if (sealed) account.segment = row.id;
    }
    last_batch = row.last_batch();
  };
  for (std::int64_t id = 1;; ++id) {
    const std::shared_ptr<const Loaded> loaded = segment(id);
    if (!loaded) break;
    check(*loaded, true);
    index.check(*loaded);
  }
  index.finish();
  for (const auto& loaded : recent()) check(*loaded, false);
  SQLite::Statement& departed = prepared("SELECT account FROM tombstones");
  const Reset reset(departed);
  while (departed.executeStep()) {
    const std::int64_t stay = departed.getColumn(0).getInt64();
    const Tombstone* departure = departure_of(stay);
    if (departure == nullptr || departure->copied.events == accounts[stay].version) continue;
    damaged("account " + departure->account.value + " left with " + std::to_string(departure->copied.events) +
            " events, and there are " + std::to_string(accounts[stay].version));
  }
}

}  // namespace creditfold
