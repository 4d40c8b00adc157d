// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of a log and its checkpoints in a database, inside its user's transactions. It knows leaves by their
// hashes: what a leaf is made of, and which table that lies in, it must not know. Private to the SQLite store.
//
// Leaf hashes are not stored but where their bytes are about to go. A frontier is a value: who appends takes the grown
// one for true once the transaction is on disk.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "events/chain/merkle.hpp"
#include "events/tree.hpp"

namespace creditfold {

struct KeptLeaf {
  std::int64_t seq = 0;
  TreeHash hash{};
};

// What leaves do to a tree: nothing of it is written yet.
struct TreeGrowth {
  struct Completed {
    std::int64_t size = 0;          // the leaf that completes them
    std::vector<TreeHash> hashes;  // of the levels that are stored
  };
  Frontier frontier;
  std::vector<Completed> completed;
};
// REQUIRES: what comes before each of them is a multiple of its leaves.
[[nodiscard]] TreeGrowth grown(Frontier frontier, std::span<const Subtrees> added);

class SqliteTree {
 public:
  // REQUIRES: the database has the tables of sqlite_tree_schema when anything is asked; it outlives this.
  SqliteTree(SQLite::Database& database, std::filesystem::path file) : database_(database), file_(std::move(file)) {}

  // The row of the empty tree.
  void create();
  // As it was written last. Throws Fault damaged.
  [[nodiscard]] Frontier frontier();
  // Throws Fault damaged unless so many leaves are those of a log up to `head`.
  void require_leaves(std::int64_t leaves, std::int64_t head) const;
  // What the leaves completed; `write`: and the frontier behind them.
  void write_completed(const TreeGrowth& growth);
  void write(const TreeGrowth& growth);

  // Hashes of a tile level from 1 up. Throws Fault damaged when one is missing.
  [[nodiscard]] std::vector<TreeHash> nodes(int tile_level, std::int64_t first, std::int64_t count);
  // Throws Fault damaged unless the rows are as many as a tree of that size has full tiles.
  void check_rows(std::int64_t size);

  // Leaves whose bytes go. REQUIRES: ascending; none is kept already.
  void keep(std::span<const KeptLeaf> leaves);
  [[nodiscard]] std::optional<TreeHash> kept(std::int64_t seq);

  // Nothing when there is one of its size.
  void add_checkpoint(const StoredCheckpoint& checkpoint);
  [[nodiscard]] std::optional<StoredCheckpoint> newest_checkpoint();
  // The first one larger than `size`.
  [[nodiscard]] std::optional<StoredCheckpoint> checkpoint_behind(std::int64_t size);

 private:
  [[nodiscard]] SQLite::Statement& prepared(const char* sql);
  void write_frontier(const Frontier& frontier);
  void insert_nodes(std::int64_t size, std::span<const TreeHash> hashes);
  [[nodiscard]] std::optional<StoredCheckpoint> checkpoint_from(SQLite::Statement& query);
  [[noreturn]] void damaged(const std::string& what) const;

  SQLite::Database& database_;
  std::filesystem::path file_;
  std::unordered_map<const char*, SQLite::Statement> statements_;  // by their literal
};

}  // namespace creditfold
