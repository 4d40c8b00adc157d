// SPDX-License-Identifier: Apache-2.0
#include "events/store/segment_rows.hpp"

#include <algorithm>
#include <cstring>

#include "events/archive.hpp"
#include "events/checksum.hpp"

namespace creditfold {
namespace {

constexpr std::size_t body_check_bytes = sizeof(std::uint64_t);

std::uint64_t check_of_row(const SegmentRow& row, std::span<const std::uint8_t> segment) {
  return checksum(segment, check_of_numbers(row));
}

}  // namespace

std::uint64_t check_of_numbers(const SegmentRow& row) {
  std::vector<std::uint8_t> numbers;
  append_with(numbers, [&](SpanOutputArchive& out) {
    out(row.id, row.first_seq, row.events, row.first_batch, row.batches);
  });
  return checksum(numbers, 0);
}

std::vector<std::uint8_t> body_of(const SegmentRow& row, std::span<const std::uint8_t> segment) {
  const std::uint64_t check = check_of_row(row, segment);
  std::vector<std::uint8_t> body(body_check_bytes + segment.size());
  std::memcpy(body.data(), &check, body_check_bytes);
  std::memcpy(body.data() + body_check_bytes, segment.data(), segment.size());
  return body;
}

namespace {

Fault damaged_row(const SegmentRow& row, const std::filesystem::path& file, const std::string& what) {
  return Fault(Fault::Kind::damaged, file.string() + ": segment " + std::to_string(row.id) + " (events " +
                                         std::to_string(row.first_seq) + " to " + std::to_string(row.last_seq()) +
                                         ") is damaged: " + what);
}

}  // namespace

std::span<const std::uint8_t> checked_segment(const SegmentRow& row, std::span<const std::uint8_t> body,
                                              const std::filesystem::path& file) {
  std::uint64_t check = 0;
  if (body.size() < body_check_bytes) throw damaged_row(row, file, "it is cut short");
  std::memcpy(&check, body.data(), body_check_bytes);
  const std::span<const std::uint8_t> bytes = body.subspan(body_check_bytes);
  if (check != check_of_row(row, bytes)) throw damaged_row(row, file, "its check is wrong");
  return bytes;
}

Segment segment_in(const SegmentRow& row, std::span<const std::uint8_t> body, const std::filesystem::path& file) {
  const std::span<const std::uint8_t> bytes = checked_segment(row, body, file);
  try {
    Segment segment({bytes.begin(), bytes.end()});
    const bool same = static_cast<std::int64_t>(segment.events()) == row.events &&
                      static_cast<std::int64_t>(segment.batches()) == row.batches;
    if (!same) throw damaged_row(row, file, "it holds another number of events or batches");
    return segment;
  } catch (const DecodeFailure& failure) {
    throw damaged_row(row, file, std::string(failure.what()) + " at byte " + std::to_string(failure.error().offset));
  }
}

std::int64_t previous_in(const Segment& segment, std::int64_t account) {
  for (std::size_t i = 0; i < segment.batches(); ++i) {
    if (segment.batch(i).account == account) return segment.batch(i).previous;
  }
  return 0;
}

std::optional<std::size_t> batch_with(const Segment& segment, std::int64_t account, const IdempotencyKey& key) {
  for (std::size_t i = 0; i < segment.batches(); ++i) {
    const PackedBatch& batch = segment.batch(i);
    if (batch.account == account && !batch.gone && segment.key(i) == key) return i;
  }
  return std::nullopt;
}

std::span<const std::uint8_t> segment_bytes(std::span<const std::uint8_t> body) {
  return body.subspan(body_check_bytes);
}

void Packer::add(const PackedBatch& packed, const Batch& batch) {
  if (packed.gone) {
    writer_.add_gone(packed);
  } else {
    writer_.add(packed, batch.key, batch.command, batch.events);
  }
  batches_.push_back(packed);
  events_ += static_cast<std::size_t>(packed.events);
}

void Packer::add(const Segment& segment, std::optional<std::int64_t> but_for) {
  static const AccountId nobody("-");  // a segment holds accounts by their numbers
  for (std::size_t i = 0; i < segment.batches(); ++i) {
    PackedBatch packed = segment.batch(i);
    packed.gone = packed.gone || packed.account == but_for;
    Batch& batch = unpacked_.emplace_back();
    if (!packed.gone) {
      batch.key = segment.key(i);
      batch.command = segment.command(i);
      for (std::size_t e = segment.first_event(i); e < segment.first_event(i + 1); ++e) {
        batch.events.push_back(segment.event(i, e, nobody));
      }
    }
    add(packed, batch);
  }
}

std::vector<std::uint8_t> Packer::finish(HelperThread* helper) {
  std::vector<std::vector<std::uint8_t>> parts(writer_.parts());
  SharedWork packing(parts.size(), [&](std::size_t i) { writer_.put_part(i, parts[i]); });
  if (helper != nullptr) helper->offer(packing);
  packing.finish();
  std::vector<std::uint8_t> segment = std::move(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) segment.insert(segment.end(), parts[i].begin(), parts[i].end());
  writer_.clear();
  segment.resize(segment.size() + segment_slack);
  batches_.clear();
  events_ = 0;
  unpacked_.clear();
  return segment;
}

std::vector<std::uint8_t> without(const Segment& segment, std::int64_t account, std::size_t bytes) {
  Packer packer;
  packer.add(segment, account);
  std::vector<std::uint8_t> shorter = packer.finish();
  shorter.resize(std::max(bytes, shorter.size() - segment_slack));
  return shorter;
}

}  // namespace creditfold
