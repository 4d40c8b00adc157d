// SPDX-License-Identifier: Apache-2.0
// A group on its way into the database: what was looked up of it, and the rows it becomes. Private to the SQLite store.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <string_view>
#include <utility>
#include <vector>

#include "events/store/sqlite_writer.hpp"

namespace creditfold {

struct SqliteWriter::Plan {
  struct Fresh {
    std::int64_t stay = 0;
    const AccountId* name = nullptr;  // in the group
  };
  // A row, and which of the group's batches are in it.
  struct Piece {
    SegmentRow row;
    bool sealed = false;
    std::vector<std::uint8_t> segment;
    std::vector<PackedBatch> batches;  // those that waited in `recent` too
    std::size_t first = 0;
    std::size_t last = 0;
  };

  boost::unordered_flat_map<std::string_view, std::int64_t> stays;  // of accounts that are new
  boost::unordered_flat_map<std::int64_t, std::int64_t> versions;   // of stays, behind what was planned
  boost::unordered_flat_map<std::uint64_t, std::size_t> hashes;     // of keys: the first batch with it
  std::vector<Fresh> fresh;
  std::vector<PackedBatch> batches;
  std::vector<std::uint64_t> keys;  // their hashes

  explicit Plan(std::size_t size) {
    versions.reserve(size);
    hashes.reserve(size);
    batches.reserve(size);
    keys.reserve(size);
  }
  std::size_t events = 0;
  std::vector<Piece> pieces;
  boost::unordered_flat_map<std::int64_t, std::int64_t> sealed_in;  // of stays: the newest of the pieces but the last
};

}  // namespace creditfold
