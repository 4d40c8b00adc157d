// SPDX-License-Identifier: Apache-2.0
#include "events/store/sqlite_tree.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "events/archive.hpp"
#include "events/checksum.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_rows.hpp"

namespace creditfold {
namespace {

std::vector<std::uint8_t> bytes_of(std::span<const TreeHash> hashes) {
  std::vector<std::uint8_t> bytes;
  for (const TreeHash& hash : hashes) bytes.insert(bytes.end(), hash.begin(), hash.end());
  return bytes;
}

// Nothing unless they are whole hashes.
std::optional<std::vector<TreeHash>> hashes_of(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t size = std::tuple_size_v<TreeHash>;
  if (bytes.size() % size != 0) return std::nullopt;
  std::vector<TreeHash> hashes(bytes.size() / size);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * size), size, hashes[i].begin());
  }
  return hashes;
}

// Seed: the size of the tree, or the first position.
std::int64_t hashes_check(std::int64_t seed, std::span<const std::uint8_t> hashes) {
  return static_cast<std::int64_t>(checksum(hashes, static_cast<std::uint64_t>(seed)));
}

std::int64_t checkpoint_check(const StoredCheckpoint& checkpoint) {
  std::vector<std::uint8_t> bytes(checkpoint.note.begin(), checkpoint.note.end());
  append_with(bytes, [&](SpanOutputArchive& archive) { archive(checkpoint.at); });
  return static_cast<std::int64_t>(checksum(bytes, static_cast<std::uint64_t>(checkpoint.size)));
}

// The leaves under one node of a tile level.
std::int64_t leaves_under(int tile_level) { return std::int64_t{1} << (tile_height * tile_level); }

constexpr int tile_levels_max = 7;  // of 2^56 events and more there is no tile

}  // namespace

void SqliteTree::damaged(const std::string& what) const {
  throw Fault(Fault::Kind::damaged, file_.string() + ": " + what);
}

SQLite::Statement& SqliteTree::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  return known != statements_.end() ? known->second : statements_.try_emplace(sql, database_, sql).first->second;
}

void SqliteTree::create() {
  database_.exec("INSERT INTO tree (id, size, frontier, \"check\") VALUES (1, 0, zeroblob(0), 0)");
  write_frontier(Frontier());
}

Frontier SqliteTree::frontier() {
  SQLite::Statement& query = prepared("SELECT size, frontier, \"check\" FROM tree WHERE id = 1");
  const Reset reset(query);
  if (!query.executeStep()) damaged("its tree has no row");
  const std::int64_t size = query.getColumn(0).getInt64();
  const SQLite::Column frontier_column = query.getColumn(1);
  const std::span<const std::uint8_t> bytes = blob(frontier_column);
  if (hashes_check(size, bytes) != query.getColumn(2).getInt64())
    damaged("the row of its tree is damaged: its check is wrong");
  auto hashes = hashes_of(bytes);
  auto frontier = hashes ? Frontier::of(size, *std::move(hashes)) : std::nullopt;
  if (!frontier)
    damaged("the row of its tree is damaged: its hashes are not those of " + std::to_string(size) + " leaves");
  return *std::move(frontier);
}

void SqliteTree::require_leaves(std::int64_t leaves, std::int64_t head) const {
  if (leaves == head) return;
  damaged("its tree has " + std::to_string(leaves) + " leaves, but the newest event is " + std::to_string(head));
}

void SqliteTree::write_frontier(const Frontier& frontier) {
  const std::vector<std::uint8_t> bytes = bytes_of(frontier.subtrees());
  SQLite::Statement& update = prepared("UPDATE tree SET size = ?, frontier = ?, \"check\" = ? WHERE id = 1");
  const Reset reset(update);
  update.bind(1, frontier.size());
  const void* const data =
      bytes.empty() ? static_cast<const void*>("") : bytes.data();  // SQLite takes nullptr for NULL
  update.bindNoCopy(2, data, static_cast<int>(bytes.size()));
  update.bind(3, hashes_check(frontier.size(), bytes));
  update.exec();
}

TreeGrowth grown(Frontier frontier, std::span<const Subtrees> added) {
  TreeGrowth growth;
  std::vector<TreeHash> completed;
  const auto keep_stored = [&](int level, const TreeHash& hash) {
    if (level % tile_height == 0) completed.push_back(hash);
  };
  for (const Subtrees& subtrees : added) {
    for (const TreeHash& subtree : subtrees.hashes) {
      frontier.append(subtree, keep_stored, subtrees.level);
      if (!completed.empty()) growth.completed.push_back({frontier.size(), std::exchange(completed, {})});
    }
  }
  growth.frontier = std::move(frontier);
  return growth;
}

void SqliteTree::write_completed(const TreeGrowth& growth) {
  for (const TreeGrowth::Completed& completed : growth.completed) insert_nodes(completed.size, completed.hashes);
}

void SqliteTree::write(const TreeGrowth& growth) {
  write_completed(growth);
  write_frontier(growth.frontier);
}

void SqliteTree::insert_nodes(std::int64_t size, std::span<const TreeHash> hashes) {
  const std::vector<std::uint8_t> bytes = bytes_of(hashes);
  SQLite::Statement& insert = prepared("INSERT INTO tree_nodes (size, hashes) VALUES (?, ?)");
  const Reset reset(insert);
  insert.bind(1, size);
  insert.bindNoCopy(2, bytes.data(), static_cast<int>(bytes.size()));
  insert.exec();
}

std::vector<TreeHash> SqliteTree::nodes(int tile_level, std::int64_t first, std::int64_t count) {
  std::vector<TreeHash> nodes;
  if (tile_level < 1 || tile_level > tile_levels_max)
    damaged("it has no hashes of tile level " + std::to_string(tile_level));
  SQLite::Statement& query = prepared("SELECT hashes FROM tree_nodes WHERE size = ?");
  for (std::int64_t index = first; index < first + count; ++index) {
    const Reset reset(query);
    const std::int64_t size = (index + 1) * leaves_under(tile_level);
    query.bind(1, size);
    const auto hashes = query.executeStep() ? hashes_of(blob(query.getColumn(0))) : std::nullopt;
    if (!hashes || hashes->size() < static_cast<std::size_t>(tile_level)) {
      damaged("the tree's hashes up to event " + std::to_string(size) + " are missing or damaged");
    }
    nodes.push_back((*hashes)[static_cast<std::size_t>(tile_level) - 1]);
  }
  return nodes;
}

void SqliteTree::check_rows(std::int64_t size) {
  const std::int64_t tiles = size / tile_width;
  SQLite::Statement& query = prepared("SELECT count(*), coalesce(max(size), 0) FROM tree_nodes");
  const Reset reset(query);
  const bool fits = query.executeStep() && query.getColumn(0).getInt64() == tiles &&
                    query.getColumn(1).getInt64() == tiles * tile_width;
  if (!fits) damaged("the tree's hashes are not those of its " + std::to_string(tiles) + " full tiles");
}

// Neighbours share a row: streams that leave lie in runs.
void SqliteTree::keep(std::span<const KeptLeaf> leaves) {
  SQLite::Statement& insert = prepared("INSERT INTO kept_leaves (first_seq, hashes, \"check\") VALUES (?, ?, ?)");
  for (std::size_t begin = 0; begin < leaves.size();) {
    std::vector<TreeHash> run;
    std::size_t end = begin;
    while (end < leaves.size() && leaves[end].seq == leaves[begin].seq + static_cast<std::int64_t>(end - begin)) {
      run.push_back(leaves[end++].hash);
    }
    const std::vector<std::uint8_t> bytes = bytes_of(run);
    const Reset reset(insert);
    insert.bind(1, leaves[begin].seq);
    insert.bindNoCopy(2, bytes.data(), static_cast<int>(bytes.size()));
    insert.bind(3, hashes_check(leaves[begin].seq, bytes));
    insert.exec();
    begin = end;
  }
}

std::optional<TreeHash> SqliteTree::kept(std::int64_t seq) {
  SQLite::Statement& query = prepared(
      "SELECT first_seq, hashes, \"check\" FROM kept_leaves WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1");
  const Reset reset(query);
  query.bind(1, seq);
  if (!query.executeStep()) return std::nullopt;
  const std::int64_t first = query.getColumn(0).getInt64();
  const SQLite::Column hashes_column = query.getColumn(1);
  const std::span<const std::uint8_t> bytes = blob(hashes_column);
  const auto hashes = hashes_of(bytes);
  if (!hashes || hashes_check(first, bytes) != query.getColumn(2).getInt64()) {
    damaged("the kept leaf hashes from event " + std::to_string(first) + " on are damaged");
  }
  const auto index = static_cast<std::size_t>(seq - first);
  return index < hashes->size() ? std::optional((*hashes)[index]) : std::nullopt;
}

void SqliteTree::add_checkpoint(const StoredCheckpoint& checkpoint) {
  SQLite::Statement& insert =
      prepared("INSERT OR IGNORE INTO checkpoints (size, note, at, \"check\") VALUES (?, ?, ?, ?)");
  const Reset reset(insert);
  insert.bind(1, checkpoint.size);
  insert.bindNoCopy(2, checkpoint.note);
  insert.bind(3, checkpoint.at.micros);
  insert.bind(4, checkpoint_check(checkpoint));
  insert.exec();
}

std::optional<StoredCheckpoint> SqliteTree::checkpoint_from(SQLite::Statement& query) {
  if (!query.executeStep()) return std::nullopt;
  StoredCheckpoint checkpoint{query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                              Instant{query.getColumn(2).getInt64()}};
  const bool in_calendar = instant_min <= checkpoint.at && checkpoint.at <= instant_max;
  if (!in_calendar || checkpoint_check(checkpoint) != query.getColumn(3).getInt64()) {
    damaged("the checkpoint of " + std::to_string(checkpoint.size) + " events is damaged: its check is wrong");
  }
  return checkpoint;
}

std::optional<StoredCheckpoint> SqliteTree::newest_checkpoint() {
  SQLite::Statement& query = prepared("SELECT size, note, at, \"check\" FROM checkpoints ORDER BY size DESC LIMIT 1");
  const Reset reset(query);
  return checkpoint_from(query);
}

std::optional<StoredCheckpoint> SqliteTree::checkpoint_behind(std::int64_t size) {
  SQLite::Statement& query =
      prepared("SELECT size, note, at, \"check\" FROM checkpoints WHERE size > ? ORDER BY size LIMIT 1");
  const Reset reset(query);
  query.bind(1, size);
  return checkpoint_from(query);
}

}  // namespace creditfold
