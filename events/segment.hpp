// SPDX-License-Identifier: Apache-2.0
// A run of accepted batches packed by columns: what the store keeps of the log in one row. Every batch, and every
// event's canonical bytes, can be had again from it, one by one. events/FORMAT.md, "Segment", has the layout.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "events/columns.hpp"
#include "events/log.hpp"

namespace creditfold {

// A batch as a segment holds it. Accounts are numbers there; whose they are is told elsewhere.
struct PackedBatch {
  std::int64_t account = 0;
  std::int64_t previous = 0;  // the id of the segment before this one that holds batches of the account; 0: none does
  std::int64_t first_version = 0;  // of its first event, or of the next one when it has none
  std::int64_t events = 0;
  bool gone = false;  // its account left and was erased: the rest is not there
};

class SegmentWriter {
 public:
  SegmentWriter();
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  // The next batch. Borrows key and events until `finish`. REQUIRES: events.size() == batch.events and they are
  // numbered from its first version on; at most column_values_max events in all.
  void add(const PackedBatch& batch, const IdempotencyKey& key, const CommandDigest& command,
           std::span<const Event> events);
  // The next batch, of which nothing but its place is kept.
  void add_gone(const PackedBatch& batch);

  // The segment of what was added; the writer is empty then. Throws Unencodable when a field breaks its limits.
  [[nodiscard]] std::vector<std::uint8_t> finish();
  // The same for who has several threads: its parts, which may be made at the same time, lie one behind the other.
  [[nodiscard]] std::size_t parts() const;
  void put_part(std::size_t index, std::vector<std::uint8_t>& out) const;  // throws as finish does
  void clear();

 private:
  struct Added;
  std::unique_ptr<Added> added_;
};

// Reads a segment. Zeros behind its end are no part of it.
class Segment {
 public:
  // Throws DecodeFailure where the bytes are no segment.
  explicit Segment(std::vector<std::uint8_t> bytes);
  ~Segment();
  Segment(Segment&&) noexcept;
  Segment& operator=(Segment&&) noexcept;

  [[nodiscard]] std::size_t batches() const { return batches_.size(); }
  [[nodiscard]] std::size_t events() const { return first_event_.back(); }
  [[nodiscard]] const PackedBatch& batch(std::size_t index) const { return batches_[index]; }
  // Where in the segment the batch's first event is; of index batches(): how many events there are.
  [[nodiscard]] std::size_t first_event(std::size_t index) const { return first_event_[index]; }
  // The batch that an event of the segment belongs to.
  [[nodiscard]] std::size_t batch_of(std::size_t event) const;

  // REQUIRES: the batch is not gone. These throw DecodeFailure where what lies there cannot be one.
  [[nodiscard]] IdempotencyKey key(std::size_t batch) const;
  [[nodiscard]] CommandDigest command(std::size_t batch) const;
  // With everything but seq and partition; `account` is the batch's.
  [[nodiscard]] Event event(std::size_t batch, std::size_t event, const AccountId& account) const;

 private:
  struct Columns;

  std::vector<std::uint8_t> bytes_;
  std::vector<PackedBatch> batches_;
  std::vector<std::size_t> first_event_;  // one more than there are batches
  std::unique_ptr<Columns> columns_;
};

}  // namespace creditfold
