// SPDX-License-Identifier: Apache-2.0
// What a partition's database says of its Merkle tree. Leaf hashes are made of the stored bodies, or taken from those
// that were kept when the bodies went.
#include "events/chain/merkle.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"

namespace creditfold {

// Rows as `events` reads them, taken for their bytes alone.
std::vector<TreeHash> SqliteReader::leaf_hashes(std::int64_t after, std::int64_t to) {
  const Snapshot snapshot(*this);
  std::vector<TreeHash> hashes;
  for (std::int64_t seq = after; seq < to;) {
    const Segment segment = segment_of(seq + 1);
    SQLite::Statement& query = prepared(
        segment.arrived ? "SELECT place, account, body, \"check\" FROM arrived_events WHERE place > ? AND place <= ? "
                          "ORDER BY place"
                        : "SELECT seq, account, body, \"check\" FROM events WHERE seq > ? AND seq <= ? ORDER BY seq");
    const Reset reset(query);
    query.bind(1, seq - segment.shift);
    const std::int64_t last = std::min(to, segment.last_seq);
    query.bind(2, last - segment.shift);
    while (query.executeStep()) {
      if (query.getColumn(0).getInt64() + segment.shift != seq + 1) break;
      hashes.push_back(leaf_hash_of(query, ++seq));
    }
    if (seq != last) damaged("event " + std::to_string(seq + 1) + " is missing");
  }
  return hashes;
}

// Columns: place, account, body, check.
TreeHash SqliteReader::leaf_hash_of(SQLite::Statement& row, std::int64_t seq) {
  if (const Tombstone* departure = departure_of(row.getColumn(1).getInt64())) {
    if (const auto kept = tree_.kept(seq)) return *kept;
    if (departure->erased) damaged("event " + std::to_string(seq) + " is erased, and its leaf hash was not kept");
  }
  const SQLite::Column body_column = row.getColumn(2);
  const std::span<const std::uint8_t> body = blob(body_column);
  if (event_check(row.getColumn(0).getInt64(), body) != row.getColumn(3).getInt64()) {
    damaged("event " + std::to_string(seq) + " is damaged: its check is wrong");
  }
  return leaf_hash(body);
}

std::vector<TreeHash> SqliteReader::tree_hashes(int tile_level, std::int64_t first, std::int64_t count) {
  return tile_level == 0 ? leaf_hashes(first, first + count) : tree_.nodes(tile_level, first, count);
}

}  // namespace creditfold
