// SPDX-License-Identifier: Apache-2.0
// Transactions of the SQLite store: look up what could conflict, insert, commit, and only then believe it.
#include "events/store/sqlite_writer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <mutex>
#include <string>

#include "events/store/files.hpp"
#include "events/store/group_hash.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_plan.hpp"
#include "events/store/sqlite_schema.hpp"
#include "events/store/sqlite_upgrade.hpp"

namespace creditfold {
namespace {

// So many events are hashed and packed on two cores; for fewer, waking another costs more than it saves.
constexpr std::size_t events_shared = 200;
// Accepted commands without events wait no longer than others: whoever looks into `recent` looks through all of it.
constexpr std::size_t recent_batches_max = 4 * segment_events;
// A group of many batches becomes several segments of about this many events.
constexpr std::size_t segment_events_enough = 4 * segment_events;

bool is_empty(const SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT count(*) FROM sqlite_schema");
  return query.executeStep() && query.getColumn(0).getInt64() == 0;
}

}  // namespace

SqliteWriter::SqliteWriter(const std::filesystem::path& file, const IndexOptions& index)
    : file_(file),
      wal_(file.string() + "-wal"),
      names_(file.parent_path()),
      database_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms),
      transactions_(database_),
      tree_(database_, file) {
  identity_ = identity_of(file_).value_or(FileIdentity{});
  const bool fresh = is_empty(database_);
  const std::int64_t format = fresh ? sqlite_format : format_of(database_, file_);
  if (format != sqlite_format && !is_older_format(format)) throw_unsupported(format, file_);
  // Durable when a commit returns: with these two every commit syncs the write-ahead log.
  database_.exec("PRAGMA journal_mode=WAL");
  database_.exec("PRAGMA synchronous=FULL");
  database_.exec("PRAGMA secure_delete=ON");
  database_.exec("PRAGMA trusted_schema=OFF");
  database_.exec("PRAGMA cell_size_check=ON");
  if (fresh) create();
  if (is_older_format(format)) upgrade(database_, file_, format);
  wal_mover_.emplace(file_, busy_timeout_ms);
  const auto keep_pages = [](void* kept, sqlite3*, const char*, int pages) {
    *static_cast<int*>(kept) = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_.getHandle(), keep_pages,
                   &wal_pages_);  // in place of SQLite's own, which moves them at once
  load(index);
  wal_writes_.begin(database_.getHandle());
}

SqliteWriter::~SqliteWriter() = default;

void SqliteWriter::create() {
  WriteTransaction transaction(transactions_);
  database_.exec(sqlite_schema);
  database_.exec(sqlite_tree_schema);
  tree_.create();
  database_.exec("PRAGMA application_id=" + std::to_string(sqlite_application_id));
  database_.exec("PRAGMA user_version=" + std::to_string(sqlite_format));
  transaction.commit();
  sync_directory(file_.parent_path());
}

SQLite::Statement& SqliteWriter::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  return known != statements_.end() ? known->second : statements_.try_emplace(sql, database_, sql).first->second;
}

std::int64_t SqliteWriter::number(const char* sql) {
  SQLite::Statement& query = prepared(sql);
  const Reset reset(query);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::int64_t SqliteWriter::number(const char* sql, std::int64_t value) {
  SQLite::Statement& query = prepared(sql);
  const Reset reset(query);
  query.bind(1, value);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

Expected<Appended, Conflict> SqliteWriter::write(std::span<const Batch> group) {
  Plan plan(group.size());
  for (const Batch& batch : group) plan.events += batch.events.size();
  GroupHash hash(frontier_, group);
  SharedWork hashing(hash.parts(), [&](std::size_t part) { hash.make(part); });
  if (plan.events >= events_shared) helper_.offer(hashing);  // while accounts and keys are looked up
  if (std::optional<Conflict> conflict = this->plan(group, plan)) return Unexpected{*std::move(conflict)};
  WriteTransaction transaction(transactions_);  // undone unless committed
  const bool sealed = is_enough(plan);
  insert_group(group, plan, end_.head, sealed);
  hashing.finish();
  TreeGrowth growth = hash.growth();
  if (sealed) {
    tree_.write(growth);
  } else {
    tree_.write_completed(growth);  // a small commit changes one page, where two would cost a tenth more time
  }
  commit(transaction);
  frontier_ = std::move(growth.frontier);
  const std::int64_t before = end_.head;
  settle(plan);
  return Appended{before + 1, end_.head};
}

// One question after the other is asked for the whole group, so that memory is read for many of them at once.
std::optional<Conflict> SqliteWriter::plan(std::span<const Batch> group, Plan& plan) {
  std::int64_t last_stay = last_stay_;
  for (const Batch& batch : group) {
    std::optional<std::int64_t> stay = stay_of(batch.account);
    if (!stay) {
      const auto [at, fresh] = plan.stays.try_emplace(batch.account.value, last_stay + 1);
      stay = at->second;
      if (fresh) plan.fresh.push_back({++last_stay, &batch.account});
    }
    plan.batches.push_back({*stay, 0, 0, static_cast<std::int64_t>(batch.events.size()), false});
    plan.keys.push_back(hash_of(*stay, batch.key));
  }
  const std::vector<bool> maybe = index_->may_have(plan.keys);
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Batch& batch = group[i];
    PackedBatch& packed = plan.batches[i];
    const auto [at, first] = plan.versions.try_emplace(packed.account, 0);
    const AccountHead account = index_->account_of(packed.account);
    if (first) at->second = account.version;
    const std::int64_t version = at->second;
    const auto [twin, alone] = plan.hashes.try_emplace(plan.keys[i], i);
    const bool twice = !alone && group[twin->second].account == batch.account && group[twin->second].key == batch.key;
    if (twice || has_key(packed.account, batch.key, plan.keys[i], maybe[i])) {
      return Conflict{i, version, "the key is there already"};
    }
    if (version != batch.expected_version) return Conflict{i, version, "the account is at another version"};
    at->second += packed.events;
    packed.previous = account.segment;
    packed.first_version = version + 1;
  }
  return std::nullopt;
}

bool SqliteWriter::is_enough(const Plan& plan) const {
  return recent_events_ + plan.events >= segment_events || recent_batches_ + plan.batches.size() >= recent_batches_max;
}

// Rows for the group; with what is in `recent` when it is to be sealed.
void SqliteWriter::insert_group(std::span<const Batch> group, Plan& plan, std::int64_t head, bool sealed) {
  for (const Plan::Fresh& account : plan.fresh) insert_account(account.stay, *account.name);
  Packer packer;
  SegmentRow row{sealed ? end_.last_segment + 1 : end_.last_batch + 1, head + 1, 0, end_.last_batch + 1, 0};
  if (sealed && !recent_.empty()) {
    row.first_seq = recent_.front().row.first_seq;
    row.first_batch = recent_.front().row.first_batch;
    for (const Recent& recent : recent_) packer.add(Segment(recent.segment));
    SQLite::Statement& empty = prepared("DELETE FROM recent");
    const Reset reset(empty);
    empty.exec();
  }
  std::size_t first = 0;  // of the group's batches in the row
  for (std::size_t i = 0; i <= group.size(); ++i) {
    const bool enough = sealed && packer.events() >= segment_events_enough;
    if (i == group.size() || enough) {
      row.events = static_cast<std::int64_t>(packer.events());
      row.batches = static_cast<std::int64_t>(packer.batches().size());
      Plan::Piece piece{row, sealed, {}, packer.batches(), first, i};
      piece.segment = packer.finish(packer.events() < events_shared ? nullptr : &helper_);
      SQLite::Statement& insert = prepared(sealed ? insert_into_segments : insert_into_recent);
      const Reset reset(insert);
      insert_row(insert, row, piece.segment);
      if (i < group.size()) {
        for (const PackedBatch& batch : piece.batches) plan.sealed_in[batch.account] = row.id;
      }
      plan.pieces.push_back(std::move(piece));
      row = {row.id + 1, row.last_seq() + 1, 0, row.last_batch() + 1, 0};
      first = i;
    }
    if (i == group.size()) break;
    const Batch& batch = group[i];
    const auto before = plan.sealed_in.find(plan.batches[i].account);
    if (before != plan.sealed_in.end()) plan.batches[i].previous = before->second;
    packer.add(plan.batches[i], batch);
  }
}

void SqliteWriter::add_checkpoint(const StoredCheckpoint& checkpoint) {
  WriteTransaction transaction(transactions_);
  tree_.add_checkpoint(checkpoint);
  commit(transaction);
}

// The group is on disk: from now on it is known. When that cannot be, memory and disk have parted, and only opening it
// again brings them together.
void SqliteWriter::settle(Plan& plan) try {
  if (!plan.fresh.empty()) {
    const std::unique_lock lock(names_mutex_);
    for (const Plan::Fresh& account : plan.fresh) stays_.emplace(account.name->value, account.stay);
  }
  if (!plan.fresh.empty()) last_stay_ = plan.fresh.back().stay;
  for (Plan::Piece& piece : plan.pieces) {
    const std::int64_t id = piece.sealed ? piece.row.id : end_.last_segment + 1;
    index_->add(id, piece.sealed, piece.batches, std::span(plan.keys).subspan(piece.first, piece.last - piece.first));
    end_.head = piece.row.last_seq();
    end_.last_batch = piece.row.last_batch();
    if (piece.sealed) {
      end_.last_segment = id;
      recent_.clear();
      recent_events_ = 0;
      recent_batches_ = 0;
    } else {
      recent_events_ += static_cast<std::size_t>(piece.row.events);
      recent_batches_ += static_cast<std::size_t>(piece.row.batches);
      recent_.push_back({piece.row, std::move(piece.segment)});
    }
  }
  const bool sealed = !plan.pieces.empty() && plan.pieces.back().sealed;
  if (!sealed || !index_->is_full() || frontier_.size() != end_.head) return;
  try {
    index_->freeze(index_place_of(plan.pieces.back().row, frontier_.root()));
  } catch (const std::bad_alloc&) {
    // They stay where they are, and the next segment tries again.
  }
} catch (...) {
  unusable_ = file_.string() + ": memory ran out behind a commit; it has to be opened again";
  throw;
}

// What waits for more becomes a segment as it is.
void SqliteWriter::seal_recent() {
  if (recent_.empty()) return;
  Plan plan(0);
  WriteTransaction transaction(transactions_);
  insert_group({}, plan, end_.head, true);
  tree_.write({frontier_, {}});
  commit(transaction);
  settle(plan);
}

bool SqliteWriter::may_have(const AccountId& account, const IdempotencyKey& key) const {
  const std::shared_lock lock(names_mutex_);
  const auto stay = stays_.find(account.value);
  if (stay == stays_.end()) return false;
  const bool came = std::binary_search(arrived_.begin(), arrived_.end(), stay->second);
  return came || index_->has(hash_of(stay->second, key));
}

std::optional<std::int64_t> SqliteWriter::stay_of(const AccountId& account) const {
  const auto known = stays_.find(account.value);
  return known == stays_.end() ? std::nullopt : std::optional(known->second);
}

void SqliteWriter::insert_account(std::int64_t stay, const AccountId& account) {
  SQLite::Statement& insert = prepared("INSERT INTO accounts (id, name, \"check\") VALUES (?, ?, ?)");
  const Reset reset(insert);
  insert.bind(1, stay);
  insert.bindNoCopy(2, account.value);
  insert.bind(3, account_check(stay, account));
  insert.exec();
}

SqliteWriter::Stored SqliteWriter::segment(std::int64_t id) {
  static const std::string sql = std::string(select_rows) + "segments WHERE id = ?";
  SQLite::Statement& query = prepared(sql.c_str());
  const Reset reset(query);
  query.bind(1, id);
  if (!query.executeStep())
    throw Fault(Fault::Kind::damaged, file_.string() + ": segment " + std::to_string(id) + " is missing");
  const SQLite::Column body = query.getColumn(5);
  return {row_from(query), segment_from(query, file_), segment_bytes(blob(body)).size()};
}

bool SqliteWriter::has_key(std::int64_t stay, const IdempotencyKey& key, std::uint64_t hash, bool maybe) {
  for (const std::int64_t id : maybe ? index_->segments_with(hash) : std::vector<std::int64_t>{}) {
    if (id <= end_.last_segment) {
      if (batch_with(segment(id).segment, stay, key)) return true;
      continue;
    }
    for (const Recent& recent : recent_) {
      if (batch_with(Segment(recent.segment), stay, key)) return true;
    }
  }
  return std::binary_search(arrived_.begin(), arrived_.end(), stay) && has_arrived_key(stay, key);
}

bool SqliteWriter::has_arrived_key(std::int64_t stay, const IdempotencyKey& key) {
  SQLite::Statement& query = prepared("SELECT 1 FROM arrived_batches WHERE account = ? AND key_hash = ? AND key = ?");
  const Reset reset(query);
  query.bind(1, stay);
  query.bind(2, key_hash(key));
  query.bindNoCopy(3, key.value);
  return query.executeStep();
}

// A commit whose sync failed leaves whole frames behind the end of the write-ahead log. Recovery after a crash would
// take them for committed, and an append that was said to have failed would come back. Writing anything puts other
// frames in their place.
void SqliteWriter::commit(WriteTransaction& transaction) {
  require_files();
  wal_pages_ = 0;
  try {
    transaction.commit();
  } catch (const SQLite::Exception&) {
    transaction.undo();
    static_cast<void>(database_.tryExec("PRAGMA user_version=" + std::to_string(sqlite_format)));
    throw;
  }
  require_files();
  if (wal_pages_ >= wal_pages_max) {
    wal_mover_->rest();
    static_cast<void>(move_wal_pages(database_));
  } else if (wal_pages_ > 0) {
    wal_mover_->see(wal_pages_);
  }
}

void SqliteWriter::require_files() {
  if (unusable_.empty() && !names_.may_have_changed()) return;
  const std::optional<FileIdentity> now = identity_of(file_);  // nothing: not known, which says nothing against it
  const std::optional<FileIdentity> wal_now = identity_of(wal_);
  if (!now || !wal_now) names_.distrust();
  if (!wal_identity_.is_there() && wal_now) wal_identity_ = *wal_now;
  const bool moved = now && *now != identity_;
  if (unusable_.empty() && (moved || (wal_now && *wal_now != wal_identity_))) {
    unusable_ = (moved ? file_ : wal_).string() +
                ": it was removed or replaced while it was written to; nothing is taken any more";
  }
  if (!unusable_.empty()) throw Fault(Fault::Kind::unavailable, unusable_);
}

}  // namespace creditfold
