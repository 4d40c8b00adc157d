// SPDX-License-Identifier: Apache-2.0
// Rows of `segments` and `recent`: where a packed run of batches lies in the log, and the check over all of it. Private
// to the SQLite store.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/segment.hpp"
#include "events/store/shared_work.hpp"

namespace creditfold {

// Events that a segment is made of as a rule. Fewer, from commits of few, wait in `recent`: rows of their own, packed
// into one segment once there are so many. More than a few thousand, and one event would cost too much to be looked up.
inline constexpr std::size_t segment_events = 1'000;

struct SegmentRow {
  std::int64_t id = 0;         // from 1 without gaps in `segments`; the id of its first batch in `recent`
  std::int64_t first_seq = 0;  // of its first event; of the next event there was when it has none
  std::int64_t events = 0;
  std::int64_t first_batch = 0;  // batches count from 1 without gaps
  std::int64_t batches = 0;

  [[nodiscard]] std::int64_t last_seq() const { return first_seq + events - 1; }
  [[nodiscard]] std::int64_t last_batch() const { return first_batch + batches - 1; }
};

// XXH3-64, seed 0, of the row's numbers.
[[nodiscard]] std::uint64_t check_of_numbers(const SegmentRow& row);

// Zeros behind a segment. An account is taken out of it later by writing it anew in its place, and though every column
// then has fewer values, a base or a width may take a byte or two more.
inline constexpr std::size_t segment_slack = 32;

// What stands in the column `body`: a check (8 bytes, least first) of the row's numbers and the rest, then the segment.
[[nodiscard]] std::vector<std::uint8_t> body_of(const SegmentRow& row, std::span<const std::uint8_t> segment);
// The segment's bytes in it. Throws Fault damaged, `file` and the events named, unless the check holds.
[[nodiscard]] std::span<const std::uint8_t> checked_segment(const SegmentRow& row, std::span<const std::uint8_t> body,
                                                            const std::filesystem::path& file);
// The segment in it. Throws Fault damaged, `file` and the events named, unless the check holds and the numbers are its.
[[nodiscard]] Segment segment_in(const SegmentRow& row, std::span<const std::uint8_t> body,
                                 const std::filesystem::path& file);

// The segment before this one that holds batches of the account; 0 when none does, or this one holds none.
[[nodiscard]] std::int64_t previous_in(const Segment& segment, std::int64_t account);

// The batch of the account with this key, if the segment holds it.
[[nodiscard]] std::optional<std::size_t> batch_with(const Segment& segment, std::int64_t account,
                                                    const IdempotencyKey& key);

// The segment's bytes in a body whose check holds.
[[nodiscard]] std::span<const std::uint8_t> segment_bytes(std::span<const std::uint8_t> body);

// Packs batches of a group and of segments into one, and keeps what the latter were read into until it is done.
class Packer {
 public:
  void add(const PackedBatch& packed, const Batch& batch);
  // All of the segment; of the account named nothing but its batches' places.
  void add(const Segment& segment, std::optional<std::int64_t> but_for = std::nullopt);

  [[nodiscard]] std::size_t events() const { return events_; }  // those that are gone too: they have their positions
  [[nodiscard]] const std::vector<PackedBatch>& batches() const { return batches_; }
  // The segment and its slack; the packer is empty then.
  [[nodiscard]] std::vector<std::uint8_t> finish(HelperThread* helper = nullptr);  // which takes parts of it

 private:
  SegmentWriter writer_;
  std::vector<PackedBatch> batches_;
  std::size_t events_ = 0;
  std::deque<Batch> unpacked_;  // whose elements stay where they are
};

// The segment without what it holds of an account, as many bytes as before, or more when it has to be.
[[nodiscard]] std::vector<std::uint8_t> without(const Segment& segment, std::int64_t account, std::size_t bytes);

}  // namespace creditfold
