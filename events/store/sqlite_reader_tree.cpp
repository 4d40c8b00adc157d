// SPDX-License-Identifier: Apache-2.0
// What a partition's database says of its Merkle tree. Leaf hashes are made of the stored bodies, or taken from those
// that were kept when the bodies went.
#include <algorithm>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"

namespace creditfold {

std::vector<TreeHash> SqliteReader::leaf_hashes(std::int64_t after, std::int64_t to) {
  const Snapshot snapshot(*this);
  std::vector<TreeHash> hashes;
  for (std::int64_t seq = after; seq < to;) {
    const Range range = range_of(seq + 1);
    const std::int64_t last = std::min(to, range.last_seq);
    std::int64_t reached = seq;
    if (range.arrived) {
      reached = add_arrived_leaves(range, seq, last, hashes);
    } else if (const auto loaded = holding_seq(seq + 1)) {
      reached = add_leaves(*loaded, seq, last, hashes);
    }
    if (reached == seq) damaged("event " + std::to_string(seq + 1) + " is missing");
    seq = reached;
  }
  return hashes;
}

// Of a segment's or waiting row's events behind `seq`; returns the last one's position.
std::int64_t SqliteReader::add_leaves(const Loaded& loaded, std::int64_t seq, std::int64_t to,
                                      std::vector<TreeHash>& hashes) {
  std::vector<std::uint8_t> body;
  auto at = static_cast<std::size_t>(seq + 1 - loaded.row.first_seq);
  std::size_t batch = loaded.segment.batch_of(at);
  for (const std::int64_t last = std::min(to, loaded.row.last_seq()); seq < last; ++at) {
    while (at >= loaded.segment.first_event(batch + 1)) ++batch;
    if (const auto kept = kept_leaf(loaded.segment.batch(batch).account, ++seq)) {
      hashes.push_back(*kept);
      continue;
    }
    body.clear();
    encode_event(event_in(loaded, batch, at), body);
    hashes.push_back(leaf_hash(body));
  }
  return seq;
}

std::int64_t SqliteReader::add_arrived_leaves(const Range& range, std::int64_t seq, std::int64_t to,
                                              std::vector<TreeHash>& hashes) {
  SQLite::Statement& query = prepared(
      "SELECT place, account, body, \"check\" FROM arrived_events WHERE place > ? AND place <= ? ORDER BY place");
  const Reset reset(query);
  query.bind(1, seq - range.shift);
  query.bind(2, to - range.shift);
  while (query.executeStep()) {
    const std::int64_t place = query.getColumn(0).getInt64();
    if (place + range.shift != seq + 1) break;
    ++seq;
    if (const auto kept = kept_leaf(query.getColumn(1).getInt64(), seq)) {
      hashes.push_back(*kept);
      continue;
    }
    const SQLite::Column body_column = query.getColumn(2);
    const std::span<const std::uint8_t> body = blob(body_column);
    if (event_check(place, body) != query.getColumn(3).getInt64()) {
      damaged("event " + std::to_string(seq) + " is damaged: its check is wrong");
    }
    hashes.push_back(leaf_hash(body));
  }
  return seq;
}

// What was kept of an event whose account left; nothing while its bytes are there.
std::optional<TreeHash> SqliteReader::kept_leaf(std::int64_t stay, std::int64_t seq) {
  const Tombstone* departure = departure_of(stay);
  if (departure == nullptr) return std::nullopt;
  const auto kept = tree_.kept(seq);
  if (!kept && departure->erased)
    damaged("event " + std::to_string(seq) + " is erased, and its leaf hash was not kept");
  return kept;
}

Frontier SqliteReader::frontier() {
  const Snapshot snapshot(*this);
  Frontier frontier = tree_.frontier();
  const std::int64_t newest = head();
  const std::vector<std::shared_ptr<const Loaded>> waiting = recent();
  const std::int64_t sealed = waiting.empty() ? newest : waiting.front()->row.first_seq - 1;
  if (frontier.size() < sealed || frontier.size() > newest) {
    damaged("its tree was written for " + std::to_string(frontier.size()) + " events, but " + std::to_string(sealed) +
            " are sealed and the newest is " + std::to_string(newest));
  }
  std::vector<TreeHash> leaves;
  std::int64_t reached = frontier.size();
  for (const auto& loaded : waiting) {
    if (loaded->row.first_seq > reached + 1) damaged("event " + std::to_string(reached + 1) + " is missing");
    if (loaded->row.last_seq() > reached) reached = add_leaves(*loaded, reached, newest, leaves);
  }
  for (const TreeHash& leaf : leaves) frontier.append(leaf);
  return frontier;
}

std::vector<TreeHash> SqliteReader::tree_hashes(int tile_level, std::int64_t first, std::int64_t count) {
  return tile_level == 0 ? leaf_hashes(first, first + count) : tree_.nodes(tile_level, first, count);
}

}  // namespace creditfold
