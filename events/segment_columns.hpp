// SPDX-License-Identifier: Apache-2.0
// The columns of a packed segment, found by one walk over its bytes: what lies where, and nothing decoded yet.
// `Segment` reads single events through them; who folds a whole log unpacks a column at a time. events/FORMAT.md,
// "Segment".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "events/columns.hpp"
#include "events/event.hpp"

namespace creditfold {

inline constexpr std::uint8_t segment_form = 1;  // stored; another layout is another number

// Texts that need not be there.
struct MaybeTextColumn {
  IntColumn there;  // 0 or 1
  TextColumn texts;
  void read(SpanInputArchive& in, std::size_t count);
};

// Views into bytes that outlive them. In stored order; a number of values is that of the comment above them.
struct SegmentColumns {
  // Of each batch.
  IntColumn gone_at;  // the places of those that are gone, of which nothing but these four columns is kept
  IntColumn account, previous, first_version, count;
  // Of each batch that is not gone.
  TextColumn key;
  std::string_view command;  // digests, one behind the other
  std::size_t keys_at = 0;   // where `key` begins in the segment; up to behind `command` lies what a fold hardly reads
  std::size_t after_keys = 0;
  // Of each of their events.
  IntColumn tag, revision, at, recorded_at;
  MaybeTextColumn actor;
  std::vector<std::uint32_t> tags;  // `tag` unpacked; empty when all events are charges
  // Of each charge.
  std::size_t charges = 0;
  IntColumn usage_is_key;
  TextColumn usage;  // only those that are not their command's key
  TextColumn plan, workflow, model, rate_card;
  IntColumn query, input, output, credits, late, flags;
  MaybeTextColumn settles, memo;
  // Of each other event.
  std::vector<std::int64_t> other_size;  // unpacked
  std::string_view other;                // their fields, one behind the other

  // Throws DecodeFailure where the bytes are no segment. Sizes of others are none below 0 and lie in `other`, places in
  // gone_at are of batches; whether counts of batches and events fit together, and what columns hold, is for the
  // reader.
  [[nodiscard]] static SegmentColumns take(std::span<const std::uint8_t> bytes) {
    SegmentColumns columns;
    columns.read(bytes);
    return columns;
  }
  // The same where the columns of another one were, whose memory it goes on using. After a throw nothing but `read` may
  // be asked of them.
  void read(std::span<const std::uint8_t> bytes);
};

// The fields of an event that is no charge. Throws DecodeFailure where they are not of this kind and revision.
[[nodiscard]] Payload payload_of(std::int64_t tag, std::int64_t revision, std::string_view fields);

}  // namespace creditfold
