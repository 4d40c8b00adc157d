// SPDX-License-Identifier: Apache-2.0
#include "events/segment_columns.hpp"

#include <algorithm>
#include <utility>

#include "events/archive.hpp"
#include "events/upcast.hpp"

namespace creditfold {
namespace {

// Numbers below a count that cannot be more than what is left.
std::size_t take_size(SpanInputArchive& in) {
  const std::size_t start = in.offset();
  const std::uint64_t size = in.take_varint();
  in.require(size <= column_values_max, start, "more in a segment than fits");
  return static_cast<std::size_t>(size);
}

bool all_are(const IntColumn& column, std::int64_t value) {
  return column.size() == 0 || (column.is_constant() && column.at(0) == value);
}

// The charges come first in the order of stored columns, so how many there are must be known before.
void take_tags(SegmentColumns& columns) {
  columns.charges = columns.tag.size();
  columns.tags.clear();
  if (all_are(columns.tag, CreditsConsumed::tag)) return;
  if (!columns.tag.is_narrow()) throw DecodeFailure(0, "unknown tag or revision of an event");
  columns.tags.resize(columns.tag.size());
  columns.tag.unpack(columns.tags.data());
  columns.charges = static_cast<std::size_t>(
      std::count(columns.tags.begin(), columns.tags.end(), std::uint32_t{CreditsConsumed::tag}));
}

std::size_t own_usages(const IntColumn& usage_is_key) {
  if (usage_is_key.is_constant()) return usage_is_key.size() > 0 && usage_is_key.at(0) == 0 ? usage_is_key.size() : 0;
  if (!usage_is_key.is_narrow()) throw DecodeFailure(0, "neither yes nor no");
  std::vector<std::uint32_t> is_key(usage_is_key.size());
  usage_is_key.unpack(is_key.data());
  return static_cast<std::size_t>(std::count(is_key.begin(), is_key.end(), 0U));
}

void take_batches(SpanInputArchive& in, SegmentColumns& columns) {
  const std::size_t count = take_size(in);
  const std::size_t gone = take_size(in);
  in.require(gone <= count, 0, "more gone than there are");
  columns.gone_at.read(in, gone);
  for (std::size_t i = 0; i < gone; ++i) {
    in.require(static_cast<std::uint64_t>(columns.gone_at.at(i)) < count, 0, "a batch is gone that is not there");
  }
  for (IntColumn* ints : {&columns.account, &columns.previous, &columns.first_version, &columns.count}) {
    ints->read(in, count);
  }
  columns.keys_at = in.offset();
  columns.key.read(in, count - gone);
  columns.command = in.take_bytes((count - gone) * CommandDigest{}.bytes.size());
  columns.after_keys = in.offset();
}

void take_charges(SpanInputArchive& in, SegmentColumns& columns) {
  const std::size_t charges = columns.charges;
  columns.usage_is_key.read(in, charges);
  columns.usage.read(in, own_usages(columns.usage_is_key));
  for (TextColumn* texts : {&columns.plan, &columns.workflow, &columns.model, &columns.rate_card}) {
    texts->read(in, charges);
  }
  for (IntColumn* ints :
       {&columns.query, &columns.input, &columns.output, &columns.credits, &columns.late, &columns.flags}) {
    ints->read(in, charges);
  }
  columns.settles.read(in, charges);
  columns.memo.read(in, charges);
}

void take_others(SpanInputArchive& in, SegmentColumns& columns) {
  const std::size_t start = in.offset();
  const std::size_t count = columns.tag.size() - columns.charges;
  const IntColumn sizes = IntColumn::take(in, count);
  columns.other_size.resize(count);
  sizes.unpack(columns.other_size.data());
  std::size_t end = 0;
  for (const std::int64_t size : columns.other_size) {
    in.require(size >= 0 && static_cast<std::uint64_t>(size) <= in.left() - end, start, "fields beyond the bytes left");
    end += static_cast<std::size_t>(size);
  }
  columns.other = in.take_bytes(end);
}

template <std::size_t... I>
bool read_fields(SpanInputArchive& in, std::int64_t of_tag, std::int64_t of_revision, Payload& payload,
                 std::index_sequence<I...>) {
  const auto read = [&]<class P>(P& fields) {
    if (of_revision < 1 || of_revision > newest_revision<P>) return false;
    read_revision(in, static_cast<std::uint8_t>(of_revision), fields);
    return true;
  };
  return ((static_cast<std::int64_t>(I) + 1 == of_tag && read(payload.emplace<I>())) || ...);
}

}  // namespace

void MaybeTextColumn::read(SpanInputArchive& in, std::size_t count) {
  there.read(in, count);
  texts.read(in, count);
}

void SegmentColumns::read(std::span<const std::uint8_t> bytes) {
  SpanInputArchive in(bytes);
  in.require(in.take_byte() == segment_form, 0, "no segment, or one of a newer form");
  take_batches(in, *this);
  const std::size_t events = take_size(in);
  for (IntColumn* ints : {&tag, &revision, &at, &recorded_at}) ints->read(in, events);
  actor.read(in, events);
  take_tags(*this);
  take_charges(in, *this);
  take_others(in, *this);
  const std::string_view rest = in.take_bytes(in.left());
  in.require(std::all_of(rest.begin(), rest.end(), [](char c) { return c == 0; }), in.offset(), "bytes after the end");
}

Payload payload_of(std::int64_t tag, std::int64_t revision, std::string_view fields) {
  SpanInputArchive in({reinterpret_cast<const std::uint8_t*>(fields.data()), fields.size()});
  Payload payload;
  const bool known = read_fields(in, tag, revision, payload, std::make_index_sequence<event_kinds>{});
  in.require(known, 0, "unknown tag or revision of an event");
  in.require_end();
  return payload;
}

}  // namespace creditfold
